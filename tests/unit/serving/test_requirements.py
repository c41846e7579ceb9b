import secrets
from pathlib import Path

import pytest

from tradewind.platform.settings import Settings, load_settings
from tradewind.serving.names import ServiceName
from tradewind.serving.requirements import problems

KEY = secrets.token_hex(16)
COMPLETE = {
    "database_url": f"postgresql://tradewind:{secrets.token_hex(8)}@postgres/tradewind",
    "valkey_url": "valkey://:Zq2-own@valkey:6379/0",
    "identity_key": KEY,
    "accounts_url": "http://account-service:8001",
    "orders_url": "http://order-1:8002,http://order-2:8002",
    "market_data_url": "http://market-data-service:8003",
    "portfolio_url": "http://portfolio-service:8004",
    "notifications_url": "http://notification-service:8005",
    "gateway_url": "http://api-gateway:8000",
}


def settings(**changes: str | None) -> Settings:
    values = {name: value for name, value in {**COMPLETE, **changes}.items() if value is not None}
    return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type] # parsed by the model


def found(**changes: str | None) -> list[str]:
    return problems(settings(**changes), list(ServiceName))


def test_complete_environment_has_no_problem() -> None:
    assert found() == []


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_each_missing_variable_is_named_once_in_a_sentence(name: str) -> None:
    (sentence,) = found(**{name: None})
    assert sentence.startswith(f"TRADEWIND_{name.upper()} is not set")
    assert sentence.endswith(".")


@pytest.mark.parametrize("password", ["postgres", "ChangeMe", "tradewind", "password", ""])
def test_default_database_password_is_refused(password: str) -> None:
    (sentence,) = found(database_url=f"postgresql://tradewind:{password}@postgres/tradewind")
    assert "TRADEWIND_DATABASE_PASSWORD" in sentence
    assert "default" in sentence
    assert f":{password}@" not in sentence


def test_password_may_be_missing_on_this_machine_only() -> None:
    assert found(database_url="postgresql://postgres@/tradewind?host=/tmp/x") == []
    assert found(valkey_url="valkey://127.0.0.1:6379/0") == []
    (sentence,) = found(valkey_url="valkey://cache:6379/0")
    assert "TRADEWIND_VALKEY_PASSWORD" in sentence
    assert "cache is another machine" in sentence


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("changeme", "default"),
        ("please-change-this-key-before-you-use-it", "default"),
        (KEY[:31], "31 characters"),
        ("ab" * 32, "2 of them different"),
        (f"{KEY},short", "5 characters"),
    ],
)
def test_identity_key_that_could_be_guessed_is_refused(key: str, why: str) -> None:
    (sentence,) = found(identity_key=key)
    assert "TRADEWIND_IDENTITY_KEY" in sentence
    assert why in sentence
    assert key not in sentence


def test_url_that_is_none_is_refused() -> None:
    (sentence,) = found(orders_url="http://order-1:8002,order-2:8002")
    assert "TRADEWIND_ORDERS_URL has 'order-2:8002'" in sentence


def test_service_needs_only_what_it_uses() -> None:
    alone = settings(valkey_url=None, orders_url=None, accounts_url=None, portfolio_url=None)
    assert problems(alone, [ServiceName.ACCOUNT]) == []
    assert len(problems(alone, [ServiceName.PORTFOLIO])) == 1


def test_passwords_are_put_into_urls_that_have_none() -> None:
    made = settings(
        database_url="postgresql://tradewind@postgres:5432/tradewind",
        database_password="a/b@c",
        valkey_url="valkey://valkey:6379/0",
        valkey_password="x y\n",
    )
    # pragma: allowlist nextline secret
    assert made.database_url == "postgresql://tradewind:a%2Fb%40c@postgres:5432/tradewind"
    assert made.valkey_url == "valkey://:x%20y@valkey:6379/0"
    kept = settings(database_password="other")
    assert kept.database_url == COMPLETE["database_url"]


def test_secrets_are_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tradewind_identity_key").write_text(f"{KEY}\n")
    monkeypatch.setenv("TRADEWIND_SECRETS_DIR", str(tmp_path))
    assert load_settings().identity_key == (KEY,)
