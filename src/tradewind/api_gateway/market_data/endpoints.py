"""The routes of Alpaca's stock data, crypto data and corporate actions."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from tradewind.api_gateway.market_data import bodies, corporate_actions, reference
from tradewind.api_gateway.market_data.auctions import (
    Auctions,
    AuctionsBody,
    SymbolAuctionsBody,
)
from tradewind.api_gateway.market_data.corporate_actions import CorporateActions
from tradewind.api_gateway.market_data.crypto import CryptoEndpoints
from tradewind.api_gateway.market_data.numbers import json_encoder
from tradewind.api_gateway.market_data.query import (
    BAR_PARAMETERS,
    LATEST_PARAMETERS,
    SYMBOLS,
    TICK_PARAMETERS,
)
from tradewind.api_gateway.market_data.service import Body, StockData
from tradewind.api_gateway.market_data.shapes import WireSnapshot
from tradewind.api_gateway.routing.message import Handler, Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Parameter, QueryValues
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import VenueId

_TAG = "Market data"

_Answer = Callable[[VenueId, QueryValues, str | None], Awaitable[Body]]


class _Series(NamedTuple):
    name: str
    answer: _Answer
    summary: str
    parameters: Sequence[Parameter[Any]]  # Any: parameters of every type
    several: type[Struct]
    single: type[Struct]


def routes(market_data: MarketDataService, orders: OrderService) -> list[Route]:
    """Return the market-data routes; ``orders`` knows what was entered at a venue by hand."""
    return [
        *_stock_routes(StockData(market_data), Auctions(market_data, orders)),
        *CryptoEndpoints(market_data).routes(),
        *_reference_routes(market_data, orders),
    ]


def _stock_routes(stocks: StockData, auctions: Auctions) -> list[Route]:
    found = []
    for series in (*_all_series(stocks), _auction_series(auctions)):
        found.append(
            _route(
                f"/v2/stocks/{series.name}",
                _several(series.answer),
                series.summary,
                parameters=(SYMBOLS, *series.parameters),
                response=series.several,
            )
        )
        found.append(
            _route(
                f"/v2/stocks/{{symbol}}/{series.name}",
                _single(series.answer),
                f"{series.summary} of one symbol",
                parameters=series.parameters,
                response=series.single,
            )
        )
    return [
        *found,
        _route(
            "/v2/stocks/snapshots",
            _several(stocks.snapshots),
            "Snapshots",
            parameters=(SYMBOLS, *LATEST_PARAMETERS),
            response=bodies.SnapshotsBody,
        ),
        _route(
            "/v2/stocks/{symbol}/snapshot",
            _single(stocks.snapshots),
            "Snapshot of one symbol",
            parameters=LATEST_PARAMETERS,
            response=WireSnapshot,
        ),
    ]


def _all_series(stocks: StockData) -> tuple[_Series, ...]:
    return (
        _Series(
            "bars",
            stocks.bars,
            "Historical bars",
            BAR_PARAMETERS,
            bodies.BarsBody,
            bodies.SymbolBarsBody,
        ),
        _Series(
            "trades",
            stocks.trades,
            "Historical trades",
            TICK_PARAMETERS,
            bodies.TradesBody,
            bodies.SymbolTradesBody,
        ),
        _Series(
            "quotes",
            stocks.quotes,
            "Historical quotes",
            TICK_PARAMETERS,
            bodies.QuotesBody,
            bodies.SymbolQuotesBody,
        ),
        _Series(
            "bars/latest",
            stocks.latest_bars,
            "Latest bars",
            LATEST_PARAMETERS,
            bodies.LatestBarsBody,
            bodies.LatestBarBody,
        ),
        _Series(
            "trades/latest",
            stocks.latest_trades,
            "Latest trades",
            LATEST_PARAMETERS,
            bodies.LatestTradesBody,
            bodies.LatestTradeBody,
        ),
        _Series(
            "quotes/latest",
            stocks.latest_quotes,
            "Latest quotes",
            LATEST_PARAMETERS,
            bodies.LatestQuotesBody,
            bodies.LatestQuoteBody,
        ),
    )


def _auction_series(auctions: Auctions) -> _Series:
    return _Series(
        "auctions",
        auctions.page,
        "Historical auctions",
        TICK_PARAMETERS,
        AuctionsBody,
        SymbolAuctionsBody,
    )


def _reference_routes(market_data: MarketDataService, orders: OrderService) -> list[Route]:
    actions = CorporateActions(market_data, orders)

    async def exchanges(_: Request) -> Response:
        return json_response(reference.EXCHANGES)

    async def conditions(request: Request) -> Response:
        return json_response(reference.conditions(request.path_values["ticktype"], request.query))

    async def list_actions(request: Request) -> Response:
        return _response(await actions.page(request.identity.venue_id, request.query))

    return [
        _route("/v2/stocks/meta/exchanges", exchanges, "Exchange codes", response=dict[str, str]),
        _route(
            "/v2/stocks/meta/conditions/{ticktype}",
            conditions,
            "Condition codes",
            parameters=(reference.TAPE,),
            response=dict[str, str],
        ),
        _route(
            "/v1/corporate-actions",
            list_actions,
            "Corporate actions",
            parameters=corporate_actions.PARAMETERS,
            response=corporate_actions.CorporateActionsBody,
        ),
    ]


def _several(answer: _Answer) -> Handler:
    async def handle(request: Request) -> Response:
        return _response(await answer(request.identity.venue_id, request.query, None))

    return handle


def _single(answer: _Answer) -> Handler:
    async def handle(request: Request) -> Response:
        symbol = request.path_values["symbol"]
        return _response(await answer(request.identity.venue_id, request.query, symbol))

    return handle


def _response(body: object) -> Response:
    return Response(json_encoder.encode(body))


def _route(
    path: str,
    handler: Handler,
    summary: str,
    *,
    response: Any,  # Any: a type form
    parameters: Sequence[Parameter[Any]] = (),  # Any: parameters of every type
) -> Route:
    return Route(
        "GET",
        path,
        handler,
        Access.READ,
        summary,
        _TAG,
        errors=ErrorStyle.DATA,
        parameters=parameters,
        response=response,
    )
