"""The routes of Alpaca's stock data and corporate actions."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tradewind.api_gateway.market_data import corporate_actions, reference
from tradewind.api_gateway.market_data.corporate_actions import CorporateActions
from tradewind.api_gateway.market_data.query import (
    BAR_PARAMETERS,
    LATEST_PARAMETERS,
    SYMBOLS,
    TICK_PARAMETERS,
)
from tradewind.api_gateway.market_data.service import StockData
from tradewind.api_gateway.routing.message import Handler, Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Parameter, QueryValues
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.vocabulary import VenueId

_TAG = "Market data"

_Answer = Callable[[VenueId, QueryValues, str | None], Awaitable[bytes]]


def routes(market_data: MarketDataService) -> list[Route]:
    """Return the market-data routes over a service."""
    return [*_stock_routes(StockData(market_data)), *_reference_routes(market_data)]


def _stock_routes(stocks: StockData) -> list[Route]:
    series = (
        ("bars", stocks.bars, "Historical bars", BAR_PARAMETERS),
        ("trades", stocks.trades, "Historical trades", TICK_PARAMETERS),
        ("quotes", stocks.quotes, "Historical quotes", TICK_PARAMETERS),
        ("bars/latest", stocks.latest_bars, "Latest bars", LATEST_PARAMETERS),
        ("trades/latest", stocks.latest_trades, "Latest trades", LATEST_PARAMETERS),
        ("quotes/latest", stocks.latest_quotes, "Latest quotes", LATEST_PARAMETERS),
    )
    found = []
    for name, answer, summary, parameters in series:
        found.append(
            _route(
                f"/v2/stocks/{name}", _several(answer), summary, parameters=(SYMBOLS, *parameters)
            )
        )
        found.append(
            _route(
                f"/v2/stocks/{{symbol}}/{name}",
                _single(answer),
                f"{summary} of one symbol",
                parameters=parameters,
            )
        )
    return [
        *found,
        _route(
            "/v2/stocks/snapshots",
            _several(stocks.snapshots),
            "Snapshots",
            parameters=(SYMBOLS, *LATEST_PARAMETERS),
        ),
        _route(
            "/v2/stocks/{symbol}/snapshot",
            _single(stocks.snapshots),
            "Snapshot of one symbol",
            parameters=LATEST_PARAMETERS,
        ),
    ]


def _reference_routes(market_data: MarketDataService) -> list[Route]:
    actions = CorporateActions(market_data)

    async def exchanges(_: Request) -> Response:
        return json_response(reference.EXCHANGES)

    async def conditions(request: Request) -> Response:
        return json_response(reference.conditions(request.path_values["ticktype"], request.query))

    async def list_actions(request: Request) -> Response:
        return Response(await actions.page(request.identity.venue_id, request.query))

    return [
        _route("/v2/stocks/meta/exchanges", exchanges, "Exchange codes"),
        _route(
            "/v2/stocks/meta/conditions/{ticktype}",
            conditions,
            "Condition codes",
            parameters=(reference.TAPE,),
        ),
        _route(
            "/v1/corporate-actions",
            list_actions,
            "Corporate actions",
            parameters=corporate_actions.PARAMETERS,
        ),
    ]


def _several(answer: _Answer) -> Handler:
    async def handle(request: Request) -> Response:
        return Response(await answer(request.identity.venue_id, request.query, None))

    return handle


def _single(answer: _Answer) -> Handler:
    async def handle(request: Request) -> Response:
        symbol = request.path_values["symbol"]
        return Response(await answer(request.identity.venue_id, request.query, symbol))

    return handle


def _route(
    path: str, handler: Handler, summary: str, *, parameters: Sequence[Parameter[Any]] = ()
) -> Route:  # Any: parameters of every type
    return Route(
        "GET",
        path,
        handler,
        Access.READ,
        summary,
        _TAG,
        errors=ErrorStyle.DATA,
        parameters=parameters,
    )
