"""The official data clients, unmodified, and Alpaca's own OpenAPI document."""

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import httpx
import jsonschema
import pytest
from alpaca.common.enums import Sort
from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment, CorporateActionsType, DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from tests.compat.conftest import Replay

START = datetime(2005, 2, 22, tzinfo=UTC)
DAYS = [date(2005, 2, d) for d in (22, 23, 24, 25, 28)] + [date(2005, 3, d) for d in (1, 2, 3, 4)]


@pytest.fixture(scope="session")
def client(replay: Replay) -> StockHistoricalDataClient:
    return StockHistoricalDataClient(replay.key_id, replay.secret, url_override=replay.gateway_url)


def bars_request(**more: Any) -> StockBarsRequest:
    return StockBarsRequest(symbol_or_symbols="AAPL", timeframe=TimeFrame.Day, start=START, **more)


def test_daily_bars_are_the_real_prices_up_to_the_venues_day(
    client: StockHistoricalDataClient,
) -> None:
    bars = client.get_stock_bars(bars_request()).data["AAPL"]
    assert [bar.timestamp.date() for bar in bars] == DAYS
    assert bars[0].timestamp == datetime(2005, 2, 22, 5, tzinfo=UTC)  # midnight in New York
    closes = {bar.timestamp.date(): bar.close for bar in bars}
    assert closes[date(2005, 2, 25)] == 88.99
    assert closes[date(2005, 2, 28)] == 44.86  # two shares for one that day


def test_split_adjusted_bars_do_not_jump(client: StockHistoricalDataClient) -> None:
    bars = client.get_stock_bars(bars_request(adjustment=Adjustment.SPLIT)).data["AAPL"]
    closes = {bar.timestamp.date(): bar.close for bar in bars}
    assert closes[date(2005, 2, 25)] == pytest.approx(44.495)
    assert closes[date(2005, 2, 28)] == 44.86


