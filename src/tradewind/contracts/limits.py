"""What an administrator may set to keep an account from harm; amounts in billionths."""

from msgspec import Struct

from tradewind.platform.money import MoneyUnits, QuantityUnits


class AccountLimits(Struct, frozen=True, kw_only=True):
    """The limits of one account; ``None`` means that there is none."""

    order_value_max: MoneyUnits | None = None
    """Largest value of one order, at its limit or the price that it reserves at."""
    position_value_max: MoneyUnits | None = None
    """Largest value of a position in one instrument, open orders that would add to it included."""
    position_qty_max: QuantityUnits | None = None
    """Largest quantity of the same."""
    daily_loss_max: MoneyUnits | None = None
    """From this loss of a trading date on, only orders that reduce a position are taken."""
    orders_per_second_max: int | None = None
    """Orders and replacements within any second of the venue's time."""
    restricted_symbols: tuple[str, ...] = ()
    """Positions in these may be reduced, not opened or added to."""
    duplicate_window_ms: int | None = None
    """An order equal to one taken within this time is refused as a duplicate."""


class AccountControl(Struct, frozen=True, kw_only=True):
    """An account's limits, and whether its kill switch is on."""

    limits: AccountLimits = AccountLimits()
    live_trading: bool = False
    """Whether orders go to the broker of a live venue."""
    kill_switch: bool = False
    kill_switch_reason: str = ""
