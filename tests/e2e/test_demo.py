"""The demonstration trades a whole platform through the official client, the same every time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tradewind.demo.child_platform import ChildPlatform
from tradewind.demo.command import DEFAULT_PLAN, DemoOptions, run
from tradewind.demo.errors import DemoRefused
from tradewind.demo.results import Results
from tradewind.demo.venue_client import Credentials, ReplayPlan

# With a split of AAPL, dividends of IBM and MSFT, and enough days for the slow average.
PLAN = replace(DEFAULT_PLAN, start=date(2004, 9, 1), end=date(2005, 4, 15))


@pytest.fixture(scope="module")
def platform() -> Iterator[ChildPlatform]:
    with ChildPlatform() as running:
        yield running


def trade(
    platform: ChildPlatform | None, folder: Path, plan: ReplayPlan = PLAN
) -> tuple[Results, str, str]:
    said = StringIO()
    options = DemoOptions(plan, folder / "out" / "chart.html")
    if platform is not None:
        options = replace(options, url=platform.url, credentials=platform.credentials)
    results = run(options, Console(file=said, width=120))
    return results, said.getvalue(), options.output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def first_run(
    platform: ChildPlatform, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, str, str]:
    return trade(platform, tmp_path_factory.mktemp("demo"))


def test_same_seed_gives_the_same_result_to_the_cent(
    first_run: tuple[Results, str, str], tmp_path: Path
) -> None:
    results, _, chart = first_run
    again, _, chart_again = trade(None, tmp_path)  # on another platform, made for it
    assert again == results
    assert chart_again == chart


def test_run_trades_pays_fees_and_receives_dividends(
    first_run: tuple[Results, str, str],
) -> None:
    results = first_run[0]
    performance = results.performance
    assert performance.fills >= results.orders >= 3
    assert performance.fees > 0
    assert performance.dividends > 0
    assert results.bot.values[0] == PLAN.cash
    assert results.bot.values[-1] == performance.end_equity.quantize(Decimal("0.01"))
    assert max(results.bot.drawdowns()) == pytest.approx(
        performance.max_drawdown, abs=Decimal("0.000001")
    )


def test_split_leaves_no_step_in_the_equity(first_run: tuple[Results, str, str]) -> None:
    bot = first_run[0].bot
    at = bot.dates.index(date(2005, 2, 28))
    assert abs(bot.values[at] / bot.values[at - 1] - 1) < Decimal("0.03")


def test_table_shows_the_bot_and_holding_side_by_side(
    first_run: tuple[Results, str, str],
) -> None:
    results, said, _ = first_run
    for words in ("Moving-average bot", "Buy and hold", "Time-weighted return", "Fees"):
        assert words in said
    assert f"{results.performance.end_equity:,.2f}" in said
    assert "Maximum drawdown" in said


def test_key_that_does_not_hold_is_refused_with_a_sentence(
    platform: ChildPlatform, tmp_path: Path
) -> None:
    options = DemoOptions(
        PLAN, tmp_path / "chart.html", platform.url, Credentials("PKNONE", "none")
    )
    with pytest.raises(DemoRefused, match="refused the key"):
        run(options, Console(file=StringIO()))


def test_address_without_a_platform_is_refused_with_a_sentence(tmp_path: Path) -> None:
    options = DemoOptions(
        PLAN, tmp_path / "chart.html", "http://127.0.0.1:9", Credentials("PKNONE", "none")
    )
    with pytest.raises(DemoRefused, match="does not answer"):
        run(options, Console(file=StringIO()))


def test_address_without_a_key_is_refused(tmp_path: Path) -> None:
    options = DemoOptions(PLAN, tmp_path / "chart.html", "http://127.0.0.1:9")
    with pytest.raises(DemoRefused, match="--key-id"):
        run(options, Console(file=StringIO()))
