"""``/v2/positions``: list, get, close one or all."""

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Struct

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.order_rules import read_qty
from tradewind.api_gateway.trading.order_shapes import WireOrder, wire_order
from tradewind.api_gateway.trading.position_shapes import WirePosition, wire_position
from tradewind.api_gateway.trading.problem_items import ItemProblem, item_problem
from tradewind.api_gateway.wire.query import Amount, Flag
from tradewind.api_gateway.wire.unions import one_of
from tradewind.contracts.orders import CloseResult, OrderService
from tradewind.platform.errors import InvariantBroken, MalformedRequest, NotFound
from tradewind.platform.money import QuantityUnits

_TAG = "Positions"
_CANCEL_ORDERS = Flag("cancel_orders", "Cancel all open orders first.")
_QTY = Amount("qty", "How many shares to close; all by default.")
_PERCENTAGE = Amount("percentage", "How much of the position to close, from 0 to 100.")


class ClosedPosition(Struct, frozen=True):
    """One position of a close-all with the order that closes it, or why there is none."""

    symbol: str
    status: int
    body: Annotated[Any, one_of(WireOrder, ItemProblem)]  # Any: see ``wire.unions``


class PositionEndpoints:
    """Positions of the caller's account."""

    def __init__(self, orders: OrderService, instruments: InstrumentDirectory) -> None:
        self._orders = orders
        self._instruments = instruments

    def routes(self) -> list[Route]:
        """Return the routes."""
        one, every = "/v2/positions/{symbol_or_asset_id:path}", "/v2/positions"
        return [
            Route(
                "GET",
                every,
                self.list,
                Access.READ,
                "List open positions",
                _TAG,
                response=list[WirePosition],
            ),
            Route(
                "DELETE",
                every,
                self.close_all,
                Access.TRADE,
                "Close all positions",
                _TAG,
                parameters=(_CANCEL_ORDERS,),
                response=list[ClosedPosition],
                response_parts=(WireOrder, ItemProblem),
                status=207,
            ),
            Route(
                "GET",
                one,
                self.get,
                Access.READ,
                "Get an open position",
                _TAG,
                response=WirePosition,
            ),
            Route(
                "DELETE",
                one,
                self.close,
                Access.TRADE,
                "Close a position, whole or in part",
                _TAG,
                parameters=(_QTY, _PERCENTAGE),
                response=WireOrder,
            ),
        ]

    async def list(self, request: Request) -> Response:
        """Answer the open positions by symbol."""
        positions = await self._orders.list_positions(request.identity.account_id)
        instruments = await self._instruments.by_symbol(held.symbol for held in positions)
        return json_response(
            [wire_position(held, instruments.get(held.symbol)) for held in positions]
        )

    async def get(self, request: Request) -> Response:
        """Answer one open position."""
        symbol = await self._symbol(request)
        position = await self._orders.get_position(request.identity.account_id, symbol)
        return json_response(wire_position(position, await self._instruments.find_held(symbol)))

    async def close(self, request: Request) -> Response:
        """Close a position at market and answer the order."""
        qty, percentage = _read_part(request)
        symbol = await self._symbol(request)
        order = await self._orders.close_position(
            request.identity.account_id, symbol, qty=qty, percentage=percentage
        )
        return json_response(wire_order(order, await self._instruments.find_held(symbol)))

    async def close_all(self, request: Request) -> Response:
        """Close every position at market and answer the orders."""
        results = await self._orders.close_all_positions(
            request.identity.account_id,
            cancel_orders=_CANCEL_ORDERS.read(request.query, False),
        )
        return json_response([await self._closed(result) for result in results], 207)

    async def _closed(self, result: CloseResult) -> ClosedPosition:
        if result.failure is not None:
            return ClosedPosition(
                result.symbol, result.failure.status, item_problem(result.failure)
            )
        if result.order is None:
            raise InvariantBroken(f"closing {result.symbol} gave neither an order nor a reason")
        instrument = await self._instruments.find_held(result.symbol)
        return ClosedPosition(result.symbol, 200, wire_order(result.order, instrument))

    async def _symbol(self, request: Request) -> str:
        asked = request.path_values["symbol_or_asset_id"]
        instrument = await self._instruments.find_at(request.identity.venue_id, asked)
        if instrument is None:
            raise NotFound(f"position does not exist: there is no asset {asked[:64]}")
        return instrument.symbol


def _read_part(request: Request) -> tuple[QuantityUnits | None, Decimal | None]:
    sent_qty, percentage = _QTY.read(request.query), _PERCENTAGE.read(request.query)
    if sent_qty is not None and percentage is not None:
        raise MalformedRequest("qty and percentage cannot both be given")
    if percentage is not None and not 0 < percentage <= 100:
        raise MalformedRequest(f"percentage must be above 0 and at most 100, was {percentage}")
    return (None if sent_qty is None else read_qty(sent_qty)), percentage
