"""``/v2/clock`` and ``/v2/calendar``, in the exchange's local time."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.query import Choice, Day
from tradewind.api_gateway.wire.timestamps import exchange_time
from tradewind.contracts.market_data import MarketDataService, TradingDay
from tradewind.contracts.vocabulary import ExtendedPhase
from tradewind.platform.errors import MalformedRequest

_TAG = "Market hours"
_START = Day("start", "First date, inclusive; 2000-01-01 by default.")
_END = Day("end", "Last date, inclusive; the end of next year by default.")
_DATE_TYPE = Choice(
    "date_type", "Which date start and end mean; TRADING by default.", ("TRADING", "SETTLEMENT")
)
_FIRST_DATE = date(2000, 1, 1)
_YEARS_MAX = 60
_SETTLEMENT_LAG = timedelta(days=14)
"""Longer than any settlement of the last decades took, holidays included."""


class WireClock(Struct, frozen=True):
    """The venue's time and session. ``extended_phase`` is ours: pre_market or after_hours."""

    timestamp: datetime
    is_open: bool
    next_open: datetime
    next_close: datetime
    extended_phase: ExtendedPhase | None


class WireTradingDay(Struct, frozen=True, rename={"trading_date": "date"}):
    """One day of the exchange: times as HH:MM, the extended session as HHMM."""

    trading_date: date
    open: str
    close: str
    session_open: str
    session_close: str
    settlement_date: date


def wire_trading_day(day: TradingDay) -> WireTradingDay:
    """Return a trading day as the wire shows it."""
    return WireTradingDay(
        trading_date=day.trading_date,
        open=f"{exchange_time(day.opens_at):%H:%M}",
        close=f"{exchange_time(day.closes_at):%H:%M}",
        session_open=f"{exchange_time(day.pre_market_opens_at):%H%M}",
        session_close=f"{exchange_time(day.after_hours_close_at):%H%M}",
        settlement_date=day.settlement_date,
    )


class HoursEndpoints:
    """When the caller's venue trades."""

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(
                "GET",
                "/v2/clock",
                self.clock,
                Access.READ,
                "Get the market's clock",
                _TAG,
                response=WireClock,
            ),
            Route(
                "GET",
                "/v2/calendar",
                self.calendar,
                Access.READ,
                "List trading days",
                _TAG,
                parameters=(_START, _END, _DATE_TYPE),
                response=list[WireTradingDay],
            ),
        ]

    async def clock(self, request: Request) -> Response:
        """Answer the venue's time, whether it is open, and what comes next."""
        clock = await self._market_data.clock(request.identity.venue_id)
        return json_response(
            WireClock(
                exchange_time(clock.at),
                clock.is_open,
                exchange_time(clock.next_open),
                exchange_time(clock.next_close),
                clock.extended_phase,
            )
        )

    async def calendar(self, request: Request) -> Response:
        """Answer the exchange's days between two dates."""
        query = request.query
        by_settlement = _DATE_TYPE.read(query, "TRADING") == "SETTLEMENT"
        start = _START.read(query, _FIRST_DATE)
        end = _END.read(query)
        if end is None:
            now = (await self._market_data.clock(request.identity.venue_id)).at
            end = max(start, date(now.year + 1, 12, 31))
        if end.year - start.year > _YEARS_MAX:
            raise MalformedRequest(f"start and end may be at most {_YEARS_MAX} years apart")
        if end < start:
            return json_response([])
        first = start - _SETTLEMENT_LAG if by_settlement and start.year > 1 else start
        days = await self._market_data.list_trading_days(first, end)
        if by_settlement:
            days = [day for day in days if start <= day.settlement_date <= end]
        return json_response([wire_trading_day(day) for day in days])
