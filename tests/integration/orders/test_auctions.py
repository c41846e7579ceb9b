"""Auctions in the journal: which are listed, page by page, and what comes after a restart."""

from datetime import timedelta

import msgspec
import pytest
from tests.integration.orders.stage import AT, Stage, price, restarted, shares

from tradewind.contracts.auctions import AuctionDay, AuctionPage, AuctionQuery
from tradewind.contracts.market_data import (
    AuctionPrint,
    FeedEvent,
    FeedMessage,
    SessionClosed,
    SessionOpened,
    Trade,
    feed_topic,
)
from tradewind.contracts.notices import HaltCause, StatusChanged, notice_topic
from tradewind.contracts.venues import PriceBands, VenueSpec
from tradewind.contracts.vocabulary import AuctionKind, VenueId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, QuantityUnits

DAY = timedelta(days=1)
SYMBOLS = ("AAPL", "IBM")


@pytest.fixture
async def replaying(stage: Stage) -> Stage:
    """Return the stage with a venue that follows its feed's time, as replays do."""
    assert stage.app is not None
    stage.venue_id, stage.number = VenueId(f"replay-{new_id()}"), 0
    await stage.app.create_venue(
        VenueSpec(venue_id=stage.venue_id, name="Replay", follows_feed_time=True)
    )
    return stage


async def play(stage: Stage, days: int, symbols: tuple[str, ...] = SYMBOLS) -> None:
    """Play some days on which every symbol opens at 100 and closes at 101 and the day's number."""
    for number in range(days):
        opens, closes = AT + number * DAY, AT + number * DAY + timedelta(hours=6.5)
        events: list[FeedEvent] = [SessionOpened(opens.date(), opens)]
        events += [auction(each, opens, AuctionKind.OPENING, 100, 20) for each in symbols]
        events += [auction(each, closes, AuctionKind.CLOSING, 101 + number, 80) for each in symbols]
        closing_prices = {symbol: price(101 + number) for symbol in symbols}
        events.append(SessionClosed(opens.date(), closes, closing_prices))
        await tell(stage, *events)


async def tell(stage: Stage, *events: FeedEvent) -> None:
    assert stage.app is not None
    stage.number += 1
    at = AT + stage.number * DAY
    message = FeedMessage(stage.venue_id, stage.number, at, list(events))
    await stage.bus.publish(feed_topic(stage.venue_id), msgspec.msgpack.encode(message))
    await stage.app.wait_for_feed(stage.venue_id, stage.number)


def auction(symbol: str, at: object, kind: AuctionKind, dollars: int, size: int) -> AuctionPrint:
    return AuctionPrint(symbol, at, kind, price(dollars), QuantityUnits(size * SCALE))


async def ask(stage: Stage, **more: object) -> AuctionPage:
    assert stage.app is not None
    query = AuctionQuery(symbols=SYMBOLS, start=AT, end=AT + 100 * DAY)
    return await stage.app.list_auctions(stage.venue_id, msgspec.structs.replace(query, **more))


def names(days: list[AuctionDay]) -> list[tuple[str, int]]:
    return [(day.symbol, day.trading_date.day) for day in days]


async def test_auctions_of_a_day_come_together_also_after_a_restart(replaying: Stage) -> None:
    await play(replaying, 2)
    page = await ask(replaying)
    assert names(page.days) == [("AAPL", 2), ("AAPL", 3), ("IBM", 2), ("IBM", 3)]
    opening, closing = page.days[1].auctions
    assert (opening.auction, opening.price, opening.at) == ("opening", price(100), AT + DAY)
    assert (closing.auction, closing.price, closing.volume) == ("closing", price(102), 80 * SCALE)
    assert page.next_page_token is None
    assert replaying.app is not None
    await replaying.app.stop()
    await replaying.start()
    assert await ask(replaying) == page


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_hold_every_day_once(replaying: Stage, descending: bool) -> None:
    await play(replaying, 5)
    whole = await ask(replaying, descending=descending)
    dates = [6, 5, 4, 3, 2] if descending else [2, 3, 4, 5, 6]
    assert names(whole.days) == [(symbol, day) for symbol in SYMBOLS for day in dates]
    days, token = [], None
    for _ in range(4):
        page = await ask(replaying, limit=3, descending=descending, page_token=token)
        days, token = [*days, *page.days], page.next_page_token
    assert (days, token) == (whole.days, None)


async def test_span_is_of_instants(replaying: Stage) -> None:
    await play(replaying, 3)
    page = await ask(replaying, start=AT + timedelta(hours=1), end=AT + DAY, symbols=("IBM",))
    assert [[each.auction for each in day.auctions] for day in page.days] == [
        ["closing"],
        ["opening"],
    ]


async def test_auction_that_is_told_twice_counts_once(replaying: Stage) -> None:
    again = [auction("AAPL", AT, AuctionKind.CLOSING, dollars, 5) for dollars in (100, 101)]
    await tell(replaying, SessionOpened(AT.date(), AT), *again)
    (day,) = (await ask(replaying)).days
    assert [each.price for each in day.auctions] == [price(100)]


@pytest.mark.parametrize("token", ["", "AAPL", "AAPL|soon", "NOPE|2024-01-02"])
async def test_what_is_no_page_token_is_refused(replaying: Stage, token: str) -> None:
    with pytest.raises(MalformedRequest, match="page_token"):
        await ask(replaying, page_token=token)


async def test_venue_that_does_not_exist_has_no_auctions(stage: Stage) -> None:
    assert stage.app is not None
    query = AuctionQuery(symbols=SYMBOLS, start=AT, end=AT)
    with pytest.raises(NotFound):
        await stage.app.list_auctions(VenueId("none"), query)


async def test_halt_is_told_on_the_bus_once_it_is_durable(stage: Stage) -> None:
    assert stage.app is not None
    async with stage.bus.subscribe(notice_topic(stage.venue_id)) as notices:
        await stage.app.halt_trading(stage.venue_id, "AAPL", "rumours", "admin")
        message = msgspec.msgpack.decode(await anext(notices), type=FeedMessage)
    (event,) = message.events
    assert isinstance(event, StatusChanged)
    assert (event.symbol, event.is_halted, event.cause) == ("AAPL", True, HaltCause.OPERATOR)


async def test_halts_and_bands_outlive_a_restart(stage: Stage) -> None:
    assert stage.app is not None
    stage.venue_id = VenueId(f"banded-{new_id()}")
    spec = VenueSpec(venue_id=stage.venue_id, name="Banded", bands=PriceBands(percent=5))
    await stage.app.create_venue(spec)
    stage.number = 0
    trades = (Trade(symbol, AT, price(100), shares(10), 1) for symbol in SYMBOLS)
    await stage.feed(SessionOpened(AT.date(), AT), *trades)
    await stage.app.halt_trading(stage.venue_id, "AAPL", "rumours", "admin")
    before = await stage.app.latest_statuses(stage.venue_id)
    async with restarted(stage) as app:
        assert await app.latest_statuses(stage.venue_id) == before
        halted, banded = await app.latest_statuses(stage.venue_id, ("AAPL", "IBM"))
    assert halted.status is not None
    assert (halted.status.is_halted, halted.status.reason, halted.bands) == (True, "rumours", None)
    assert banded.bands is not None
    assert (banded.bands.lower, banded.bands.upper) == (price(95), price(105))
