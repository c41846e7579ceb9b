"""The portfolio service's use cases."""

from datetime import date

from tradewind.contracts.journal import JournalReader
from tradewind.contracts.portfolio import (
    EquityHistory,
    EquityPoint,
    Income,
    Performance,
    PositionIncome,
)
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.errors import NotFound
from tradewind.platform.money import MoneyUnits
from tradewind.portfolio_service.domain.income import WHOLE_ACCOUNT, IncomeKind, Received
from tradewind.portfolio_service.domain.performance import (
    Day,
    max_drawdown,
    rounded,
    time_weighted_return,
)
from tradewind.portfolio_service.domain.projection import DailyPoint
from tradewind.portfolio_service.follower import VenueFollower
from tradewind.portfolio_service.repository import Repository

_CATCH_UP_S = 20.0


class PortfolioFromJournal:
    """Implements ``tradewind.contracts.portfolio.PortfolioService`` by following the journal.

    Points are at closes. An account that has seen no close yet has one point, of the present:
    its cash, and its positions at the newest price that the venue's fills showed. So a first day
    is not an empty page, and no later point rests on a price that was not a close.
    """

    def __init__(self, repository: Repository, journal: JournalReader) -> None:
        self._repository = repository
        self._journal = journal
        self._followers: dict[VenueId, VenueFollower] = {}

    async def equity_history(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> EquityHistory:
        """Return equity by trading date between two dates, inclusive.

        Raises ``NotFound`` for an unknown venue or account and ``Unavailable`` when the journal
        cannot be caught up with in time.
        """
        points, before = await self._points(venue_id, account_id, start, end)
        return EquityHistory(
            points=[
                EquityPoint(
                    trading_date=point.trading_date,
                    at=point.at,
                    equity=MoneyUnits(point.equity),
                    net_cash_flow=MoneyUnits(point.net_cash_flow),
                    profit_loss=MoneyUnits(point.profit_loss),
                )
                for point in points
            ],
            base_value=MoneyUnits(before.equity if before else 0),
            base_value_at=before.trading_date if before else None,
        )

    async def performance(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Performance:
        """Return the account's performance between two dates, inclusive; raises like the above."""
        points, before = await self._points(venue_id, account_id, start, end)
        base = before.equity if before else 0
        days = [Day(point.equity_before, point.net_cash_flow, point.equity) for point in points]
        return Performance(
            account_id=account_id,
            start_date=points[0].trading_date if points else None,
            end_date=points[-1].trading_date if points else None,
            start_equity=MoneyUnits(base),
            end_equity=MoneyUnits(points[-1].equity if points else base),
            net_cash_flow=MoneyUnits(sum(point.net_cash_flow for point in points)),
            profit_loss=MoneyUnits(sum(point.profit_loss for point in points)),
            time_weighted_return=rounded(time_weighted_return(days)),
            max_drawdown=rounded(max_drawdown(days)),
            fees=MoneyUnits(sum(point.fees for point in points)),
            dividends=MoneyUnits(sum(point.dividends for point in points)),
            fills=sum(point.fills for point in points),
        )

    async def income(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Income:
        """Return what was received and charged between two dates, inclusive; raises like above."""
        await self._account(venue_id, account_id)
        found = await self._repository.income(venue_id, account_id, start, end)

        def amount(symbol: str, kind: IncomeKind) -> MoneyUnits:
            return MoneyUnits(found.get(Received(account_id, symbol, kind), 0))

        symbols = sorted({whose.symbol for whose in found} - {WHOLE_ACCOUNT})
        return Income(
            account_id=account_id,
            positions=[
                PositionIncome(
                    symbol=symbol,
                    dividends=amount(symbol, IncomeKind.DIVIDENDS),
                    fees=amount(symbol, IncomeKind.FEES),
                )
                for symbol in symbols
            ],
            interest=amount(WHOLE_ACCOUNT, IncomeKind.INTEREST),
            borrow_fees=amount(WHOLE_ACCOUNT, IncomeKind.BORROW_FEES),
        )

    async def _account(self, venue_id: VenueId, account_id: AccountId) -> VenueFollower:
        follower = await self._caught_up(venue_id)
        if account_id not in follower.projection.accounts:
            raise NotFound(f"account {account_id} does not exist at venue {venue_id}")
        return follower

    async def _points(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> tuple[list[DailyPoint], DailyPoint | None]:
        follower = await self._account(venue_id, account_id)
        points = await self._repository.list_points(venue_id, account_id, start, end)
        first = points[0].trading_date if points else start
        before = (
            await self._repository.last_point_before(venue_id, account_id, first)
            if first is not None
            else None
        )
        if not follower.projection.accounts[account_id].closes:
            present = follower.projection.current_point(account_id)
            if _within(present.trading_date, start, end):
                points = [present]
        return points, before

    async def _caught_up(self, venue_id: VenueId) -> VenueFollower:
        number = await self._journal.last_number(venue_id)
        if venue_id not in self._followers:
            await self.discover()
        follower = self._followers.get(venue_id)
        if follower is None:
            raise NotFound(f"venue {venue_id} does not exist")
        await follower.wait_for(number, _CATCH_UP_S)
        return follower

    async def discover(self) -> None:
        """Begin to follow every venue that is not followed yet."""
        for venue_id in await self._journal.list_venues():
            if venue_id not in self._followers:
                follower = VenueFollower(venue_id, self._journal, self._repository)
                self._followers[venue_id] = follower
                follower.start()


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)
