"""Answers a bar query from one venue's point of view."""

from datetime import UTC, datetime

from tradewind.contracts.market_data import BarPage, BarQuery, CashDividend
from tradewind.market_data_service.bar_repository import BarSelection
from tradewind.market_data_service.domain.adjustments import AdjustmentSpan, adjustment_spans
from tradewind.market_data_service.domain.market_time import date_of, midnight_of
from tradewind.market_data_service.domain.paging import Position, read_token
from tradewind.market_data_service.domain.timeframes import DAY_BAR, parse_interval
from tradewind.market_data_service.feeds import Feed
from tradewind.market_data_service.storage import Storage

_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
LIMIT_MAX = 10_000


async def read_bars(feed: Feed, storage: Storage, query: BarQuery) -> BarPage:
    """Return a page of bars that the venue has seen.

    Actions that have not gone ex by the venue's present adjust nothing.
    """
    interval = parse_interval(query.timeframe)
    after = read_token(query.page_token)
    symbols = sorted({symbol.upper() for symbol in query.symbols})
    limit = max(1, min(query.limit, LIMIT_MAX))
    now = feed.clock().at
    await feed.settle()
    visible_until = feed.last_bar_start(interval.base)
    selection = BarSelection(
        sources=feed.sources,
        symbols=symbols,
        interval=interval,
        start=query.start or _BEGINNING,
        end=min(query.end or now, now),
        visible_until=visible_until,
        after=after,
        descending=query.descending,
        limit=limit + 1,
        spans=await _spans(feed, storage, query, symbols, now),
    )
    bars = await storage.bars.page(selection)
    more = len(bars) > limit
    page = BarPage({})
    for bar in bars[:limit]:
        page.items.setdefault(bar.symbol, []).append(bar)
    if not more:
        return page
    last = bars[limit - 1]
    return BarPage(page.items, Position(last.symbol, last.starts_at).token())


async def _spans(
    feed: Feed, storage: Storage, query: BarQuery, symbols: list[str], now: datetime
) -> dict[str, list[AdjustmentSpan]]:
    if query.adjustment == "raw":
        return {}
    today = date_of(now)
    actions = await storage.reference.list_actions(
        symbols, date_of(query.start or _BEGINNING), today
    )
    dividends = [
        (each.action_id, each.symbol, midnight_of(each.ex_date))
        for each in actions
        if isinstance(each, CashDividend)
    ]
    closes = {}
    if dividends and query.adjustment != "split":
        until = feed.last_bar_start(DAY_BAR)
        closes = await storage.bars.ex_closes(feed.sources, dividends, until)
    spans = {
        symbol: adjustment_spans(
            [each for each in actions if each.symbol == symbol], closes, query.adjustment
        )
        for symbol in symbols
    }
    return {symbol: each for symbol, each in spans.items() if each}
