"""What an order costs in the core with few and with many accounts, and the memory of open orders.

An order is taken, rests, and is canceled: decision, risk, ledger, books and the events for the
journal, all but the database. Orders come from a thousand accounts in turn (from the one that there
is, where there is one), each with an open order of its own, among as many others as the row says.
"""

import gc
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks.startup import resident_megabytes
from tradewind.contracts.market_data import FeedEvent, FeedMessage, Listing, SessionOpened
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
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

SIZES = (1, 1_000, 100_000)
ACTIVE_MAX = 1_000
ORDERS = 1_000
ROUNDS = 150
OPEN_ORDERS = 250_000
"""A quarter of what memory is told for."""

_SPEC = VenueSpec(venue_id=VenueId("bench"), name="Bench")
_AT = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
_SYMBOL = "AAPL"


class Figure(NamedTuple):
    """One row: accounts, and microseconds for an order and its cancel (the best of the rounds)."""

    accounts: int
    microseconds: float


class _Venue:
    """A core with accounts, each with an order that rests."""

    def __init__(self, accounts: int) -> None:
        self.core = Core(_SPEC)
        self.accounts = [AccountId(f"00000000-0000-7000-8000-{n:012d}") for n in range(accounts)]
        self.number = 0
        events: list[FeedEvent] = [Listing(symbol=_SYMBOL), SessionOpened(_AT.date(), _AT)]
        decide(self.core, FeedMessage(_SPEC.venue_id, 1, _AT, events), _AT)
        for account_id in self.accounts:
            decide(self.core, commands.OpenAccount(account_id), _AT)
            cash = commands.Deposit(account_id, MoneyUnits(900_000_000 * SCALE), "cash")
            decide(self.core, cash, _AT)
            self.submit(account_id)
            self.commit()

    def commit(self) -> None:
        """End a batch as the sequencer does."""
        self.core.drain()
        self.core.known_client_order_ids = set()

    def submit(self, account_id: AccountId) -> OrderId:
        self.number += 1
        order_id = OrderId(f"00000000-0000-7000-9000-{self.number:012d}")
        order = SubmitOrder(
            order_id=order_id,
            account_id=account_id,
            client_order_id=order_id,
            symbol=_SYMBOL,
            side=OrderSide.BUY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            qty=QuantityUnits(SCALE),
            limit_price=PriceUnits(10 * SCALE + CENT * (self.number % 500)),
        )
        decide(self.core, order, _AT)
        return order_id

    def time_orders(self) -> float:
        """Return the microseconds that an order and its cancel take."""
        step = max(1, len(self.accounts) // ACTIVE_MAX)
        active = self.accounts[::step][:ACTIVE_MAX]
        started = time.process_time()
        for number in range(ORDERS):
            account_id = active[number % len(active)]
            order_id = self.submit(account_id)
            decide(self.core, commands.CancelOrder(account_id, order_id), _AT)
            self.commit()
        return (time.process_time() - started) / ORDERS * 1e6


def measure() -> list[Figure]:
    """Return a row for each number of accounts, measured in turns."""
    venues = {accounts: _Venue(accounts) for accounts in SIZES}
    gc.collect()
    gc.freeze()
    best: dict[int, float] = {}
    for _ in range(ROUNDS):
        for accounts, venue in venues.items():
            best[accounts] = min(best.get(accounts, float("inf")), venue.time_orders())
    gc.unfreeze()
    return [Figure(accounts, microseconds) for accounts, microseconds in best.items()]


def megabytes_of_a_million() -> float:
    """Return the memory of a million open orders with all that the core keeps of each."""
    command = [sys.executable, "-m", "benchmarks.accounts", "--memory"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return float(done.stdout)


def _fill_a_core() -> None:
    venue = _Venue(1_000)
    gc.collect()
    before = resident_megabytes(os.getpid())
    for number in range(OPEN_ORDERS):
        venue.submit(venue.accounts[number % len(venue.accounts)])
        venue.commit()
    used = resident_megabytes(os.getpid()) - before
    print(used * 1_000_000 / OPEN_ORDERS)


if __name__ == "__main__":
    if "--memory" in sys.argv:
        _fill_a_core()
    else:
        for row in measure():
            print(f"{row.accounts:9,} accounts {row.microseconds:8.2f} us")
        print(f"{megabytes_of_a_million():.0f} MB for a million open orders")
