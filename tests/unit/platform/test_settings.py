from decimal import Decimal
from pathlib import Path

import pytest

from tradewind.platform.errors import StartupRefused
from tradewind.platform.modes import FeedKind
from tradewind.platform.settings import load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_work_without_any_setting() -> None:
    settings = load_settings()
    assert settings.gateway_port == 8000
    assert settings.web_port == 3000
    assert settings.host == "127.0.0.1"
    assert settings.database_url is None
    assert settings.cors_origins == ()


def test_environment_variables_carry_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_FEED", "replay")
    monkeypatch.setenv("TRADEWIND_INITIAL_CASH", "2500.50")
    settings = load_settings()
    assert settings.feed is FeedKind.REPLAY
    assert settings.initial_cash == Decimal("2500.50")


def test_a_dotenv_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TRADEWIND_WEB_PORT=3333\n")
    assert load_settings().web_port == 3333


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_FEED_SYMBOLS", "AAPL, IBM,")
    assert load_settings().feed_symbols == ("AAPL", "IBM")


def test_an_explicit_choice_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_GATEWAY_PORT", "8001")
    assert load_settings(gateway_port=9000, web_port=None).gateway_port == 9000


def test_a_home_folder_is_expanded() -> None:
    assert load_settings(data_dir=Path("~/money")).data_dir == Path.home() / "money"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRADEWIND_GATEWAY_PORT", "eighty"),
        ("TRADEWIND_FEED", "tea_leaves"),
        ("TRADEWIND_INITIAL_CASH", "-1"),
        ("TRADEWIND_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartupRefused, match=f"{name} is not valid.*{value}"):
        load_settings()


def test_refusal_of_a_broker_does_not_repeat_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = '{"live": {"broker": "alpaca", "key": "k-1234", "secret": "s-5678", "colour": 1}}'
    for text in (broker, broker.replace('"colour": 1', ""), broker[:-1]):
        monkeypatch.setenv("TRADEWIND_BROKERS", text)
        with pytest.raises(StartupRefused, match="TRADEWIND_BROKERS") as refused:
            load_settings()
        assert "5678" not in str(refused.value)


def test_keys_of_a_broker_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "TRADEWIND_BROKERS", '{"live": {"broker": "alpaca", "key": "k-1234", "secret": "s-5678"}}'
    )
    settings = load_settings()
    assert settings.brokers["live"].secret.get_secret_value() == "s-5678"
    assert "5678" not in repr(settings)
