"""``/tradewind/v1/corporate-actions``: actions that an administrator enters by hand."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, RequestHeader, Route
from tradewind.api_gateway.wire.amount import AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body, encode
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.api_gateway.wire.query import Text
from tradewind.contracts.accounts import AccountService, Intervention
from tradewind.contracts.corporate_actions import (
    ActionStatus,
    CashDividend,
    CashMerger,
    CorporateAction,
    OwedDividend,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import is_uuid
from tradewind.platform.money import InexactAmount, MoneyUnits, QuantityUnits, to_units

_TAG = "Corporate actions"
_KEY_MAX = 128
_KEY = RequestHeader(
    "Idempotency-Key",
    "Makes the request safe to repeat: the id of the action follows from it. Printable ASCII.",
    _KEY_MAX,
)
_VENUE = Text("venue_id", "Of which venue; the caller's own by default.", longest=36)
_SPLIT_RATE_MAX = 2**31 - 1


class ActionBody(Struct, frozen=True, kw_only=True):
    """An action and what its type needs.

    ``split``: new_rate, old_rate. ``cash_dividend``: rate in dollars a share, special, record_date,
    payable_date. ``stock_dividend``: rate in new shares a share, record_date, payable_date.
    ``symbol_change``: new_symbol. ``cash_merger``: rate in dollars a share, acquirer.
    """

    type: str
    symbol: str
    ex_date: date
    new_rate: int | None = None
    old_rate: int | None = None
    rate: AnyAmount | None = None
    special: bool = False
    record_date: date | None = None
    payable_date: date | None = None
    new_symbol: str | None = None
    acquirer: str = ""


class ActionShape(Struct, frozen=True, kw_only=True):
    """An action; members that its type has not got are absent."""

    action_id: str
    type: str
    symbol: str
    ex_date: date
    new_rate: int | UnsetType = UNSET
    old_rate: int | UnsetType = UNSET
    rate: str | UnsetType = UNSET
    special: bool | UnsetType = UNSET
    record_date: date | UnsetType = UNSET
    payable_date: date | UnsetType = UNSET
    new_symbol: str | UnsetType = UNSET
    acquirer: str | UnsetType = UNSET


class EnteredShape(Struct, frozen=True, kw_only=True):
    """An action, and whether it has taken effect or waits for its ex-date."""

    status: ActionStatus
    action: ActionShape


class OwedShape(Struct, frozen=True, kw_only=True):
    """A dividend between its ex-date and its payable date, over all accounts."""

    action_id: str
    symbol: str
    rate: str
    payable_date: date
    accounts: int
    amount: str


class PendingShape(Struct, frozen=True, kw_only=True):
    """What was entered at a venue and has taken effect or not, and what is owed; by date."""

    announced: list[ActionShape]
    applied: list[ActionShape]
    owed: list[OwedShape]


_body = amount_decoder(ActionBody)


class CorporateActionEndpoints:
    """Enters corporate actions and takes them back; each is journaled and in the audit log."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        every = "/tradewind/v1/corporate-actions"
        return [
            Route(
                "POST",
                every,
                self.enter,
                Access.ADMIN,
                "Enter a corporate action",
                _TAG,
                problem,
                parameters=(_VENUE,),
                body=ActionBody,
                request_headers=(_KEY,),
                response=EnteredShape,
                status=201,
                description="It takes effect with the first session of its ex-date, at once where "
                "that has begun.",
            ),
            Route(
                "GET",
                every,
                self.list,
                Access.ADMIN,
                "List actions that were entered and dividends that are owed",
                _TAG,
                problem,
                parameters=(_VENUE,),
                response=PendingShape,
            ),
            Route(
                "DELETE",
                every + "/{action_id}",
                self.withdraw,
                Access.ADMIN,
                "Take back an announced corporate action",
                _TAG,
                problem,
                parameters=(_VENUE,),
                response=PendingShape,
            ),
        ]

    async def enter(self, request: Request) -> Response:
        """Enter an action and answer where it stands."""
        venue_id, by = _venue_id(request), request.identity.user_id
        action = _read(decode_body(_body, request.body), _action_id(venue_id, request))
        status = await self._orders.enter_corporate_action(venue_id, action, by)
        shape = EnteredShape(status=status, action=_shape(action))
        await self._accounts.record_intervention(
            by, None, Intervention.CORPORATE_ACTION_ENTERED, encode(shape).decode()
        )
        return json_response(shape, 201)

    async def list(self, request: Request) -> Response:
        """Answer what the venue has still to do."""
        return await self._pending(_venue_id(request))

    async def withdraw(self, request: Request) -> Response:
        """Take an action back and answer what is left."""
        venue_id, by = _venue_id(request), request.identity.user_id
        action_id = request.path_values["action_id"]
        await self._orders.withdraw_corporate_action(venue_id, action_id, by)
        await self._accounts.record_intervention(
            by, None, Intervention.CORPORATE_ACTION_WITHDRAWN, action_id
        )
        return await self._pending(venue_id)

    async def _pending(self, venue_id: VenueId) -> Response:
        pending = await self._orders.pending_corporate_actions(venue_id)
        return json_response(
            PendingShape(
                announced=[_shape(action) for action in pending.announced],
                applied=[_shape(action) for action in pending.applied],
                owed=[_owed(dividend) for dividend in pending.owed],
            )
        )


