"""How long a start takes to be where it was, with a million orders open.

The journal holds a million orders that rest; the newest snapshot shows all but the last 50,000 of
them, which is as much as the schedule of snapshots leaves. The reference reads the same records
with asyncpg and makes nothing of them: what any service pays at least that recovers from a log.
Each figure is that of a process of its own.
"""

import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg
import msgspec

from tradewind.contracts.market_data import FeedMessage, Listing, SessionOpened
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.app import SCHEMA
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.repository import OrderRepository
from tradewind.order_service.snapshot_process import take_snapshot
from tradewind.platform.database import Database
from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.migrations import migrate
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

ORDERS = 1_000_000
LEFT = 50_000
ACCOUNTS = 1_000
SYMBOLS = 20
PRICES = 500
PAGE = 50_000

SPEC = VenueSpec(venue_id=VenueId("bench"), name="Bench")
START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


class Figure(NamedTuple):
    """One row: what was done, seconds, and the largest memory of its process in megabytes."""

    name: str
    seconds: float
    megabytes: float


def measure(orders: int = ORDERS, left: int = LEFT) -> list[Figure]:
    """Return our rows and, last, the reference's."""
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        with asyncio.Runner() as runner:
            try:
                dsn = runner.run(server.start())
                pages = _journal(orders)
                runner.run(_prepare(dsn, pages, orders - left))
                snapshot = _timed("snapshot", dsn)
                runner.run(_write(dsn, pages, sys.maxsize))
                return [_timed("recover", dsn), snapshot, _timed("fold", dsn), _timed("read", dsn)]
            finally:
                runner.run(server.stop())


# -- the journal that is recovered ---------------------------------------------------------------


def _journal(orders: int) -> Iterator[list[Emitted]]:
    """Decide orders that rest, from many accounts in many symbols, and yield what is journaled."""
    core = Core(SPEC)
    now = START
    symbols = [f"S{number:02d}" for number in range(SYMBOLS)]
    accounts = [AccountId(f"00000000-0000-7000-8000-{number:012d}") for number in range(ACCOUNTS)]
    listings = [Listing(symbol=symbol) for symbol in symbols]
    events = [*listings, SessionOpened(START.date(), START)]
    decide(core, FeedMessage(SPEC.venue_id, 1, START, events), now)
    for account in accounts:
        decide(core, commands.OpenAccount(account), now)
        decide(core, commands.Deposit(account, MoneyUnits(900_000_000 * SCALE), "cash"), now)
    for number in range(orders):
        now += timedelta(microseconds=100)
        order_id = OrderId(f"00000000-0000-7000-9000-{number:012d}")
        order = SubmitOrder(
            order_id=order_id,
            account_id=accounts[number % ACCOUNTS],
            client_order_id=order_id,
            symbol=symbols[number % SYMBOLS],
            side=OrderSide.BUY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            qty=QuantityUnits(SCALE * (1 + number % 9)),
            limit_price=PriceUnits(10 * SCALE + CENT * (number * 7919 % PRICES)),
        )
        decide(core, order, now)
        if len(core.emitted) >= PAGE:
            yield core.drain()[0]
    yield core.drain()[0]


async def _prepare(dsn: str, pages: Iterator[list[Emitted]], records: int) -> None:
    await migrate(dsn, [SCHEMA])
    database = await Database.open(dsn, SCHEMA)
    repository = OrderRepository(database)
    await repository.create_venue(SPEC, START)
    epoch = await repository.take_lead("bench")
    await repository.acquire_lease(SPEC.venue_id, epoch, "bench", START)
    await database.close()
    await _write(dsn, pages, records)


async def _write(dsn: str, pages: Iterator[list[Emitted]], records: int) -> None:
    """Bring pages into the journal until it has so many records, or there are no more."""
    encode = msgspec.json.Encoder().encode
    connection = await asyncpg.connect(dsn)
    number = 0
    while number < records and (page := next(pages, None)):
        number = page[-1].number
        await connection.copy_records_to_table(
            "journal",
            schema_name=SCHEMA.schema,
            columns=["venue_id", "number", "at", "kind", "account_id", "event"],
            records=[
                (
                    SPEC.venue_id,
                    record.number,
                    record.at,
                    type(record.event).__struct_config__.tag,
                    getattr(record.event, "account_id", None),
                    encode(record.event).decode(),
                )
                for record in page
            ],
        )
    await connection.execute(f"ANALYZE {SCHEMA.schema}.journal")
    await connection.close()


# -- what is timed, in a process of its own ------------------------------------------------------


async def _recover(database: Database) -> str:
    recovered = await recover(JournalRepository(database), SPEC.venue_id)
    core = Core(SPEC, recovered.state, recovered.books)
    return f"recover {len(core.state.orders):,} open orders"


async def _snapshot(database: Database) -> str:
    epoch = await database.fetchval("SELECT epoch FROM leases")
    number = await take_snapshot(JournalRepository(database), SPEC.venue_id, epoch)
    return f"snapshot of {number:,} records, by a child, from nothing"


async def _fold(database: Database) -> str:
    recovered = Recovered.nothing(SPEC.venue_id)
    gc.disable()
    await recovered.catch_up(JournalRepository(database))
    return f"fold all {recovered.state.number:,} records, no snapshot"


async def _read(database: Database) -> str:
    number = count = 0
    while rows := await database.fetch(
        "SELECT number, at, event FROM journal WHERE venue_id = $1 AND number > $2 "
        "ORDER BY number LIMIT 5000",
        SPEC.venue_id,
        number,
    ):
        number = rows[-1]["number"]
        count += len(rows)
    return f"asyncpg reads {count:,} records, no more"


_JOBS: dict[str, Callable[[Database], Awaitable[str]]] = {
    "recover": _recover,
    "snapshot": _snapshot,
    "fold": _fold,
    "read": _read,
}


async def _job(name: str, dsn: str) -> Figure:
    database = await Database.open(dsn, SCHEMA)
    started = time.perf_counter()
    said = await _JOBS[name](database)
    seconds = time.perf_counter() - started
    await database.close()
    return Figure(said, seconds, _peak_megabytes())


def _peak_megabytes() -> float:
    # What getrusage tells includes the parent's, from which the process was forked.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _timed(name: str, dsn: str) -> Figure:
    command = [sys.executable, "-m", "benchmarks.recovery", name]
    done = subprocess.run(
        command, input=dsn, capture_output=True, text=True, timeout=900, check=True
    )
    return Figure(*json.loads(done.stdout))


def _print() -> None:
    for figure in measure():
        print(f"{figure.name:50} {figure.seconds:8.2f} s {figure.megabytes:8.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(_job(sys.argv[1], sys.stdin.read()))))
    else:
        _print()
