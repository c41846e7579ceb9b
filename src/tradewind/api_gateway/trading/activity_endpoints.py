"""``/v2/account/activities``: what happened in an account, newest first."""

from datetime import datetime, timedelta

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.trading.activity_shapes import (
    WireActivity,
    WireCashMovement,
    WireFill,
    wire_activity,
)
from tradewind.api_gateway.wire.query import Choice, Day, Instant, Integer, Listing, Text
from tradewind.api_gateway.wire.timestamps import day_bounds
from tradewind.contracts.activities import ActivityQuery
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import OrderId
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.ids import is_uuid

_TAG = "Account"
_PAGE_SIZE_MAX = 100
_TRADES: tuple[str, ...] = ("FILL",)
_ELSEWHERE = (
    "ACATC,ACATS,CFEE,DIVCGL,DIVCGS,DIVNRA,DIVROC,DIVTXEX,DIVWH,EXTRD,FXTRD,INTPNL,"
    "JNLS,MEM,OCT,OPASN,OPCSH,OPEXC,OPEXP,OPTRD,PTC,REORG,SPIN,SWP,VOF,WH,CGD,DIVFEE,"
    "DIVFT,DIVTW,INTNRA,INTTW,JNL,OPCA,PTR,REO,FOPT"
)
"""Kinds that Alpaca knows and that do not occur here: asking for them finds nothing."""

_CORPORATE: tuple[str, ...] = ("DIV", "SPLIT", "CIL", "MA", "NC", "INT", "FEE")

_GROUPS = {"TRANS": ("CSD", "CSW"), "MISC": ("JNLC", *_CORPORATE)}
"""Names that stand for several kinds, of those that occur here."""

_NON_TRADES: tuple[str, ...] = ("CSD", "CSW", "JNLC", *_CORPORATE)
_KINDS = frozenset({*_TRADES, *_NON_TRADES, *_GROUPS, *_ELSEWHERE.split(",")})

_TYPES = Listing("activity_types", "Only these kinds, such as FILL,DIV,CSD.")
_CATEGORY = Choice(
    "category",
    "trade_activity or non_trade_activity; not together with activity_types.",
    ("trade_activity", "non_trade_activity"),
)
_ORDER_ID = Text("order_id", "Only fills of this order.", longest=36)
_DATE = Day("date", "Only this date, New York time.")
_UNTIL = Instant("until", "Only before this instant.")
_AFTER = Instant("after", "Only after this instant.")
_DIRECTION = Choice("direction", "By time; desc by default.", ("asc", "desc"))
_PAGE_SIZE = Integer("page_size", "How many; 100 by default.", low=1, high=_PAGE_SIZE_MAX)
_PAGE_TOKEN = Text("page_token", "Id of the last activity of the previous page.", longest=128)

_COMMON = (_ORDER_ID, _DATE, _UNTIL, _AFTER, _DIRECTION, _PAGE_SIZE, _PAGE_TOKEN)


class ActivityEndpoints:
    """Fills, cash movements, corporate actions, interest and fees of the caller's account."""

    def __init__(self, orders: OrderService) -> None:
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        parts = (WireFill, WireCashMovement)
        return [
            Route(
                "GET",
                "/v2/account/activities",
                self.list,
                Access.READ,
                "List activities",
                _TAG,
                parameters=(_TYPES, _CATEGORY, *_COMMON),
                response=list[WireActivity],
                response_parts=parts,
            ),
            Route(
                "GET",
                "/v2/account/activities/{activity_type}",
                self.list_of_type,
                Access.READ,
                "List activities of one kind",
                _TAG,
                parameters=_COMMON,
                response=list[WireActivity],
                response_parts=parts,
            ),
        ]

    async def list(self, request: Request) -> Response:
        """Answer activities of the kinds asked for."""
        words = _TYPES.read(request.query, ())
        category = _CATEGORY.read(request.query)
        if words and category is not None:
            raise MalformedRequest("activity_types and category cannot both be given")
        if category is not None:
            kinds = _TRADES if category == "trade_activity" else _NON_TRADES
        else:
            kinds = _kinds(words)
        return await self._answer(request, kinds)

    async def list_of_type(self, request: Request) -> Response:
        """Answer activities of one kind."""
        return await self._answer(request, _kinds((request.path_values["activity_type"],)))

    async def _answer(self, request: Request, kinds: tuple[str, ...]) -> Response:
        query = request.query
        after, until = _AFTER.read(query), _UNTIL.read(query)
        day = _DATE.read(query)
        if day is not None:
            if after is not None or until is not None:
                raise MalformedRequest("date cannot be given together with after or until")
            after, until = _within(day_bounds(day))
        order_id = _ORDER_ID.read(query)
        if order_id is not None and not is_uuid(order_id):
            raise MalformedRequest(f"an order id is a UUID; was {order_id!r}")
        activities = await self._orders.list_activities(
            request.identity.account_id,
            ActivityQuery(
                types=kinds,
                order_id=None if order_id is None else OrderId(order_id.lower()),
                after=after,
                until=until,
                descending=_DIRECTION.read(query, "desc") == "desc",
                limit=_PAGE_SIZE.read(query, _PAGE_SIZE_MAX),
                page_token=_PAGE_TOKEN.read(query),
            ),
        )
        return json_response([wire_activity(activity) for activity in activities])


def _kinds(words: tuple[str, ...]) -> tuple[str, ...]:
    kinds: list[str] = []
    for word in words:
        kind = word.upper()
        if kind not in _KINDS:
            raise MalformedRequest(f"{word[:40]!r} is not an activity type")
        kinds.extend(_GROUPS.get(kind, (kind,)))
    return tuple(dict.fromkeys(kinds))


def _within(bounds: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    # The service's bounds are exclusive, and instants have microseconds.
    start, end = bounds
    return start - timedelta(microseconds=1), end
