"""What corporate actions, interest and borrow fees did to an account, as its activities tell it."""

from datetime import datetime
from typing import Any

from tradewind.contracts.activities import CashActivity
from tradewind.contracts.journal import (
    BorrowFeePosted,
    CashInLieuPaid,
    DividendPaid,
    Event,
    InterestPosted,
    MergerPaid,
    PositionRenamed,
    PositionSplit,
    StockDividendPaid,
)
from tradewind.contracts.vocabulary import EXCHANGE_ZONE
from tradewind.platform.errors import InvariantBroken
from tradewind.platform.money import MoneyUnits, QuantityUnits, format_units

_NO_CASH = MoneyUnits(0)


def cash_activity(
    name: str, at: datetime, kind: str, amount: MoneyUnits, description: str, **more: Any
) -> CashActivity:  # Any: optional fields of the struct, which checks their types itself
    """Return an activity that is no trade, dated by the exchange."""
    return CashActivity(
        activity_id=name,
        at=at,
        activity_date=at.astimezone(EXCHANGE_ZONE).date(),
        activity_type=kind,
        net_amount=amount,
        description=description,
        **more,
    )


def corporate_activity(name: str, at: datetime, event: Event) -> CashActivity:
    """Return the activity of an event; raises ``InvariantBroken`` for one that is none."""
    match event:
        case PositionSplit() | StockDividendPaid():
            return _of_shares(name, at, event)
        case DividendPaid() | CashInLieuPaid() | MergerPaid():
            return _of_cash(name, at, event)
        case PositionRenamed():
            return cash_activity(
                name,
                at,
                "NC",
                _NO_CASH,
                f"{event.symbol} is traded as {event.new_symbol}",
                sub_type="SNC",
                symbol=event.new_symbol,
                qty=event.qty,
            )
        case InterestPosted():
            kind = "debt" if event.principal < 0 else "cash"
            return cash_activity(
                name,
                at,
                "INT",
                event.amount,
                f"Interest on {format_units(abs(event.principal))} of {kind} for {event.days} "
                f"days at {event.bps / 100:f} percent a year",
                sub_type="MGN" if event.principal < 0 else "CDT",
            )
        case BorrowFeePosted():
            return cash_activity(
                name,
                at,
                "FEE",
                MoneyUnits(-event.amount),
                f"Borrow fee on {format_units(event.value)} of short positions for {event.days} "
                f"days at {event.bps / 100:f} percent a year",
            )
        case _:
            raise InvariantBroken(f"{type(event).__name__} is no activity")


def _of_shares(name: str, at: datetime, event: PositionSplit | StockDividendPaid) -> CashActivity:
    before, after = format_units(event.qty_before), format_units(event.qty_after)
    change = QuantityUnits(event.qty_after - event.qty_before)
    if isinstance(event, StockDividendPaid):
        text = f"Stock dividend on {before} shares, which are {after} now"
        return cash_activity(
            name, at, "DIV", _NO_CASH, text, sub_type="SDIV", symbol=event.symbol, qty=change
        )
    reverse = abs(event.qty_after) < abs(event.qty_before)
    text = f"{'Reverse split' if reverse else 'Split'} of {before} into {after} shares"
    return cash_activity(
        name,
        at,
        "SPLIT",
        _NO_CASH,
        text,
        sub_type="RSPLIT" if reverse else "FSPLIT",
        symbol=event.symbol,
        qty=change,
    )


def _of_cash(
    name: str, at: datetime, event: DividendPaid | CashInLieuPaid | MergerPaid
) -> CashActivity:
    qty = format_units(event.qty)
    match event:
        case DividendPaid():
            # Who is short pays the lender what the company pays the holder: a substitute payment.
            kind, sub_type = "DIV", "CDIV" if event.qty > 0 else "SPD"
            text = f"Cash dividend of {format_units(event.rate)} on {qty} shares"
            each: int = event.rate
        case CashInLieuPaid():
            kind, sub_type, each = "CIL", "", event.price
            text = f"Cash in lieu of {qty} shares at {format_units(event.price)}"
        case MergerPaid():
            kind, sub_type, each = "MA", "CMA", event.rate
            text = f"Cash merger: {format_units(event.rate)} for each of {qty} shares"
    gone = QuantityUnits(event.qty if isinstance(event, DividendPaid) else -event.qty)
    return cash_activity(
        name,
        at,
        kind,
        event.amount,
        text,
        sub_type=sub_type or None,
        symbol=event.symbol,
        qty=gone,
        per_share_amount=MoneyUnits(each),
    )
