"""``/tradewind/v1/notifications``: webhooks, e-mail and price alerts of the caller's account."""

from datetime import datetime

import msgspec
from msgspec import Struct

from tradewind.api_gateway.routing.message import (
    NO_CONTENT,
    Handler,
    Request,
    Response,
    json_response,
)
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.amount import AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text, decimal_text_or_none
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.notifications import (
    Channel,
    ChannelKind,
    Condition,
    Delivery,
    DeliveryStatus,
    NotificationService,
    PriceAlert,
    Topic,
)
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.money import SCALE, InexactAmount, PriceUnits, to_units

_TAG = "Notifications"
_BASE = "/tradewind/v1/notifications"
_PRICE_MAX = 1_000_000_000 * SCALE
_SYMBOL_MAX = 32


class ChannelBody(Struct, frozen=True, kw_only=True):
    """A webhook's HTTPS URL or an e-mail address, and what it is to be told of."""

    kind: ChannelKind
    target: str
    topics: list[Topic]


class CodeBody(Struct, frozen=True, kw_only=True):
    """The code that the address was sent."""

    code: str


class AlertBody(Struct, frozen=True, kw_only=True):
    """A price to watch for; it is told once."""

    symbol: str
    condition: Condition
    price: AnyAmount


class ChannelShape(Struct, frozen=True, kw_only=True):
    """A channel; an address is told nothing before it is confirmed."""

    channel_id: str
    kind: ChannelKind
    target: str
    topics: list[Topic]
    confirmed: bool
    created_at: datetime


class NewChannelShape(ChannelShape, frozen=True, kw_only=True):
    """A channel just made; ``secret`` verifies what a webhook is sent, and is shown this once."""

    secret: str | None


class ChannelList(Struct, frozen=True):
    """The account's channels, oldest first."""

    channels: list[ChannelShape]


class DeliveryShape(Struct, frozen=True, kw_only=True):
    """A message and what has become of it."""

    delivery_id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None


class DeliveryList(Struct, frozen=True):
    """The newest messages to a channel."""

    deliveries: list[DeliveryShape]


class AlertShape(Struct, frozen=True, kw_only=True):
    """A price alert; ``triggered_at`` is ``null`` while it waits."""

    alert_id: str
    symbol: str
    condition: Condition
    price: str
    created_at: datetime
    triggered_at: datetime | None
    triggered_price: str | None


class AlertList(Struct, frozen=True):
    """The account's price alerts, newest first."""

    alerts: list[AlertShape]


_channel_body = msgspec.json.Decoder(ChannelBody)
_code_body = msgspec.json.Decoder(CodeBody)
_alert_body = amount_decoder(AlertBody)


def _route(
    method: str,
    path: str,
    handler: Handler,
    access: Access,
    summary: str,
    *,
    body: type | None = None,
    response: type | None = None,
    status: int = 200,
    description: str = "",
) -> Route:
    return Route(
        method,
        _BASE + path,
        handler,
        access,
        summary,
        _TAG,
        ErrorStyle.PROBLEM,
        body=body,
        response=response,
        status=status,
        description=description,
    )


