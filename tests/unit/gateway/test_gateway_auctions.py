"""``/v2/stocks/auctions``: what is asked of the order service, and what is made of its answer."""

from datetime import UTC, date, datetime, timedelta

from tests.unit.gateway.conftest import Gateway

from tradewind.contracts.auctions import Auction, AuctionDay, AuctionPage, AuctionQuery
from tradewind.contracts.vocabulary import AuctionKind
from tradewind.testing.market_data import price, shares

OPENED = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


async def test_auctions_stand_by_symbol_and_day_with_alpacas_flags(gateway: Gateway) -> None:
    opening = Auction(AuctionKind.OPENING, OPENED, price("187.15"), shares(1_200))
    gateway.orders.auctions = AuctionPage(
        [
            AuctionDay("AAPL", date(2024, 1, 2), [opening]),
            AuctionDay("IBM", date(2024, 1, 2), []),
        ],
        "IBM|2024-01-02",
    )
    answer = await gateway.call("GET", "/v2/stocks/auctions?symbols=AAPL,IBM&currency=USD")
    assert answer.json() == {
        "auctions": {
            "AAPL": [
                {
                    "d": "2024-01-02",
                    "o": [
                        {"t": "2024-01-02T14:30:00Z", "x": "V", "p": 187.15, "c": "O", "s": 1200}
                    ],
                    "c": [],
                }
            ],
            "IBM": [{"d": "2024-01-02", "o": [], "c": []}],
        },
        "next_page_token": "IBM|2024-01-02",
        "currency": "USD",
    }


async def test_venue_that_fills_any_size_tells_no_volume(gateway: Gateway) -> None:
    closing = Auction(AuctionKind.CLOSING, OPENED, price("10"), None)
    gateway.orders.auctions = AuctionPage([AuctionDay("AAPL", date(2024, 1, 2), [closing])])
    answer = await gateway.call("GET", "/v2/stocks/AAPL/auctions")
    assert answer.json()["symbol"] == "AAPL"
    (day,) = answer.json()["auctions"]
    assert day["c"] == [{"t": "2024-01-02T14:30:00Z", "x": "V", "p": 10, "c": "6"}]


async def test_nothing_is_asked_beyond_the_venues_present(gateway: Gateway) -> None:
    path = "/v2/stocks/auctions?symbols=aapl&start=2000-01-01&end=2100-01-01&limit=7&sort=desc"
    assert (await gateway.call("GET", path)).json()["auctions"] == {}
    (query,) = gateway.orders.asked
    assert isinstance(query, AuctionQuery)
    assert (query.symbols, query.limit, query.descending) == (("AAPL",), 7, True)
    assert query.end == OPENED + timedelta(minutes=30), "the venue's present"
    await gateway.call("GET", "/v2/stocks/auctions?symbols=AAPL&start=2100-01-01")
    assert len(gateway.orders.asked) == 1
