"""Auctions, read from the journal."""

from datetime import date
from itertools import groupby

from tradewind.contracts.auctions import Auction, AuctionDay, AuctionPage, AuctionQuery
from tradewind.contracts.vocabulary import EXCHANGE_ZONE, AuctionKind, VenueId
from tradewind.platform.database import Database, Record
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import PriceUnits, QuantityUnits

_KINDS_A_DAY = 2
_VOLUME_MAX = 2**63 - 1
_KINDS = "kind IN ('auction_crossed', 'auction_printed')"


class AuctionRepository:
    """Lists where instruments opened and closed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_auctions(self, venue_id: VenueId, query: AuctionQuery) -> AuctionPage:
        """Return a page of days; raises ``MalformedRequest`` for a page token that is none."""
        symbol, day = _position(query)
        rows = await self._database.fetch(
            auctions_sql(descending=query.descending),
            venue_id,
            list(query.symbols),
            query.start,
            query.end,
            symbol,
            day,
            _KINDS_A_DAY * (query.limit + 1),
            str(EXCHANGE_ZONE),
        )
        days = [
            AuctionDay(symbol, day, [_auction(row) for row in several])
            for (symbol, day), several in groupby(rows, lambda row: (row["symbol"], row["day"]))
        ]
        if len(days) <= query.limit:
            return AuctionPage(days)
        last = days[query.limit - 1]
        return AuctionPage(days[: query.limit], f"{last.symbol}|{last.trading_date}")


def auctions_sql(*, descending: bool) -> str:
    """Return the query of a page of auctions.

    A message of the feed may come twice: of a kind's auctions of a day the first one counts.
    """
    order, compare = ("DESC", "<") if descending else ("ASC", ">")
    # Only constants are put into the text; every value is a parameter.
    return f"""
        SELECT * FROM (
            SELECT DISTINCT ON (symbol, day, auction) event->>'symbol' AS symbol,
                (at AT TIME ZONE $8)::date AS day, event->>'auction' AS auction, at,
                (event->>'price')::bigint AS price, (event->>'volume')::numeric AS volume
            FROM journal
            WHERE venue_id = $1 AND {_KINDS} AND event->>'symbol' = ANY($2::text[])
                AND at BETWEEN $3 AND $4 AND event->>'auction' IN ('opening', 'closing')
            ORDER BY symbol, day, auction, number
        ) held
        WHERE $5::text IS NULL OR symbol > $5 OR symbol = $5 AND day {compare} $6::date
        ORDER BY symbol, day {order}, auction DESC
        LIMIT $7
    """  # noqa: S608


def _auction(row: Record) -> Auction:
    volume = int(row["volume"])
    return Auction(
        AuctionKind(row["auction"]),
        row["at"],
        PriceUnits(row["price"]),
        QuantityUnits(volume) if volume <= _VOLUME_MAX else None,
    )


def _position(query: AuctionQuery) -> tuple[str | None, date | None]:
    if query.page_token is None:
        return None, None
    symbol, _, day = query.page_token.partition("|")
    try:
        if symbol in query.symbols:
            return symbol, date.fromisoformat(day)
    except ValueError:
        pass
    raise MalformedRequest(
        f"page_token {query.page_token[:64]!r} is not the next_page_token of a page of these "
        "symbols"
    )