class NotificationEndpoints:
    """Where the account's events go, and which prices it waits for."""

    def __init__(self, notifications: NotificationService, market_data: MarketDataService) -> None:
        self._notifications = notifications
        self._market_data = market_data

    def routes(self) -> list[Route]:
        """Return the routes."""
        read, trade = Access.READ, Access.TRADE
        one = "/channels/{channel_id}"
        return [
            _route(
                "GET", "/channels", self.list_channels, read,
                "List the account's channels", response=ChannelList,
            ),
            _route(
                "POST", "/channels", self.create_channel, trade,
                "Make a channel", body=ChannelBody, response=NewChannelShape, status=201,
                description="A webhook's secret is in this answer and nowhere else. An e-mail "
                "address is sent a code that confirms it.",
            ),
            _route(
                "DELETE", one, self.delete_channel, trade, "Delete a channel", status=204,
            ),
            _route(
                "POST", one + "/confirm", self.confirm_channel, trade,
                "Confirm an e-mail address", body=CodeBody, response=ChannelShape,
            ),
            _route(
                "POST", one + "/test", self.test_channel, trade,
                "Send a test message", response=DeliveryShape, status=202,
            ),
            _route(
                "GET", one + "/deliveries", self.list_deliveries, read,
                "List the newest messages to a channel", response=DeliveryList,
            ),
            _route(
                "GET", "/alerts", self.list_alerts, read,
                "List the account's price alerts", response=AlertList,
            ),
            _route(
                "POST", "/alerts", self.create_alert, trade,
                "Make a price alert", body=AlertBody, response=AlertShape, status=201,
                description="It is triggered once, by a trade of the account's venue, and told to "
                "channels with the topic `price_alerts`.",
            ),
            _route(
                "DELETE", "/alerts/{alert_id}", self.delete_alert, trade,
                "Delete a price alert", status=204,
            ),
        ]  # fmt: skip

    async def list_channels(self, request: Request) -> Response:
        """Answer the account's channels."""
        channels = await self._notifications.list_channels(request.identity.account_id)
        return json_response(ChannelList([_channel(each) for each in channels]))

    async def create_channel(self, request: Request) -> Response:
        """Make a channel and answer it with its secret."""
        sent, identity = decode_body(_channel_body, request.body), request.identity
        made = await self._notifications.create_channel(
            identity.account_id,
            identity.venue_id,
            sent.kind,
            sent.target.strip(),
            tuple(sent.topics),
        )
        fields = msgspec.structs.asdict(_channel(made.channel))
        return json_response(NewChannelShape(**fields, secret=made.secret), 201)

    async def delete_channel(self, request: Request) -> Response:
        """Tell a channel nothing more."""
        await self._notifications.delete_channel(
            request.identity.account_id, request.path_values["channel_id"]
        )
        return NO_CONTENT

    async def confirm_channel(self, request: Request) -> Response:
        """Confirm an address and answer its channel."""
        channel = await self._notifications.confirm_channel(
            request.identity.account_id,
            request.path_values["channel_id"],
            decode_body(_code_body, request.body).code,
        )
        return json_response(_channel(channel))

    async def test_channel(self, request: Request) -> Response:
        """Send a test message and answer it as it waits."""
        delivery = await self._notifications.test_channel(
            request.identity.account_id, request.path_values["channel_id"]
        )
        return json_response(_delivery(delivery), 202)

    async def list_deliveries(self, request: Request) -> Response:
        """Answer the newest messages to a channel."""
        deliveries = await self._notifications.list_deliveries(
            request.identity.account_id, request.path_values["channel_id"]
        )
        return json_response(DeliveryList([_delivery(each) for each in deliveries]))

    async def list_alerts(self, request: Request) -> Response:
        """Answer the account's price alerts."""
        alerts = await self._notifications.list_alerts(request.identity.account_id)
        return json_response(AlertList([_alert(each) for each in alerts]))

    async def create_alert(self, request: Request) -> Response:
        """Make a price alert for an instrument that exists."""
        sent, identity = decode_body(_alert_body, request.body), request.identity
        price = _price(sent.price)
        symbol = sent.symbol.strip()
        known = None
        if 0 < len(symbol) <= _SYMBOL_MAX and symbol.isprintable():
            known = await self._market_data.find_instrument(symbol)
        if known is None:
            raise NotFound(f"there is no instrument {symbol[:_SYMBOL_MAX]!r}")
        alert = await self._notifications.create_alert(
            identity.account_id, identity.venue_id, known.symbol, sent.condition, price
        )
        return json_response(_alert(alert), 201)

    async def delete_alert(self, request: Request) -> Response:
        """Watch for a price no more."""
        await self._notifications.delete_alert(
            request.identity.account_id, request.path_values["alert_id"]
        )
        return NO_CONTENT


def _price(value: AnyAmount) -> PriceUnits:
    try:
        units = to_units(value)
    except InexactAmount as error:
        raise MalformedRequest(f"price: {error}") from None
    if not 0 < units <= _PRICE_MAX:
        raise MalformedRequest(f"price must be above 0 and at most a billion, was {value}")
    return PriceUnits(units)


def _channel(channel: Channel) -> ChannelShape:
    return msgspec.convert(channel, ChannelShape, from_attributes=True)


def _delivery(delivery: Delivery) -> DeliveryShape:
    waits = delivery.status is DeliveryStatus.WAITING
    return DeliveryShape(
        delivery_id=delivery.delivery_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        status=delivery.status,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at if waits else None,
        delivered_at=delivery.delivered_at,
        last_error=delivery.last_error,
    )


def _alert(alert: PriceAlert) -> AlertShape:
    return AlertShape(
        alert_id=alert.alert_id,
        symbol=alert.symbol,
        condition=alert.condition,
        price=decimal_text(alert.price),
        created_at=alert.created_at,
        triggered_at=alert.triggered_at,
        triggered_price=decimal_text_or_none(alert.triggered_price),
    )
