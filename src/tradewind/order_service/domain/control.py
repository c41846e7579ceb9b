"""What an administrator does to an account: limits, margin, and the switch that stops it."""

from tradewind.contracts.journal import (
    AccountLimitsSet,
    AccountMarginSet,
    CancelReason,
    KillSwitchEngaged,
    KillSwitchReleased,
    LiveTradingSet,
)
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.orders import CancelResult
from tradewind.order_service.domain.commands import (
    EngageKillSwitch,
    ReleaseKillSwitch,
    SetLimits,
    SetLiveTrading,
    SetMargin,
)
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.matching import cancel
from tradewind.order_service.domain.refusals import MarginNotChangeable
from tradewind.order_service.domain.state import AccountState
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import format_units

ORDERS_PER_SECOND_MAX = 1_000
DUPLICATE_WINDOW_MS_MAX = 60_000
RESTRICTED_SYMBOLS_MAX = 1_000
REASON_MAX = 200
MULTIPLIERS = (1, 2, 4)
CALL_GRACE_S_MAX = 5 * 86_400


def set_limits(core: Core, command: SetLimits) -> AccountControl:
    """Replace an account's limits; open orders stay."""
    account = core.account(command.account_id)
    _check(command.limits)
    if command.limits != account.limits:
        core.emit(AccountLimitsSet(command.account_id, command.limits, command.by))
    return AccountControl(
        limits=account.limits,
        live_trading=account.live_trading,
        kill_switch=account.kill_switch,
        kill_switch_reason=account.kill_switch_reason,
    )


def engage_kill_switch(core: Core, command: EngageKillSwitch) -> list[CancelResult]:
    """Stop an account: it takes no orders, and its open ones are canceled, oldest first."""
    account = core.account(command.account_id)
    if len(command.reason) > REASON_MAX:
        raise MalformedRequest(f"reason must have at most {REASON_MAX} characters")
    if not account.kill_switch:
        core.emit(KillSwitchEngaged(command.account_id, command.reason, command.by))
    results = []
    for order_id in list(account.order_ids):
        # One may have ended with another that was canceled before it.
        order = core.state.orders.get(order_id)
        if order is not None:
            cancel(core, order, CancelReason.KILL_SWITCH)
            results.append(CancelResult(order_id))
    return results


def release_kill_switch(core: Core, command: ReleaseKillSwitch) -> None:
    """Let an account trade again."""
    if core.account(command.account_id).kill_switch:
        core.emit(KillSwitchReleased(command.account_id, command.by))


def set_margin(core: Core, command: SetMargin) -> MarginSettings:
    """Set an account's type and margin; raises ``MarginNotChangeable`` for a type it cannot have.

    With the type the owner's multiplier and ``no_shorting`` begin anew; a lower multiplier lowers
    the owner's.
    """
    account, settings = core.account(command.account_id), command.settings
    _check_margin(settings)
    if core.spec.broker is not None and settings.account_type is AccountType.MARGIN:
        raise MarginNotChangeable(
            f"account {command.account_id} is at a live venue, whose broker alone could lend: it "
            "stays a cash account"
        )
    if settings == account.margin:
        return settings
    if settings.account_type is not account.margin.account_type:
        _check_type_changeable(core, account)
    core.emit(AccountMarginSet(command.account_id, settings, command.by))
    return settings


def _check_margin(settings: MarginSettings) -> None:
    if settings.account_type is AccountType.CASH and settings != MarginSettings():
        raise MalformedRequest("a cash account has a multiplier of 1 and no other margin setting")
    if settings.multiplier_max not in MULTIPLIERS:
        known = ", ".join(map(str, MULTIPLIERS))
        raise MalformedRequest(f"multiplier must be one of {known}, was {settings.multiplier_max}")
    if not 0 <= settings.call_grace_s <= CALL_GRACE_S_MAX:
        raise MalformedRequest(
            f"call_grace_s must be between 0 and {CALL_GRACE_S_MAX}, was {settings.call_grace_s}"
        )


def _check_type_changeable(core: Core, account: AccountState) -> None:
    if account.order_ids:
        raise MarginNotChangeable(
            f"the account has {len(account.order_ids)} open orders, which reserve by its type; "
            "cancel them first"
        )
    cash = core.state.cash_available(account)
    if cash < 0:
        raise MarginNotChangeable(
            f"the account owes {format_units(-cash)}; a cash account cannot owe anything"
        )
    for symbol in account.positions:
        if core.state.qty(account, symbol) < 0:
            raise MarginNotChangeable(
                f"the account is short {symbol}; a cash account cannot be: buy it back first"
            )


def set_live_trading(core: Core, command: SetLiveTrading) -> None:
    """Let an account's orders go to the broker of a live venue, or stop that; open ones stay."""
    account = core.account(command.account_id)
    if core.spec.broker is None:
        raise MalformedRequest(
            f"account {command.account_id} is not at a live venue: its orders go to no broker"
        )
    if account.live_trading != command.enabled:
        core.emit(LiveTradingSet(command.account_id, command.enabled, command.by))


def _check(limits: AccountLimits) -> None:
    amounts = {
        "order_value_max": limits.order_value_max,
        "position_value_max": limits.position_value_max,
        "position_qty_max": limits.position_qty_max,
        "daily_loss_max": limits.daily_loss_max,
    }
    for name, amount in amounts.items():
        if amount is not None and amount <= 0:
            raise MalformedRequest(f"{name} must be above 0, was {format_units(amount)}")
    _check_range("orders_per_second_max", limits.orders_per_second_max, ORDERS_PER_SECOND_MAX)
    _check_range("duplicate_window_ms", limits.duplicate_window_ms, DUPLICATE_WINDOW_MS_MAX)
    if len(limits.restricted_symbols) > RESTRICTED_SYMBOLS_MAX:
        raise MalformedRequest(
            f"restricted_symbols must be at most {RESTRICTED_SYMBOLS_MAX}, "
            f"were {len(limits.restricted_symbols)}"
        )


def _check_range(name: str, value: int | None, most: int) -> None:
    if value is not None and not 0 < value <= most:
        raise MalformedRequest(f"{name} must be between 1 and {most}, was {value}")
