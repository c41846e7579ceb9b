"""The real portfolio follower on a simulated table: what consumers of the journal come to."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING

from tests.simulation.invariants import Violation

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.journal_tail import JournalTail
from tradewind.portfolio_service.domain.income import Received
from tradewind.portfolio_service.domain.projection import (
    AccountState,
    Changes,
    DailyPoint,
    Progress,
    Projection,
)
from tradewind.portfolio_service.repository import Overtaken

if TYPE_CHECKING:
    from tests.simulation.world import World


class PortfolioTable:
    """What followers have written down; it outlives them."""

    def __init__(self, world: "World", venue_id: VenueId) -> None:
        self._world = world
        self._venue_id = venue_id
        self._random = world.random("portfolio")
        self.progress = Progress()
        self.accounts: dict[AccountId, AccountState] = {}
        self.prices: dict[str, int] = {}
        self.income: dict[tuple[date, Received], int] = {}
        self.points: dict[tuple[AccountId, object], DailyPoint] = {}

    async def load(self, venue_id: VenueId) -> Projection:
        """Return the venue as it was written down."""
        await asyncio.sleep(self._random.choice((0.0, 0.001)))
        return Projection(venue_id, self.progress, copy.deepcopy(self.accounts), dict(self.prices))

    async def save(self, projection: Projection, changes: Changes, saved_number: int) -> int:
        """Write changes and progress at once, or nothing."""
        progress = projection.progress()
        accounts = {key: copy.deepcopy(projection.accounts[key]) for key in changes.accounts}
        prices = {symbol: projection.prices[symbol] for symbol in changes.prices}
        await asyncio.sleep(self._random.choice((0.0, 0.001, 0.05)))
        if self._world.faults.breaks(0.05):
            raise ConnectionResetError("the portfolio's connection broke")
        if self.progress.last_number != saved_number:
            raise Overtaken(f"the table stands at {self.progress.last_number}")
        self.progress = progress
        for account_id, state in accounts.items():
            positions = self.accounts[account_id].positions if account_id in self.accounts else {}
            for owner, symbol in changes.positions:
                if owner == account_id:
                    positions.pop(symbol, None)
                    if symbol in state.positions:
                        positions[symbol] = state.positions[symbol]
            state.positions = positions
            self.accounts[account_id] = state
        self.prices.update(prices)
        for point in changes.points:
            key = (point.account_id, point.trading_date)
            earlier = self.points.get(key)
            self.points[key] = earlier.followed_by(point) if earlier else point
        for whose, amount in changes.income.items():
            self.income[whose] = self.income.get(whose, 0) + amount
        return progress.last_number


class CheckedJournal:
    """A node's journal as its consumers follow it; each record must be the durable one."""

    def __init__(self, world: "World", tail: JournalTail) -> None:
        self._world = world
        self._tail = tail

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record."""
        return self._tail.number

    async def list_venues(self) -> list[VenueId]:
        """Return the one venue."""
        return [self._world.spec.venue_id]

    async def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield the records after a number."""
        async with aclosing(self._tail.follow(after, min(batch, 20))) as pages:
            async for records in pages:
                for record in records:
                    self._check(record, after + 1)
                    after = record.number
                yield records

    def _check(self, record: JournalRecord, expected: int) -> None:
        if record.number != expected:
            self._world.fail(Violation(f"a consumer got record {record.number}, not {expected}"))
        durable = self._world.database.records
        if record.number > len(durable) or durable[record.number - 1] != record:
            self._world.fail(Violation(f"a consumer got record {record.number}, not durable"))
