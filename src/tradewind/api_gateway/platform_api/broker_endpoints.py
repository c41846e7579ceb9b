"""``/tradewind/v1/live-venues``: venues whose orders a broker carries out, for administrators."""

from datetime import datetime

import msgspec
from msgspec import Struct

from tradewind.api_gateway.platform_api.account_endpoints import check_name
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.contracts.accounts import AccountService, Intervention
from tradewind.contracts.brokers import Difference, LiveVenue, Reconciliation
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AccountId, BrokerKind, VenueId
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import is_uuid

_TAG = "Live brokers"


class ReconciliationShape(Struct, frozen=True, kw_only=True):
    """What a comparison with the broker found; nothing was changed because of it."""

    at: datetime
    differences: list[Difference]


class LiveVenueShape(Struct, frozen=True, kw_only=True):
    """A live venue; ``orders_unsent`` are durable here and not yet known to be with the broker."""

    venue_id: str
    name: str
    broker: BrokerKind
    currency: str
    configured: bool
    connected: bool
    orders_open: int
    orders_unsent: int
    reconciliation: ReconciliationShape | None


class LiveAccountBody(Struct, frozen=True, kw_only=True):
    """An account to open; it belongs to the caller."""

    name: str


class LiveAccountShape(Struct, frozen=True, kw_only=True):
    """An account at a live venue, with a key whose secret is shown this once."""

    venue_id: str
    account_id: str
    key_id: str
    secret_key: str
    live_trading: bool


class LiveTradingShape(Struct, frozen=True, kw_only=True):
    """Whether an account's orders go to the broker."""

    account_id: str
    live_trading: bool


_live_account = msgspec.json.Decoder(LiveAccountBody)


class BrokerEndpoints:
    """Live venues and who may trade there; each change is journaled and in the audit log."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        every, one = "/tradewind/v1/live-venues", "/tradewind/v1/live-venues/{venue_id}"
        trading = "/tradewind/v1/accounts/{account_id}/live-trading"
        return [
            Route(
                "GET",
                every,
                self.list_venues,
                Access.ADMIN,
                "List the live venues",
                _TAG,
                problem,
                response=list[LiveVenueShape],
                description="With what the newest comparison with each broker found.",
            ),
            Route(
                "POST",
                one + "/accounts",
                self.open_account,
                Access.ADMIN,
                "Open an account at a live venue",
                _TAG,
                problem,
                body=LiveAccountBody,
                response=LiveAccountShape,
                status=201,
                description="Also makes a key. Live trading is off until it is turned on.",
            ),
            Route(
                "POST",
                one + "/reconciliation",
                self.reconcile,
                Access.ADMIN,
                "Compare a live venue with its broker now",
                _TAG,
                problem,
                response=ReconciliationShape,
                description="Reports what differs and changes nothing.",
            ),
            Route(
                "GET",
                trading,
                self.get_trading,
                Access.ADMIN,
                "Get whether an account's orders go to the broker",
                _TAG,
                problem,
                response=LiveTradingShape,
            ),
            Route(
                "PUT",
                trading,
                self.turn_on,
                Access.ADMIN,
                "Let an account's orders go to the broker",
                _TAG,
                problem,
                response=LiveTradingShape,
            ),
            Route(
                "DELETE",
                trading,
                self.turn_off,
                Access.ADMIN,
                "Let no more of an account's orders go to the broker",
                _TAG,
                problem,
                response=LiveTradingShape,
                description="Open orders stay; the kill switch cancels them.",
            ),
        ]

    async def list_venues(self, request: Request) -> Response:
        """Answer the live venues."""
        return json_response([_venue(venue) for venue in await self._orders.list_live_venues()])

    async def open_account(self, request: Request) -> Response:
        """Open an account at a live venue, with a key."""
        name = check_name(decode_body(_live_account, request.body).name)
        venue_id = await self._venue_id(request)
        account = await self._accounts.create_account(request.identity.user_id, venue_id, name)
        await self._orders.open_account(venue_id, account.account_id)
        made = await self._accounts.create_key(account.account_id, name)
        return json_response(
            LiveAccountShape(
                venue_id=venue_id,
                account_id=account.account_id,
                key_id=made.key.key_id,
                secret_key=made.secret,
                live_trading=False,
            ),
            201,
        )

    async def reconcile(self, request: Request) -> Response:
        """Compare with the broker and answer what differs."""
        found = await self._orders.reconcile(VenueId(request.path_values["venue_id"]))
        return json_response(_reconciliation(found))

    async def get_trading(self, request: Request) -> Response:
        """Answer whether live trading is on."""
        account_id = _account_id(request)
        control = await self._orders.get_control(account_id)
        return json_response(
            LiveTradingShape(account_id=account_id, live_trading=control.live_trading)
        )

    async def turn_on(self, request: Request) -> Response:
        """Turn live trading on and answer so."""
        return await self._set(request, enabled=True)

    async def turn_off(self, request: Request) -> Response:
        """Turn live trading off and answer so."""
        return await self._set(request, enabled=False)

    async def _set(self, request: Request, *, enabled: bool) -> Response:
        account_id, by = _account_id(request), request.identity.user_id
        control = await self._orders.set_live_trading(account_id, enabled, by)
        done = Intervention.LIVE_TRADING_ON if enabled else Intervention.LIVE_TRADING_OFF
        await self._accounts.record_intervention(by, account_id, done, "")
        return json_response(
            LiveTradingShape(account_id=account_id, live_trading=control.live_trading)
        )

    async def _venue_id(self, request: Request) -> VenueId:
        asked = request.path_values["venue_id"]
        for venue in await self._orders.list_live_venues():
            if venue.venue_id == asked:
                return venue.venue_id
        raise NotFound(f"there is no live venue {asked[:64]!r}")


def _venue(venue: LiveVenue) -> LiveVenueShape:
    newest = venue.reconciliation
    return LiveVenueShape(
        venue_id=venue.venue_id,
        name=venue.name,
        broker=venue.broker,
        currency=venue.currency,
        configured=venue.configured,
        connected=venue.connected,
        orders_open=venue.orders_open,
        orders_unsent=venue.orders_unsent,
        reconciliation=None if newest is None else _reconciliation(newest),
    )


def _reconciliation(found: Reconciliation) -> ReconciliationShape:
    return ReconciliationShape(at=found.at, differences=found.differences)


def _account_id(request: Request) -> AccountId:
    asked = request.path_values["account_id"]
    if not is_uuid(asked):
        raise NotFound(f"there is no account {asked[:64]!r}")
    return AccountId(asked.lower())
