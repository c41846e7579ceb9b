"""Corporate actions in the form of Alpaca's ``/v1/corporate-actions``."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from tradewind.api_gateway.market_data.corporate_action_shapes import ActionGroups, grouped, kind_of
from tradewind.api_gateway.market_data.query import PAGE_TOKEN, SORT, read_symbol
from tradewind.api_gateway.wire.query import Choice, Day, Integer, Listing, Parameter, QueryValues
from tradewind.api_gateway.wire.timestamps import exchange_time
from tradewind.contracts.corporate_actions import CorporateAction
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import MalformedRequest

_LIMIT_DEFAULT = 100
_FIRST_DATE = date(1900, 1, 1)

_TYPES = frozenset(
    {
        "reverse_split",
        "forward_split",
        "unit_split",
        "cash_dividend",
        "stock_dividend",
        "spin_off",
        "cash_merger",
        "stock_merger",
        "stock_and_cash_merger",
        "redemption",
        "name_change",
        "worthless_removal",
        "rights_distribution",
        "partial_call",
        "reorganization",
        "capital_gains_distribution",
    }
)


def _parse_types(text: str) -> frozenset[str]:
    kinds = frozenset(part.strip().lower() for part in text.split(","))
    unknown = kinds - _TYPES
    if unknown:
        raise ValueError(f"must be types such as cash_dividend; was {min(unknown)[:32]!r}")
    return kinds


_SYMBOLS = Listing("symbols", "Symbols, joined by commas. Default: all.")
_CUSIPS = Listing("cusips", "CUSIPs, joined by commas. No action of this server carries one.")
_KINDS = Parameter[frozenset[str]](
    "types", "Types, joined by commas. Default: all.", _parse_types, {"type": "string"}
)
_REGION = Choice(
    "region", "Where the issuer is; all of ours are American.", ("us", "non_us", "all")
)
_START = Day("start", "First ex-date, inclusive. Default: today.")
_END = Day("end", "Last ex-date, inclusive. Default: today.")
_IDS = Listing("ids", "Ids, joined by commas; with no other filter.")
_LIMIT = Integer("limit", f"Actions a page. Default {_LIMIT_DEFAULT}.", low=1, high=1000)
_QUALITY = Choice("data_quality", "Every action here is complete.", ("complete", "all"))

_FILTERS: tuple[Parameter[Any], ...] = (_SYMBOLS, _CUSIPS, _KINDS, _REGION, _START, _END, _QUALITY)

PARAMETERS: tuple[Parameter[Any], ...] = (*_FILTERS, _IDS, _LIMIT, SORT, PAGE_TOKEN)
"""Everything that the route reads. Any: parameters of every type."""


class CorporateActionsBody(Struct, frozen=True):
    """A page of actions; the last page's token is null."""

    corporate_actions: ActionGroups
    next_page_token: str | None


class CorporateActions:
    """Alpaca's corporate actions: those of the market data, and those entered at the venue.

    An action of the market data shows from its ex-date on, by the venue's own calendar: a replay
    knows nothing of the dividends to come. One that was entered shows once it has taken effect.
    """

    def __init__(self, market_data: MarketDataService, orders: OrderService) -> None:
        self._market_data = market_data
        self._orders = orders

    async def page(self, venue_id: VenueId, query: QueryValues) -> CorporateActionsBody:
        """Return a page of actions; raises ``MalformedRequest``."""
        limit = _LIMIT.read(query, _LIMIT_DEFAULT)
        descending = SORT.read(query, "asc") == "desc"
        after = _read_token(PAGE_TOKEN.read(query))
        clock = await self._market_data.clock(venue_id)
        today = exchange_time(clock.at).date()
        actions = await self._select(venue_id, query, today)
        actions.sort(key=_sort_key, reverse=descending)
        if after is not None:
            actions = [each for each in actions if _follows(_sort_key(each), after, descending)]
        page = actions[:limit]
        token = _write_token(_sort_key(page[-1])) if len(actions) > limit else None
        return CorporateActionsBody(grouped(page), token)

    async def _select(
        self, venue_id: VenueId, query: QueryValues, today: date
    ) -> list[CorporateAction]:
        ids = _IDS.read(query)
        if ids:
            for parameter in _FILTERS:
                if parameter.read(query) is not None:
                    raise MalformedRequest(f"ids cannot be combined with {parameter.name}")
            found = await self._between(venue_id, (), _FIRST_DATE, today)
            return [each for each in found if each.action_id in ids]
        start, end = _START.read(query, today), _END.read(query, today)
        if end < start:
            raise MalformedRequest(f"end should not be before start: {end} is before {start}")
        _QUALITY.read(query)
        kinds = _KINDS.read(query, _TYPES)
        symbols = [read_symbol(word) for word in _SYMBOLS.read(query, ())]
        if _CUSIPS.read(query) or _REGION.read(query) == "non_us":
            return []
        found = await self._between(venue_id, symbols, start, min(end, today))
        return [each for each in found if kind_of(each) in kinds]

    async def _between(
        self, venue_id: VenueId, symbols: Sequence[str], start: date, end: date
    ) -> list[CorporateAction]:
        if end < start:
            return []
        wanted = symbols
        if not wanted:
            wanted = [each.symbol for each in await self._market_data.list_instruments()]
        told = await self._market_data.list_corporate_actions(wanted, start, end)
        entered = (await self._orders.pending_corporate_actions(venue_id)).applied
        return [
            *told,
            *(
                each
                for each in entered
                if start <= each.ex_date <= end and (not symbols or each.symbol in symbols)
            ),
        ]


_Key = tuple[date, str]


def _sort_key(action: CorporateAction) -> _Key:
    return action.ex_date, action.action_id


def _follows(key: _Key, after: _Key, descending: bool) -> bool:
    return key < after if descending else key > after


def _write_token(key: _Key) -> str:
    return base64.urlsafe_b64encode(f"{key[0].isoformat()}|{key[1]}".encode()).decode()


def _read_token(text: str | None) -> _Key | None:
    if text is None:
        return None
    try:
        day, separator, action_id = base64.urlsafe_b64decode(text).decode().partition("|")
        if separator:
            return date.fromisoformat(day), action_id
    except (ValueError, binascii.Error):
        pass
    raise MalformedRequest("page_token: pass the next_page_token of the page before, unchanged")
