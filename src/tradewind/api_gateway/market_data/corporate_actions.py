"""Splits and cash dividends in the form of Alpaca's ``/v1/corporate-actions``."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.api_gateway.market_data.query import PAGE_TOKEN, SORT, read_symbol
from tradewind.api_gateway.wire.query import (
    Choice,
    Day,
    Integer,
    Listing,
    Parameter,
    QueryValues,
)
from tradewind.api_gateway.wire.timestamps import exchange_time
from tradewind.contracts.corporate_actions import CashDividend, PriceAction, Split
from tradewind.contracts.market_data import MarketDataService
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

_UNKNOWN_CUSIP = ""
"""CUSIPs are licensed and no source of ours carries them; clients need the member."""


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


class WireCashDividend(Struct, frozen=True):
    """Cash for each share held before the ex-date."""

    id: str
    symbol: str
    cusip: str
    rate: Number
    special: bool
    foreign: bool
    process_date: date
    ex_date: date


class WireForwardSplit(Struct, frozen=True):
    """More shares than before."""

    id: str
    symbol: str
    cusip: str
    new_rate: int
    old_rate: int
    process_date: date
    ex_date: date


class WireReverseSplit(Struct, frozen=True):
    """Fewer shares than before."""

    id: str
    symbol: str
    old_cusip: str
    new_cusip: str
    new_rate: int
    old_rate: int
    process_date: date
    ex_date: date


class ActionGroups(Struct, frozen=True, omit_defaults=True):
    """Actions by type; types without any are absent."""

    cash_dividends: list[WireCashDividend] = []
    forward_splits: list[WireForwardSplit] = []
    reverse_splits: list[WireReverseSplit] = []


class CorporateActionsBody(Struct, frozen=True):
    """A page of actions; the last page's token is null."""

    corporate_actions: ActionGroups
    next_page_token: str | None


class CorporateActions:
    """Alpaca's corporate actions over one market-data service.

    An action shows from its ex-date on, by the venue's own calendar: a replay knows nothing of the
    dividends to come.
    """

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    async def page(self, venue_id: VenueId, query: QueryValues) -> CorporateActionsBody:
        """Return a page of actions; raises ``MalformedRequest``."""
        limit = _LIMIT.read(query, _LIMIT_DEFAULT)
        descending = SORT.read(query, "asc") == "desc"
        after = _read_token(PAGE_TOKEN.read(query))
        clock = await self._market_data.clock(venue_id)
        actions = await self._select(query, exchange_time(clock.at).date())
        actions.sort(key=_sort_key, reverse=descending)
        if after is not None:
            actions = [each for each in actions if _follows(_sort_key(each), after, descending)]
        page = actions[:limit]
        token = _write_token(_sort_key(page[-1])) if len(actions) > limit else None
        return CorporateActionsBody(_grouped(page), token)

    async def _select(self, query: QueryValues, today: date) -> list[PriceAction]:
        ids = _IDS.read(query)
        if ids:
            return await self._by_id(frozenset(ids), query, today)
        start, end = _START.read(query, today), _END.read(query, today)
        if end < start:
            raise MalformedRequest(f"end should not be before start: {end} is before {start}")
        _QUALITY.read(query)
        kinds = _KINDS.read(query, _TYPES)
        symbols = [read_symbol(word) for word in _SYMBOLS.read(query, ())]
        if _CUSIPS.read(query) or _REGION.read(query) == "non_us":
            return []
        found = await self._between(symbols, start, min(end, today))
        return [each for each in found if _kind(each) in kinds]

    async def _by_id(
        self, ids: frozenset[str], query: QueryValues, today: date
    ) -> list[PriceAction]:
        for parameter in _FILTERS:
            if parameter.read(query) is not None:
                raise MalformedRequest(f"ids cannot be combined with {parameter.name}")
        found = await self._between((), _FIRST_DATE, today)
        return [each for each in found if each.action_id in ids]

    async def _between(self, symbols: Sequence[str], start: date, end: date) -> list[PriceAction]:
        if end < start:
            return []
        if not symbols:
            symbols = [each.symbol for each in await self._market_data.list_instruments()]
        return list(await self._market_data.list_corporate_actions(symbols, start, end))


def _kind(action: PriceAction) -> str:
    if isinstance(action, CashDividend):
        return "cash_dividend"
    return "forward_split" if action.new_rate > action.old_rate else "reverse_split"


def _grouped(actions: Sequence[PriceAction]) -> ActionGroups:
    groups = ActionGroups([], [], [])
    for action in actions:
        if isinstance(action, CashDividend):
            groups.cash_dividends.append(_wire_dividend(action))
        elif action.new_rate > action.old_rate:
            groups.forward_splits.append(_wire_forward_split(action))
        else:
            groups.reverse_splits.append(_wire_reverse_split(action))
    return groups


def _wire_dividend(action: CashDividend) -> WireCashDividend:
    return WireCashDividend(
        id=action.action_id,
        symbol=action.symbol,
        cusip=_UNKNOWN_CUSIP,
        rate=number(action.rate),
        special=action.special,
        foreign=False,
        process_date=action.ex_date,
        ex_date=action.ex_date,
    )


def _wire_forward_split(action: Split) -> WireForwardSplit:
    return WireForwardSplit(
        id=action.action_id,
        symbol=action.symbol,
        cusip=_UNKNOWN_CUSIP,
        new_rate=action.new_rate,
        old_rate=action.old_rate,
        process_date=action.ex_date,
        ex_date=action.ex_date,
    )


def _wire_reverse_split(action: Split) -> WireReverseSplit:
    return WireReverseSplit(
        id=action.action_id,
        symbol=action.symbol,
        old_cusip=_UNKNOWN_CUSIP,
        new_cusip=_UNKNOWN_CUSIP,
        new_rate=action.new_rate,
        old_rate=action.old_rate,
        process_date=action.ex_date,
        ex_date=action.ex_date,
    )


_Key = tuple[date, str]


def _sort_key(action: PriceAction) -> _Key:
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
