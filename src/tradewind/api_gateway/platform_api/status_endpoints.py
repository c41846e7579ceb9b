"""``/tradewind/v1/venues/{venue_id}/statuses``: what trades, and between which prices."""

from datetime import datetime

from msgspec import Struct

from tradewind.api_gateway.market_data.query import SYMBOLS, read_symbols
from tradewind.api_gateway.platform_api.venue_endpoints import read_venue_id
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.api_gateway.wire.query import Listing
from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus
from tradewind.contracts.orders import OrderService

_SYMBOLS = Listing(SYMBOLS.name, "Symbols, joined by commas. Default: every instrument.")


class BandsShape(Struct, frozen=True, kw_only=True):
    """Between which prices, both inclusive, an instrument may trade."""

    lower: str
    upper: str
    since: datetime


class StatusShape(Struct, frozen=True, kw_only=True):
    """How an instrument stands."""

    symbol: str
    is_halted: bool
    since: datetime | None
    """When it was halted, or resumed; ``null`` where it was never halted."""
    cause: HaltCause | None
    """Who did that: the price bands, the instrument's own exchange, or an operator."""
    reason: str
    resumes_at: datetime | None
    """When the halt ends by itself."""
    bands: BandsShape | None
    """The price bands in force; ``null`` where there are none."""


class StatusList(Struct, frozen=True):
    """How the instruments of a venue stand, by symbol; unknown ones are absent."""

    statuses: list[StatusShape]


class StatusEndpoints:
    """Reads the newest trading status and price bands, for who came after they changed."""

    def __init__(self, orders: OrderService) -> None:
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(
                "GET",
                "/tradewind/v1/venues/{venue_id}/statuses",
                self.list,
                Access.READ,
                "List how instruments of a venue stand: halted or not, and their price bands",
                "Venues",
                ErrorStyle.PROBLEM,
                parameters=(_SYMBOLS,),
                response=StatusList,
            )
        ]

    async def list(self, request: Request) -> Response:
        """Answer the newest status and bands of the instruments asked for."""
        symbols = read_symbols(request.query) if _SYMBOLS.read(request.query) else ()
        latest = await self._orders.latest_statuses(read_venue_id(request), symbols)
        return json_response(StatusList([_shape(each) for each in latest]))


def _shape(latest: LatestStatus) -> StatusShape:
    status = latest.status
    return StatusShape(
        symbol=latest.symbol,
        is_halted=status is not None and status.is_halted,
        since=status.at if status else None,
        cause=status.cause if status else None,
        reason=status.reason if status else "",
        resumes_at=latest.resumes_at,
        bands=_bands(latest.bands) if latest.bands else None,
    )


def _bands(bands: BandsMoved) -> BandsShape:
    return BandsShape(
        lower=decimal_text(bands.lower), upper=decimal_text(bands.upper), since=bands.at
    )
