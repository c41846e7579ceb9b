"""Corporate actions as Alpaca's clients read them, in groups by type."""

from collections.abc import Sequence
from datetime import date

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    CorporateAction,
    Split,
    StockDividend,
    SymbolChange,
)

UNKNOWN_CUSIP = ""
"""CUSIPs are licensed and no source of ours carries them; clients need the member."""


class WireCashDividend(Struct, frozen=True):
    """Cash for each share held before the ex-date; dates that nobody told are absent."""

    id: str
    symbol: str
    cusip: str
    rate: Number
    special: bool
    foreign: bool
    process_date: date
    ex_date: date
    record_date: date | UnsetType = UNSET
    payable_date: date | UnsetType = UNSET


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


class WireStockDividend(Struct, frozen=True):
    """Shares for each share held before the ex-date; dates that nobody told are absent."""

    id: str
    symbol: str
    cusip: str
    rate: Number
    process_date: date
    ex_date: date
    record_date: date | UnsetType = UNSET
    payable_date: date | UnsetType = UNSET


class WireNameChange(Struct, frozen=True):
    """The same shares under another symbol."""

    id: str
    old_symbol: str
    old_cusip: str
    new_symbol: str
    new_cusip: str
    process_date: date


class WireCashMerger(Struct, frozen=True):
    """Cash in the stead of every share; ``acquirer_symbol`` is null where the buyer has none."""

    id: str
    acquirer_symbol: str | None
    acquirer_cusip: str | None
    acquiree_symbol: str
    acquiree_cusip: str
    rate: Number
    process_date: date
    effective_date: date
    payable_date: date


class ActionGroups(Struct, frozen=True, omit_defaults=True):
    """Actions by type; types without any are absent."""

    cash_dividends: list[WireCashDividend] = []
    forward_splits: list[WireForwardSplit] = []
    reverse_splits: list[WireReverseSplit] = []
    stock_dividends: list[WireStockDividend] = []
    name_changes: list[WireNameChange] = []
    cash_mergers: list[WireCashMerger] = []


def kind_of(action: CorporateAction) -> str:
    """Return Alpaca's word for an action's type."""
    match action:
        case CashDividend():
            return "cash_dividend"
        case StockDividend():
            return "stock_dividend"
        case SymbolChange():
            return "name_change"
        case CashMerger():
            return "cash_merger"
        case Split():
            return "reverse_split" if action.is_reverse else "forward_split"


def grouped(actions: Sequence[CorporateAction]) -> ActionGroups:
    """Return actions by type, each type in the order given."""
    groups = ActionGroups([], [], [], [], [], [])
    for action in actions:
        match action:
            case CashDividend():
                groups.cash_dividends.append(_cash_dividend(action))
            case StockDividend():
                groups.stock_dividends.append(_stock_dividend(action))
            case SymbolChange():
                groups.name_changes.append(_name_change(action))
            case CashMerger():
                groups.cash_mergers.append(_cash_merger(action))
            case Split() if action.is_reverse:
                groups.reverse_splits.append(_reverse_split(action))
            case Split():
                groups.forward_splits.append(_forward_split(action))
    return groups


def _cash_dividend(action: CashDividend) -> WireCashDividend:
    return WireCashDividend(
        id=action.action_id,
        symbol=action.symbol,
        cusip=UNKNOWN_CUSIP,
        rate=number(action.rate),
        special=action.special,
        foreign=False,
        process_date=action.payable_date or action.ex_date,
        ex_date=action.ex_date,
        record_date=action.record_date or UNSET,
        payable_date=action.payable_date or UNSET,
    )


def _forward_split(action: Split) -> WireForwardSplit:
    return WireForwardSplit(
        id=action.action_id,
        symbol=action.symbol,
        cusip=UNKNOWN_CUSIP,
        new_rate=action.new_rate,
        old_rate=action.old_rate,
        process_date=action.ex_date,
        ex_date=action.ex_date,
    )


def _reverse_split(action: Split) -> WireReverseSplit:
    return WireReverseSplit(
        id=action.action_id,
        symbol=action.symbol,
        old_cusip=UNKNOWN_CUSIP,
        new_cusip=UNKNOWN_CUSIP,
        new_rate=action.new_rate,
        old_rate=action.old_rate,
        process_date=action.ex_date,
        ex_date=action.ex_date,
    )


def _stock_dividend(action: StockDividend) -> WireStockDividend:
    return WireStockDividend(
        id=action.action_id,
        symbol=action.symbol,
        cusip=UNKNOWN_CUSIP,
        rate=number(action.rate),
        process_date=action.ex_date,
        ex_date=action.ex_date,
        record_date=action.record_date or UNSET,
        payable_date=action.payable_date or UNSET,
    )


def _name_change(action: SymbolChange) -> WireNameChange:
    return WireNameChange(
        id=action.action_id,
        old_symbol=action.symbol,
        old_cusip=UNKNOWN_CUSIP,
        new_symbol=action.new_symbol,
        new_cusip=UNKNOWN_CUSIP,
        process_date=action.ex_date,
    )


def _cash_merger(action: CashMerger) -> WireCashMerger:
    return WireCashMerger(
        id=action.action_id,
        acquirer_symbol=action.acquirer or None,
        acquirer_cusip=UNKNOWN_CUSIP if action.acquirer else None,
        acquiree_symbol=action.symbol,
        acquiree_cusip=UNKNOWN_CUSIP,
        rate=number(action.rate),
        process_date=action.ex_date,
        effective_date=action.ex_date,
        payable_date=action.ex_date,
    )
