"""``/tradewind/v1/venues/{venue_id}/halts``: instruments, or a whole venue, that do not trade."""

from datetime import datetime

import msgspec
from msgspec import Struct

from tradewind.api_gateway.platform_api.venue_endpoints import read_venue_id
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body, encode
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.contracts.accounts import AccountService, Intervention
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.venues import Halt
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import MalformedRequest, NotFound

_TAG = "Venues"
_WHOLE_VENUE = ""


class HaltBody(Struct, frozen=True, kw_only=True):
    """Why nothing trades, and until when; until somebody resumes it if nothing is said."""

    reason: str = ""
    resumes_at: datetime | None = None


class HaltShape(Struct, frozen=True, kw_only=True):
    """A halt; ``symbol`` is ``null`` where nothing at all trades at the venue."""

    symbol: str | None
    reason: str
    by: str
    since: datetime
    resumes_at: datetime | None


class HaltList(Struct, frozen=True):
    """What is halted at a venue, by symbol."""

    halts: list[HaltShape]


class _Noted(Struct, frozen=True):
    """What the audit log keeps of a halt."""

    venue_id: VenueId
    halt: HaltShape


_halt = msgspec.json.Decoder(HaltBody)


class HaltEndpoints:
    """Halts trading and resumes it; each is journaled and in the audit log."""

    def __init__(
        self, accounts: AccountService, orders: OrderService, market_data: MarketDataService
    ) -> None:
        self._accounts = accounts
        self._orders = orders
        self._market_data = market_data

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        every = "/tradewind/v1/venues/{venue_id}/halts"
        one, whole = every + "/{symbol:path}", "/tradewind/v1/venues/{venue_id}/halt"
        described = "Orders are taken and wait; an auction at one price follows when it ends."
        routes = [
            Route(
                "GET",
                every,
                self.list,
                Access.READ,
                "List what is halted at a venue",
                _TAG,
                problem,
                response=HaltList,
            )
        ]
        for path, what in ((one, "an instrument"), (whole, "a whole venue")):
            routes += [
                Route(
                    "PUT",
                    path,
                    self.halt,
                    Access.ADMIN,
                    f"Halt trading in {what}",
                    _TAG,
                    problem,
                    body=HaltBody,
                    response=HaltShape,
                    description=described,
                ),
                Route(
                    "DELETE",
                    path,
                    self.resume,
                    Access.ADMIN,
                    f"Resume trading in {what}",
                    _TAG,
                    problem,
                    response=HaltList,
                ),
            ]
        return routes

    async def list(self, request: Request) -> Response:
        """Answer what is halted."""
        return await self._listed(read_venue_id(request))

    async def halt(self, request: Request) -> Response:
        """Halt an instrument or the venue, and answer the halt."""
        venue_id, symbol = read_venue_id(request), await self._symbol(request)
        sent = decode_body(_halt, request.body or b"{}")
        reason = sent.reason.strip()
        if reason and not reason.isprintable():
            raise MalformedRequest("reason must be printable")
        if sent.resumes_at is not None and sent.resumes_at.tzinfo is None:
            raise MalformedRequest("resumes_at must have an offset, as in 2024-01-02T15:00:00Z")
        by = request.identity.user_id
        halted = await self._orders.halt_trading(
            venue_id, symbol, reason, by, resumes_at=sent.resumes_at
        )
        shape = _shape(halted)
        await self._accounts.record_intervention(
            by, None, Intervention.TRADING_HALTED, encode(_Noted(venue_id, shape)).decode()
        )
        return json_response(shape)

    async def resume(self, request: Request) -> Response:
        """End a halt, and answer what is still halted."""
        venue_id, symbol = read_venue_id(request), await self._symbol(request)
        by = request.identity.user_id
        await self._orders.resume_trading(venue_id, symbol, by)
        noted = encode({"venue_id": venue_id, "symbol": symbol or None})
        await self._accounts.record_intervention(
            by, None, Intervention.TRADING_RESUMED, noted.decode()
        )
        return await self._listed(venue_id)

    async def _listed(self, venue_id: VenueId) -> Response:
        halts = await self._orders.list_halts(venue_id)
        return json_response(HaltList([_shape(halt) for halt in halts]))

    async def _symbol(self, request: Request) -> str:
        asked = request.path_values.get("symbol")
        if asked is None:
            return _WHOLE_VENUE
        instrument = await self._market_data.find_instrument(asked)
        if instrument is None:
            raise NotFound(f"there is no instrument {asked[:32]!r}")
        return instrument.symbol


def _shape(halt: Halt) -> HaltShape:
    return HaltShape(
        symbol=halt.symbol or None,
        reason=halt.reason,
        by=halt.by,
        since=halt.since,
        resumes_at=halt.resumes_at,
    )
