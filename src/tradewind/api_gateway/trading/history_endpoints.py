"""``/v2/account/portfolio/history``: equity and profit by trading date."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from msgspec import UNSET, Raw, Struct, UnsetType

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.trading.cash_flows import FLOW_TYPES, CashFlows
from tradewind.api_gateway.wire.errors import NotOfferedYet
from tradewind.api_gateway.wire.numbers import JsonNumber, json_number
from tradewind.api_gateway.wire.query import Choice, Day, Flag, Listing, Text
from tradewind.api_gateway.wire.timestamps import day_bounds, exchange_time
from tradewind.contracts.accounts import Identity
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import EquityHistory, PortfolioService
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import SCALE, Rounding, divide

_TAG = "Account"
_TIMEFRAMES = ("1Min", "5Min", "15Min", "1H", "1D")
_PERIOD = Text("period", "How far back, such as 30D, 4W, 6M or 1A; 1M by default.", longest=8)
_TIMEFRAME = Choice("timeframe", "Only 1D is offered yet.", _TIMEFRAMES)
_REPORTING = Choice(
    "intraday_reporting",
    "Without effect on daily values.",
    ("market_hours", "extended_hours", "continuous"),
)
_START = Day("start", "First date, inclusive.")
_END = Day("end", "Last date, inclusive; the venue's present by default.")
_DATE_START = Day("date_start", "The older name of start.")
_DATE_END = Day("date_end", "The older name of end.")
_PNL_RESET = Choice("pnl_reset", "Without effect on daily values.", ("per_day", "no_reset"))
_EXTENDED = Flag("extended_hours", "Without effect on daily values.")
_CASHFLOWS = Listing("cashflow_types", f"ALL, NONE (default), or some of {', '.join(FLOW_TYPES)}.")

_PERIOD_PATTERN = re.compile(r"(\d{1,4})([DWMA])")


class WireHistory(Struct, frozen=True, kw_only=True):
    """Parallel lists, one item a trading date; amounts are numbers here."""

    timestamp: list[int]
    """Midnight in New York of each date, in Unix seconds."""
    equity: list[JsonNumber]
    profit_loss: list[JsonNumber]
    """Since ``base_value``, deposits and withdrawals left out."""
    profit_loss_pct: list[JsonNumber | None]
    base_value: JsonNumber
    base_value_asof: date | UnsetType = UNSET
    timeframe: str = "1D"
    cashflow: dict[str, list[JsonNumber]] | UnsetType = UNSET
    """Of each type, the sum since the first date."""


class HistoryEndpoints:
    """How the caller's account has developed."""

    def __init__(
        self, portfolio: PortfolioService, orders: OrderService, market_data: MarketDataService
    ) -> None:
        self._portfolio = portfolio
        self._market_data = market_data
        self._flows = CashFlows(orders)

    def routes(self) -> list[Route]:
        """Return the route."""
        return [
            Route(
                "GET",
                "/v2/account/portfolio/history",
                self.get,
                Access.READ,
                "Get the portfolio's history",
                _TAG,
                parameters=(
                    _PERIOD,
                    _TIMEFRAME,
                    _REPORTING,
                    _START,
                    _END,
                    _PNL_RESET,
                    _DATE_START,
                    _DATE_END,
                    _EXTENDED,
                    _CASHFLOWS,
                ),
                response=WireHistory,
            )
        ]

    async def get(self, request: Request) -> Response:
        """Answer equity and profit by trading date."""
        query = request.query
        timeframe = _TIMEFRAME.read(query, "1D")
        if timeframe != "1D":
            raise NotOfferedYet(f"timeframe {timeframe} is not offered yet; ask for 1D")
        for parameter in (_REPORTING, _PNL_RESET, _EXTENDED):
            parameter.read(query)
        flow_types = _flow_types(_CASHFLOWS.read(query, ()))
        identity = request.identity
        start, end = await self._span(request)
        history = await self._portfolio.equity_history(
            identity.venue_id, identity.account_id, start, end
        )
        return json_response(await self._shown(identity, history, flow_types))

    async def _span(self, request: Request) -> tuple[date, date]:
        query = request.query
        start = _START.read(query) or _DATE_START.read(query)
        end = _END.read(query) or _DATE_END.read(query)
        period = _PERIOD.read(query)
        if period is not None and start is not None and end is not None:
            raise MalformedRequest("period cannot be given together with start and end")
        length = _months_and_days(period or "1M")
        if start is not None and end is None and period is not None:
            return start, _shift(start, length, 1)
        if end is None:
            clock = await self._market_data.clock(request.identity.venue_id)
            end = exchange_time(clock.at).date()
        return (_shift(end, length, -1) if start is None else start), end

    async def _shown(
        self, identity: Identity, history: EquityHistory, flow_types: Sequence[str]
    ) -> WireHistory:
        points = history.points
        profits = list(accumulate(point.profit_loss for point in points))
        base: int = history.base_value
        if not base and points:
            # An account that began within the span: its first deposit is what it started from.
            base = points[0].net_cash_flow
        flows: dict[str, list[Raw]] | UnsetType = UNSET
        if flow_types:
            dates = [point.trading_date for point in points]
            sums = await self._flows.by_date(identity.account_id, dates, flow_types)
            flows = {kind: _numbers(values) for kind, values in sums.items()}
        return WireHistory(
            timestamp=[int(day_bounds(point.trading_date)[0].timestamp()) for point in points],
            equity=_numbers(point.equity for point in points),
            profit_loss=_numbers(profits),
            profit_loss_pct=[_ratio(profit, base) for profit in profits],
            base_value=json_number(base),
            base_value_asof=history.base_value_at or UNSET,
            cashflow=flows,
        )


def _numbers(amounts: Iterable[int]) -> list[Raw]:
    return [json_number(units) for units in amounts]


def _ratio(profit: int, base: int) -> Raw | None:
    if base <= 0:
        return None
    return json_number(divide(profit * SCALE, base, Rounding.HALF_EVEN))


def _months_and_days(period: str) -> tuple[int, int]:
    match = _PERIOD_PATTERN.fullmatch(period.upper())
    if match is None or not int(match[1]):
        raise MalformedRequest(f"period must look like 30D, 4W, 6M or 1A; was {period!r}")
    count = int(match[1])
    match match[2]:
        case "D":
            return 0, count
        case "W":
            return 0, 7 * count
        case "M":
            return count, 0
        case _:
            return 12 * count, 0


def _shift(day: date, length: tuple[int, int], direction: int) -> date:
    months, days = length
    year, month = divmod(day.year * 12 + day.month - 1 + direction * months, 12)
    try:
        last = monthrange(year, month + 1)[1]
        shifted = date(year, month + 1, min(day.day, last))
        return shifted + direction * timedelta(days=days)
    except (ValueError, OverflowError):
        raise MalformedRequest("the period leaves the calendar") from None


def _flow_types(words: tuple[str, ...]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(word.upper() for word in words))
    if "NONE" in asked or not asked:
        return ()
    return FLOW_TYPES if "ALL" in asked else tuple(kind for kind in FLOW_TYPES if kind in asked)
