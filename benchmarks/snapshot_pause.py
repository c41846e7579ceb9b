"""What orders feel of a snapshot: acknowledgements at a steady rate, with 100,000 orders open.

Orders are sent at fixed times whether or not earlier ones have been answered, and each is timed
from the moment at which it was due, so that a pause shows in every order that it holds up. The same
venue is measured while nothing else happens, while child processes make one snapshot after another,
and (the reference) while the state is encoded once in the live process.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from tradewind.contracts.market_data import FeedMessage, Listing, SessionOpened, feed_topic
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
from tradewind.order_service.app import SCHEMA, build
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import recover
from tradewind.order_service.service import OrderApp
from tradewind.order_service.snapshot_process import SnapshotProcess
from tradewind.order_service.snapshots import encode_state, pack
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.database import Database
from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.ids import new_id
from tradewind.platform.migrations import migrate
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits
from tradewind.platform.settings import Settings

ORDERS = 100_000
PER_SECOND = 200
SECONDS = 10
AT_ONCE = 5_000

VENUE = VenueId("bench")
AT = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


class Figure(NamedTuple):
    """One row: milliseconds from when an order was due until it was acknowledged."""

    name: str
    p50_ms: float
    p99_ms: float
    max_ms: float


def measure(orders: int = ORDERS, seconds: int = SECONDS) -> list[Figure]:
    """Return a row for no snapshot, for snapshots by children, and for one in the process."""
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        with asyncio.Runner() as runner:
            try:
                dsn = runner.run(server.start())
                runner.run(migrate(dsn, [SCHEMA]))
                return runner.run(_measure(dsn, orders, seconds))
            finally:
                runner.run(server.stop())


async def _measure(dsn: str, orders: int, seconds: int) -> list[Figure]:
    database = await Database.open(dsn, SCHEMA)
    failures: list[BaseException] = []
    settings = Settings(snapshot_records=10 * orders + 1_000)
    bus = InProcessBus()
    app = build(settings, database, bus, WallClock(), on_failure=failures.append)
    await app.start()
    account = await _open(app, bus)
    for _ in range(0, orders, AT_ONCE):
        await asyncio.gather(*(app.submit_order(_order(account, n)) for n in range(AT_ONCE)))
    state = (await recover(JournalRepository(database), VENUE)).state
    figures = [await _paced(app, account, "no snapshot", seconds, asyncio.Event().wait)]
    children = _Children(database)
    figures.append(await _paced(app, account, "", seconds, children.run))
    name = f"{children.made} snapshots by a child, one after another"
    figures[-1] = figures[-1]._replace(name=name)
    in_process = _InProcess(state, seconds / 2)
    figures.append(await _paced(app, account, "one snapshot in the process", seconds, in_process))
    await app.stop()
    await database.close()
    assert not failures, failures
    return figures


async def _open(app: OrderApp, bus: InProcessBus) -> AccountId:
    account = AccountId(new_id())
    await app.create_venue(VenueSpec(venue_id=VENUE, name="Bench"))
    await app.open_account(VENUE, account)
    await app.deposit(account, MoneyUnits(900_000_000 * SCALE), "cash")
    events = [Listing(symbol="AAPL"), SessionOpened(AT.date(), AT)]
    message = FeedMessage(VENUE, 1, AT, events)
    await bus.publish(feed_topic(VENUE), msgspec.msgpack.encode(message))
    await app.wait_for_feed(VENUE, 1)
    return account


def _order(account: AccountId, number: int) -> SubmitOrder:
    order_id = OrderId(new_id())
    return SubmitOrder(
        order_id=order_id,
        account_id=account,
        client_order_id=order_id,
        symbol="AAPL",
        side=OrderSide.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        qty=QuantityUnits(SCALE),
        limit_price=PriceUnits(10 * SCALE + CENT * (number % 500)),
    )


async def _paced(
    app: OrderApp,
    account: AccountId,
    name: str,
    seconds: int,
    beside: Callable[[], Awaitable[object]],
) -> Figure:
    """Send orders at fixed times while something else goes on."""
    taken: list[float] = []

    async def send(due: float, number: int) -> None:
        await app.submit_order(_order(account, number))
        taken.append((time.perf_counter() - due) * 1000)

    task = asyncio.ensure_future(beside())
    sending = []
    start = time.perf_counter()
    for number in range(seconds * PER_SECOND):
        due = start + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sending.append(asyncio.create_task(send(due, number)))
    await asyncio.gather(*sending)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    taken.sort()
    return Figure(name, taken[len(taken) // 2], taken[len(taken) * 99 // 100], taken[-1])


class _Children:
    """Makes snapshots by child processes until it is cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.made = 0

    async def run(self) -> None:
        epoch = await self._database.fetchval("SELECT epoch FROM leases")
        while True:
            await SnapshotProcess(self._database, "bench").take(VENUE, epoch)
            self.made += 1


class _InProcess:
    """Encodes a state once, on the loop, as a service without children would."""

    def __init__(self, state: VenueState, after_s: float) -> None:
        self._state = state
        self._after_s = after_s

    async def __call__(self) -> None:
        await asyncio.sleep(self._after_s)
        pack(encode_state(self._state))


if __name__ == "__main__":
    for figure in measure():
        print(
            f"{figure.name:50} p50 {figure.p50_ms:7.2f} ms  p99 {figure.p99_ms:7.2f} ms"
            f"  worst {figure.max_ms:7.2f} ms"
        )
