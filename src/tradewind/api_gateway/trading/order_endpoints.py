"""``/v2/orders``: submit, list, get, replace and cancel."""

import builtins

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.routing.message import NO_CONTENT, Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.order_bodies import NewOrderBody, ReplaceOrderBody
from tradewind.api_gateway.trading.order_entry import (
    CLIENT_ORDER_ID_MAX,
    read_new_order,
    read_replacement,
)
from tradewind.api_gateway.trading.order_groups import legs_below
from tradewind.api_gateway.trading.order_shapes import WireOrder, wire_order, wire_orders
from tradewind.api_gateway.trading.problem_items import ItemProblem, item_problem
from tradewind.api_gateway.wire.query import (
    Choice,
    Flag,
    Instant,
    Integer,
    Listing,
    Member,
    QueryValues,
    Text,
)
from tradewind.contracts.orders import Order, OrderQuery, OrderService
from tradewind.contracts.vocabulary import OrderId, OrderSide
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.ids import is_uuid

_TAG = "Orders"
_LIMIT_DEFAULT = 50
_LIMIT_MAX = 500

_STATUS = Choice(
    "status", "Which orders: open (default), closed or all.", ("open", "closed", "all")
)
_LIMIT = Integer("limit", "How many at most; 50 by default.", low=1, high=_LIMIT_MAX)
_AFTER = Instant("after", "Only orders submitted after this instant.")
_UNTIL = Instant("until", "Only orders submitted before this instant.")
_DIRECTION = Choice("direction", "By time of submission; desc by default.", ("asc", "desc"))
_NESTED = Flag("nested", "Roll legs up under their parent; false by default.")
_SYMBOLS = Listing("symbols", "Only orders of these symbols.")
_SIDE = Member("side", "Only orders of this side.", OrderSide)
_ASSET_CLASS = Listing("asset_class", "Only orders of these asset classes; all by default.")
_BEFORE_ID = Text("before_order_id", "Only orders submitted before this one.", longest=36)
_AFTER_ID = Text("after_order_id", "Only orders submitted after this one.", longest=36)
_CLIENT_ID = Text(
    "client_order_id", "The client's own id.", longest=CLIENT_ORDER_ID_MAX, required=True
)

_LIST_PARAMETERS = (
    _STATUS,
    _LIMIT,
    _AFTER,
    _UNTIL,
    _DIRECTION,
    _NESTED,
    _SYMBOLS,
    _SIDE,
    _ASSET_CLASS,
    _BEFORE_ID,
    _AFTER_ID,
)


class CanceledOrder(Struct, frozen=True):
    """One order of a cancel-all; ``body`` is there when it could not be canceled."""

    id: str
    status: int
    body: ItemProblem | UnsetType = UNSET


