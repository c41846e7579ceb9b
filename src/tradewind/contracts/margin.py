"""Accounts that may borrow: what an administrator sets for them, and how they stand."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tradewind.platform.money import MoneyUnits


class AccountType(StrEnum):
    """Whether an account trades with its own cash alone."""

    CASH = "cash"
    MARGIN = "margin"


DAY_TRADES_MAX = 3
"""FINRA Rule 4210(f)(8)(B): four within five business days make a pattern day trader."""


class MarginSettings(Struct, frozen=True, kw_only=True):
    """What an administrator sets for an account; a cash account has the settings of none."""

    account_type: AccountType = AccountType.CASH
    multiplier_max: int = 1
    """1, 2 or 4: how many times its equity a margin account may hold. 4 counts in sessions only;
    outside of them it is 2."""
    day_trade_rule: bool = False
    """Whether the fourth day trade within five sessions is refused below 25,000 of equity."""
    call_grace_s: int = 0
    """How many seconds a margin call may stay open before positions are closed for it."""


class MarginCall(Struct, frozen=True, kw_only=True):
    """An account whose equity is below what it must keep."""

    issued_at: datetime
    due_at: datetime
    """From then on positions are closed while a session runs."""
    deficit: MoneyUnits
    """What was lacking when the call was issued."""
    overnight: bool = False
    """Whether the multiplier of 2 is required, which a session must end within."""


class MarginFigures(Struct, frozen=True, kw_only=True):
    """How a margin account stands at the newest prices."""

    multiplier: int
    """What counts now: the lower of the administrator's and the owner's, 1 below the minimum
    equity, and at most 2 while no session runs."""
    buying_power: MoneyUnits
    """Value of marginable long positions that may still be opened."""
    regt_buying_power: MoneyUnits
    """The same at a multiplier of at most 2."""
    daytrading_buying_power: MoneyUnits
    """The same at a multiplier of 4, 0 for an account that has not got it."""
    cash_buying_power: MoneyUnits
    """What may be spent on instruments that cannot be bought on margin."""
    initial_margin: MoneyUnits
    """What positions and open orders require at a multiplier of at most 2."""
    maintenance_margin: MoneyUnits
    """What positions require of the equity, else a margin call is issued."""
    last_maintenance_margin: MoneyUnits
    """The same at the newest close before the newest session began."""
    withdrawable: MoneyUnits
    shorting_enabled: bool
    day_trade_count: int
    """Day trades in this and the four sessions before."""
    settings: MarginSettings
    call: MarginCall | None = None
