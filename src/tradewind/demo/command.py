"""``tradewind demo``: run the bot, show how it went, write the chart."""

import importlib
import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tradewind.demo.child_platform import ChildPlatform
from tradewind.demo.errors import DemoRefused
from tradewind.demo.venue_client import Credentials, OpenedVenue, ReplayPlan, VenueClient
from tradewind.demo.wording import dollars, percent

if TYPE_CHECKING:
    from tradewind.demo.bot import MovingAverageBot
    from tradewind.demo.results import Results

_REDRAW_EVERY = 10


@dataclass(frozen=True)
class DemoOptions:
    """What the command line gives."""

    plan: ReplayPlan
    output: Path
    url: str | None = None
    credentials: Credentials | None = None


DEFAULT_PLAN = ReplayPlan(
    symbols=("AAPL", "IBM", "MSFT"),
    start=None,
    end=None,
    seed=1,
    cash=Decimal(100_000),
    fee_bps=Decimal(1),
)


def run(options: DemoOptions, console: Console) -> "Results":
    """Run the demonstration and return its results; raises ``DemoRefused``."""
    _require_client()
    started_at = time.monotonic()
    # The client brings pandas along, which takes its time; meanwhile the platform can start.
    threading.Thread(target=importlib.import_module, args=("tradewind.demo.bot",)).start()
    with ExitStack() as stack:
        if options.url is None:
            with console.status("Starting a platform for the demonstration"):
                platform = stack.enter_context(ChildPlatform())
            url, credentials = platform.url, platform.credentials
        elif options.credentials is None:
            raise DemoRefused("--url takes --key-id and --secret-key of the administrator with it")
        else:
            url, credentials = options.url, options.credentials
        _go_around_proxies(url)
        results = _trade(url, credentials, options.plan, console)
    from tradewind.demo.chart import write_chart

    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(write_chart(results), encoding="utf-8")
    console.print(_table(results))
    console.print(f"Chart written to {options.output}", highlight=False, soft_wrap=True)
    console.print(f"Done in {time.monotonic() - started_at:.0f} seconds.", highlight=False)
    return results


def _go_around_proxies(url: str) -> None:
    """Let clients that heed proxy settings of the environment speak to this host directly."""
    hosts = (os.environ.get("NO_PROXY"), urlsplit(url).hostname)
    os.environ["NO_PROXY"] = ",".join(host for host in hosts if host)


def _require_client() -> None:
    if importlib.util.find_spec("alpaca") is None:
        raise DemoRefused(
            "the demonstration trades through Alpaca's own client, which is not installed; "
            "install it with: pip install 'tradewind[demo]'"
        )


def _trade(url: str, credentials: Credentials, plan: ReplayPlan, console: Console) -> "Results":
    from alpaca.data.historical.stock import StockHistoricalDataClient
    from alpaca.trading.client import TradingClient

    from tradewind.demo.bot import MovingAverageBot
    from tradewind.demo.results import (
        Results,
        buy_and_hold,
        read_adjusted_closes,
        read_bot_curve,
    )

    with VenueClient(url, credentials) as administrator:
        venue = administrator.open_venue(plan)
    key = venue.credentials
    trading = TradingClient(key.key_id, key.secret_key, url_override=url)
    data = StockHistoricalDataClient(key.key_id, key.secret_key, url_override=url)
    bot = MovingAverageBot(trading, data, plan.symbols)
    with VenueClient(url, key) as client:
        first, last = _play(client, venue, bot, console)
        performance = client.performance()
    curve = read_bot_curve(trading, first, last)
    closes = read_adjusted_closes(data, plan.symbols, first, last)
    holding = buy_and_hold(closes, curve.dates, plan.cash, plan.fee_bps)
    return Results(plan, performance, bot.orders, curve, holding)


def _play(
    client: VenueClient, venue: OpenedVenue, bot: "MovingAverageBot", console: Console
) -> tuple[date, date]:
    """Step through the replay with the bot deciding every evening; return first and last date."""
    standing = venue.standing
    dates: list[date] = []
    with _progress(console, standing.days_total) as show:
        while not standing.finished:
            standing = client.step(venue.venue_id)
            dates.append(standing.now.date())
            bot.on_close(standing.now)
            show(standing.days_done, standing.now.date(), bot.orders)
    return dates[0], dates[-1]


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[int, date, int], None]]:
    with Progress(
        SpinnerColumn(),
        TextColumn("Trading {task.fields[day]}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("days · {task.fields[orders]} orders"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        refresh_per_second=8,
    ) as bar:
        task = bar.add_task("", total=total, day="", orders=0)

        def show(done: int, day: date, orders: int) -> None:
            if done % _REDRAW_EVERY == 0 or done == total:
                bar.update(task, completed=done, day=day.isoformat(), orders=orders)

        yield show


def _table(results: "Results") -> Table:
    """Return the bot's figures with buying and holding beside them."""
    performance, bot, holding = results.performance, results.bot, results.holding
    table = Table(
        title=f"{', '.join(results.plan.symbols)}, {bot.dates[0]} to {bot.dates[-1]}",
        title_style="bold",
    )
    table.add_column("")
    table.add_column("Moving-average bot", justify="right")
    table.add_column("Buy and hold", justify="right")
    table.add_row("Start", dollars(results.plan.cash), dollars(results.plan.cash))
    table.add_row("Final equity", dollars(performance.end_equity), dollars(holding.values[-1]))
    table.add_row(
        "Time-weighted return",
        percent(performance.time_weighted_return, sign=True),
        percent(holding.total_return, sign=True),
    )
    table.add_row(
        "Return a year",
        percent(bot.yearly_return, sign=True),
        percent(holding.yearly_return, sign=True),
    )
    table.add_row(
        "Maximum drawdown", percent(performance.max_drawdown), percent(max(holding.drawdowns()))
    )
    table.add_row("Trades (fills)", f"{performance.fills:,}", str(len(results.plan.symbols)))
    table.add_row("Fees", dollars(performance.fees), dollars(_holding_fee(results)))
    table.add_row("Dividends", dollars(performance.dividends), "reinvested")
    return table


def _holding_fee(results: "Results") -> Decimal:
    return results.plan.cash - results.holding.values[0]