def _venue_id(request: Request) -> VenueId:
    own: VenueId = request.identity.venue_id
    asked = _VENUE.read(request.query, own)
    if asked != own and not is_uuid(asked):
        raise NotFound(f"there is no venue {asked[:64]!r}")
    return VenueId(asked)


def _action_id(venue_id: VenueId, request: Request) -> str:
    key = request.header(b"idempotency-key")
    if key is None:
        raise MalformedRequest("send an Idempotency-Key header, such as a new UUID")
    if not 0 < len(key) <= _KEY_MAX or not key.isascii() or not key.isprintable():
        raise MalformedRequest(f"Idempotency-Key must have 1 to {_KEY_MAX} printable characters")
    return str(uuid5(NAMESPACE_URL, f"tradewind:corporate-actions:{venue_id}:{key}"))


def _read(sent: ActionBody, action_id: str) -> CorporateAction:
    head = (action_id, sent.symbol.strip().upper(), sent.ex_date)
    match sent.type:
        case "split":
            new, old = _given(sent, "new_rate"), _given(sent, "old_rate")
            if not (0 < new <= _SPLIT_RATE_MAX and 0 < old <= _SPLIT_RATE_MAX):
                raise MalformedRequest("new_rate and old_rate must be above 0, as in 2 and 1")
            return Split(*head, new, old)
        case "cash_dividend":
            rate = MoneyUnits(_rate(sent))
            return CashDividend(*head, rate, sent.special, sent.record_date, sent.payable_date)
        case "stock_dividend":
            shares = QuantityUnits(_rate(sent))
            return StockDividend(*head, shares, sent.record_date, sent.payable_date)
        case "symbol_change":
            if not sent.new_symbol:
                raise MalformedRequest("a symbol_change needs new_symbol")
            return SymbolChange(*head, sent.new_symbol.strip().upper())
        case "cash_merger":
            return CashMerger(*head, MoneyUnits(_rate(sent)), sent.acquirer.strip().upper())
        case _:
            raise MalformedRequest(
                f"type {sent.type[:32]!r} must be split, cash_dividend, stock_dividend, "
                "symbol_change or cash_merger"
            )


def _given(sent: ActionBody, name: str) -> int:
    value: int | None = getattr(sent, name)
    if value is None:
        raise MalformedRequest(f"a {sent.type} needs {name}")
    return value


def _rate(sent: ActionBody) -> int:
    if sent.rate is None:
        raise MalformedRequest(f"a {sent.type} needs rate")
    try:
        return to_units(sent.rate)
    except InexactAmount as error:
        raise MalformedRequest(f"rate: {error}") from None


def _shape(action: CorporateAction) -> ActionShape:
    shape = ActionShape(
        action_id=action.action_id,
        type=str(action.__struct_config__.tag),
        symbol=action.symbol,
        ex_date=action.ex_date,
    )
    match action:
        case Split():
            return replace(shape, new_rate=action.new_rate, old_rate=action.old_rate)
        case SymbolChange():
            return replace(shape, new_symbol=action.new_symbol)
        case CashMerger():
            rate = decimal_text(action.rate)
            return replace(shape, rate=rate, acquirer=action.acquirer or UNSET)
        case CashDividend() | StockDividend():
            return replace(
                shape,
                rate=decimal_text(action.rate),
                special=action.special if isinstance(action, CashDividend) else UNSET,
                record_date=action.record_date or UNSET,
                payable_date=action.payable_date or UNSET,
            )


def _owed(dividend: OwedDividend) -> OwedShape:
    return OwedShape(
        action_id=dividend.action_id,
        symbol=dividend.symbol,
        rate=decimal_text(dividend.rate),
        payable_date=dividend.payable_date,
        accounts=dividend.accounts,
        amount=decimal_text(dividend.amount),
    )