class OrderEndpoints:
    """Orders of the caller's account."""

    def __init__(self, orders: OrderService, instruments: InstrumentDirectory) -> None:
        self._orders = orders
        self._instruments = instruments

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [*self._routes_of_all("/v2/orders"), *self._routes_of_one("/v2/orders/{order_id}")]

    def _routes_of_all(self, every: str) -> list[Route]:
        return [
            Route(
                "POST",
                every,
                self.submit,
                Access.TRADE,
                "Submit an order",
                _TAG,
                body=NewOrderBody,
                response=WireOrder,
            ),
            Route(
                "GET",
                every,
                self.list,
                Access.READ,
                "List orders",
                _TAG,
                parameters=_LIST_PARAMETERS,
                response=list[WireOrder],
            ),
            Route(
                "DELETE",
                every,
                self.cancel_all,
                Access.TRADE,
                "Cancel all open orders",
                _TAG,
                response=list[CanceledOrder],
                status=207,
            ),
        ]

    def _routes_of_one(self, one: str) -> list[Route]:
        return [
            Route(
                "GET",
                "/v2/orders:by_client_order_id",
                self.get_by_client_id,
                Access.READ,
                "Get an order by the client's own id",
                _TAG,
                parameters=(_CLIENT_ID,),
                response=WireOrder,
            ),
            Route(
                "GET",
                one,
                self.get,
                Access.READ,
                "Get an order",
                _TAG,
                parameters=(_NESTED,),
                response=WireOrder,
            ),
            Route(
                "PATCH",
                one,
                self.replace,
                Access.TRADE,
                "Replace an order",
                _TAG,
                body=ReplaceOrderBody,
                response=WireOrder,
            ),
            Route(
                "DELETE",
                one,
                self.cancel,
                Access.TRADE,
                "Cancel an order",
                _TAG,
                status=204,
            ),
        ]

    async def submit(self, request: Request) -> Response:
        """Take an order and answer how it stands."""
        command, instrument = await read_new_order(
            request.body,
            request.identity.account_id,
            request.identity.venue_id,
            self._instruments,
        )
        order = await self._orders.submit_order(command)
        return json_response(wire_order(order, instrument, await self._legs(order)))

    async def list(self, request: Request) -> Response:
        """Answer the account's orders by time of submission."""
        query = request.query
        nested = _NESTED.read(query, False)
        found = await self._orders.list_orders(
            request.identity.account_id,
            OrderQuery(
                status=_STATUS.read(query, "open"),  # type: ignore[arg-type]  # one of its words
                symbols=await self._symbols(query),
                side=_SIDE.read(query),
                after=_AFTER.read(query),
                until=_UNTIL.read(query),
                before_order_id=_order_id(_BEFORE_ID.read(query)),
                after_order_id=_order_id(_AFTER_ID.read(query)),
                limit=_LIMIT.read(query, _LIMIT_DEFAULT),
                descending=_DIRECTION.read(query, "desc") == "desc",
            ),
        )
        instruments = await self._instruments.by_symbol(order.symbol for order in found)
        shown = wire_orders(found, instruments, nested=nested)
        classes = {word.lower() for word in _ASSET_CLASS.read(query, ())}
        if classes and "all" not in classes:
            shown = [order for order in shown if order.asset_class.value in classes]
        return json_response(shown)

    async def get(self, request: Request) -> Response:
        """Answer one order."""
        nested = _NESTED.read(request.query, False)
        order = await self._orders.get_order(request.identity.account_id, _path_id(request))
        return await self._shown(order, nested=nested)

    async def get_by_client_id(self, request: Request) -> Response:
        """Answer one order by the id that the client gave it."""
        client_order_id = _CLIENT_ID.require(request.query)
        order = await self._orders.get_order_by_client_id(
            request.identity.account_id, client_order_id
        )
        return await self._shown(order)

    async def replace(self, request: Request) -> Response:
        """Replace an order and answer the new one."""
        order = await self._orders.get_order(request.identity.account_id, _path_id(request))
        instrument = await self._instruments.find_held(order.symbol)
        command = read_replacement(request.body, order, instrument)
        return await self._shown(await self._orders.replace_order(command))

    async def cancel(self, request: Request) -> Response:
        """Cancel one order."""
        await self._orders.cancel_order(request.identity.account_id, _path_id(request))
        return NO_CONTENT

    async def cancel_all(self, request: Request) -> Response:
        """Cancel every open order and answer what became of each."""
        results = await self._orders.cancel_all_orders(request.identity.account_id)
        return json_response(
            [
                CanceledOrder(result.order_id, 200)
                if result.failure is None
                else CanceledOrder(
                    result.order_id, result.failure.status, item_problem(result.failure)
                )
                for result in results
            ],
            207,
        )

    # Quoted: ``list`` is a method here.
    async def _symbols(self, query: QueryValues) -> tuple[str, ...]:
        """Return the symbols to list, pairs with their slash; unknown ones as they came."""
        asked = _SYMBOLS.read(query, ())
        found = [await self._instruments.find(symbol) for symbol in asked]
        return tuple(
            known.symbol if known else symbol.upper()
            for known, symbol in zip(found, asked, strict=True)
        )

    async def _legs(self, order: Order) -> "builtins.list[Order]":
        """Return the orders that are shown below one that leads a group."""
        if order.terms is None or order.terms.group_id is None:
            return []
        group = await self._orders.get_group(order.account_id, order.terms.group_id)
        return legs_below(order, group)

    async def _shown(self, order: Order, *, nested: bool = False) -> Response:
        legs = await self._legs(order) if nested else None
        return json_response(
            wire_order(order, await self._instruments.find_held(order.symbol), legs)
        )


def _path_id(request: Request) -> OrderId:
    order_id = _order_id(request.path_values["order_id"])
    assert order_id is not None
    return order_id


def _order_id(text: str | None) -> OrderId | None:
    if text is None:
        return None
    if not is_uuid(text):
        raise MalformedRequest(f"an order id is a UUID; was {text[:40]!r}")
    return OrderId(text.lower())