def test_several_symbols_come_in_one_answer(client: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(
        symbol_or_symbols=["IBM", "AAPL"], timeframe=TimeFrame.Day, start=START
    )
    bars = client.get_stock_bars(request).data
    assert {symbol: len(rows) for symbol, rows in bars.items()} == {"AAPL": 9, "IBM": 9}


def test_a_limit_counts_over_all_symbols(client: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(
        symbol_or_symbols=["IBM", "AAPL"], timeframe=TimeFrame.Day, start=START, limit=12
    )
    bars = client.get_stock_bars(request).data
    assert {symbol: len(rows) for symbol, rows in bars.items()} == {"AAPL": 9, "IBM": 3}


def test_bars_can_be_had_newest_first(client: StockHistoricalDataClient) -> None:
    bars = client.get_stock_bars(bars_request(sort=Sort.DESC)).data["AAPL"]
    assert [bar.timestamp.date() for bar in bars] == DAYS[::-1]


def test_weeks_are_made_of_days(client: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(
        symbol_or_symbols="AAPL", timeframe=TimeFrame(1, TimeFrameUnit.Week), start=START
    )
    days = client.get_stock_bars(bars_request()).data["AAPL"]
    weeks = client.get_stock_bars(request).data["AAPL"]
    assert weeks[-1].close == days[-1].close
    assert weeks[-1].volume == sum(day.volume for day in days[4:])


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # the client's own use of pandas
def test_bars_become_a_data_frame(client: StockHistoricalDataClient) -> None:
    frame = client.get_stock_bars(bars_request()).df
    assert list(frame.loc["AAPL"]["close"])[-1] > 0
    assert len(frame) == 9


def test_no_data_is_an_empty_set(client: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(
        symbol_or_symbols="AAPL",
        timeframe=TimeFrame.Day,
        start=datetime(2005, 3, 5, tzinfo=UTC),
        end=datetime(2013, 1, 1, tzinfo=UTC),
    )
    assert client.get_stock_bars(request).data == {}


def test_the_future_is_never_shown(client: StockHistoricalDataClient) -> None:
    latest = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="AAPL"))
    assert latest["AAPL"].timestamp.date() == DAYS[-1]
    trades = client.get_stock_trades(
        StockTradesRequest(
            symbol_or_symbols="AAPL", start=START, end=datetime(2013, 1, 1, tzinfo=UTC)
        )
    ).data["AAPL"]
    assert max(trade.timestamp for trade in trades).date() == DAYS[-1]


def test_latest_trade_and_quote_belong_to_the_venues_present(
    client: StockHistoricalDataClient,
) -> None:
    close = client.get_stock_bars(bars_request()).data["AAPL"][-1].close
    trade = client.get_stock_latest_trade(
        StockLatestTradeRequest(symbol_or_symbols="AAPL", feed=DataFeed.SIP)
    )["AAPL"]
    quote = client.get_stock_latest_quote(
        StockLatestQuoteRequest(symbol_or_symbols=["AAPL", "IBM"], feed=DataFeed.IEX)
    )["AAPL"]
    assert trade.price == close
    assert 0 < quote.bid_price < quote.ask_price


def test_historical_quotes_and_trades_are_in_order_of_time(
    client: StockHistoricalDataClient,
) -> None:
    trades = client.get_stock_trades(
        StockTradesRequest(symbol_or_symbols="AAPL", start=START)
    ).data["AAPL"]
    quotes = client.get_stock_quotes(
        StockQuotesRequest(symbol_or_symbols="AAPL", start=START)
    ).data["AAPL"]
    for rows in (trades, quotes):
        stamps = [row.timestamp for row in rows]
        assert stamps == sorted(stamps)
        assert len(stamps) >= 9


def test_a_snapshot_holds_today_and_yesterday(client: StockHistoricalDataClient) -> None:
    snapshots = client.get_stock_snapshot(
        StockSnapshotRequest(symbol_or_symbols=["AAPL", "NOSUCH"])
    )
    assert set(snapshots) == {"AAPL"}
    assert snapshots["AAPL"].daily_bar.timestamp.date() == DAYS[-1]
    assert snapshots["AAPL"].previous_daily_bar.timestamp.date() == DAYS[-2]
    assert snapshots["AAPL"].latest_trade.price == snapshots["AAPL"].daily_bar.close


def test_a_wrong_parameter_is_an_api_error_with_code_and_message(
    client: StockHistoricalDataClient,
) -> None:
    request = StockBarsRequest(
        symbol_or_symbols="AAPL", timeframe=TimeFrame.Day, start=START, feed=DataFeed.OVERNIGHT
    )
    with pytest.raises(APIError) as caught:
        client.get_stock_bars(request)
    assert caught.value.status_code == 400
    assert caught.value.code == 40010001
    assert "feed" in caught.value.message


def test_corporate_actions_show_from_their_ex_date_on(replay: Replay) -> None:
    client = CorporateActionsClient(replay.key_id, replay.secret, url_override=replay.gateway_url)
    found = client.get_corporate_actions(
        CorporateActionsRequest(start=date(2005, 1, 1), end=date(2005, 12, 31))
    ).data
    assert [(each.symbol, each.new_rate, each.old_rate) for each in found["forward_splits"]] == [
        ("AAPL", 2, 1)
    ]
    assert all(each.ex_date <= DAYS[-1] for each in found.get("cash_dividends", []))
    splits = client.get_corporate_actions(
        CorporateActionsRequest(
            start=date(2005, 1, 1),
            end=date(2005, 12, 31),
            types=[CorporateActionsType.FORWARD_SPLIT],
        )
    ).data
    assert set(splits) == {"forward_splits"}


def test_auctions_of_the_days_that_have_been_played(client: StockHistoricalDataClient) -> None:
    """The client has no method for them; its requests go the same way."""
    asked = {"symbols": "AAPL", "start": "2005-02-22", "limit": 4}
    days, pages = [], 0
    while True:
        answer = client.get("/stocks/auctions", asked)
        days += answer["auctions"].get("AAPL", [])
        pages += 1
        if answer["next_page_token"] is None:
            break
        asked["page_token"] = answer["next_page_token"]
    assert [date.fromisoformat(day["d"]) for day in days] == DAYS
    assert pages == 3
    (opening,), (closing,) = days[3]["o"], days[3]["c"]
    assert (closing["p"], closing["c"], closing["t"]) == (88.99, "6", "2005-02-25T21:00:00Z")
    assert (opening["c"], opening["t"]) == ("O", "2005-02-25T14:30:00Z")
    assert 0 < opening["s"] < closing["s"]


PATHS = {
    "/v2/stocks/bars": "symbols=AAPL,IBM&timeframe=1D&start=2005-02-22&limit=4&currency=USD",
    "/v2/stocks/trades": "symbols=AAPL&start=2005-02-22&limit=5",
    "/v2/stocks/quotes": "symbols=AAPL&start=2005-02-22&limit=5",
    "/v2/stocks/auctions": "symbols=AAPL,IBM&start=2005-02-22&limit=5&currency=USD",
    "/v2/stocks/bars/latest": "symbols=AAPL,IBM",
    "/v2/stocks/trades/latest": "symbols=AAPL,IBM",
    "/v2/stocks/quotes/latest": "symbols=AAPL,IBM",
    "/v2/stocks/snapshots": "symbols=AAPL,IBM",
    "/v2/stocks/{symbol}/bars": "timeframe=1Day&start=2005-02-22",
    "/v2/stocks/{symbol}/trades": "start=2005-02-22",
    "/v2/stocks/{symbol}/quotes": "start=2005-02-22",
    "/v2/stocks/{symbol}/auctions": "start=2005-02-22",
    "/v2/stocks/{symbol}/bars/latest": "",
    "/v2/stocks/{symbol}/trades/latest": "",
    "/v2/stocks/{symbol}/quotes/latest": "",
    "/v2/stocks/{symbol}/snapshot": "",
    "/v2/stocks/meta/exchanges": "",
    "/v2/stocks/meta/conditions/{ticktype}": "tape=C",
    "/v1/corporate-actions": "start=2005-01-01&end=2005-12-31",
}


@pytest.fixture(scope="session")
def alpacas_document() -> dict[str, Any]:
    text = files("alpaca_mcp_server").joinpath("specs/market-data-api.json").read_text()
    return dict(json.loads(text))


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_validates_against_alpacas_own_document(
    replay: Replay, alpacas_document: dict[str, Any], path: str, prefix: str
) -> None:
    url = path.replace("{symbol}", "AAPL").replace("{ticktype}", "trade")
    answer = httpx.get(f"{replay.gateway_url}{prefix}{url}?{PATHS[path]}", headers=replay.headers)
    assert answer.status_code == 200, answer.text
    described = alpacas_document["paths"][path]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    jsonschema.validate(
        answer.json(),
        {"components": alpacas_document["components"], **schema},
        format_checker=jsonschema.FormatChecker(),
    )


@pytest.mark.parametrize("path", ["/v2/stocks/bars", "/v2/stocks/trades", "/v2/stocks/quotes"])
def test_pages_follow_one_another_without_gap_or_repetition(replay: Replay, path: str) -> None:
    what = path.rpartition("/")[2]

    def page(**more: object) -> dict[str, Any]:
        query = {"symbols": "AAPL,IBM", "timeframe": "1Day", "start": "2005-02-22", **more}
        answer = httpx.get(replay.gateway_url + path, params=query, headers=replay.headers)
        return dict(answer.raise_for_status().json())

    whole = page(limit=10000)
    assert whole["next_page_token"] is None
    expected = [(symbol, row) for symbol, rows in whole[what].items() for row in rows]
    seen: list[Any] = []
    more: dict[str, object] = {}
    for _ in range(len(expected) // 4 + 2):
        got = page(limit=4, **more)
        seen.extend((symbol, row) for symbol, rows in got[what].items() for row in rows)
        if got["next_page_token"] is None:
            break
        more = {"page_token": got["next_page_token"]}
    assert seen == expected


def test_numbers_are_written_without_artefacts_of_binary_floats(replay: Replay) -> None:
    answer = httpx.get(
        f"{replay.gateway_url}/v2/stocks/AAPL/bars?timeframe=1Day&start=2005-02-22",
        headers=replay.headers,
    )
    assert '"c":88.99,' in answer.text
    assert '"c":44.86,' in answer.text
