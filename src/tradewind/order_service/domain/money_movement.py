"""Opening accounts, cash from and to outside, and the settings that an owner may change."""

import msgspec

from tradewind.contracts.journal import (
    AccountConfigured,
    AccountOpened,
    CashDeposited,
    CashTransferred,
    CashWithdrawn,
)
from tradewind.contracts.trading_accounts import Configuration
from tradewind.order_service.domain import margin, margin_calls
from tradewind.order_service.domain.cash_keys import CashMoved, Movement, cash_moved
from tradewind.order_service.domain.commands import (
    Configure,
    Deposit,
    OpenAccount,
    Transfer,
    Withdraw,
)
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import (
    IdempotencyKeyReused,
    InsufficientBuyingPower,
    OrderTooLarge,
)
from tradewind.order_service.domain.risk import ORDER_VALUE_MAX
from tradewind.order_service.domain.state import AccountState
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import MoneyUnits, format_units


def open_account(core: Core, command: OpenAccount) -> None:
    """Open an account, unless it is open already."""
    if command.account_id not in core.state.accounts:
        core.emit(AccountOpened(command.account_id, command.currency))


def deposit(core: Core, command: Deposit) -> CashMoved:
    """Post cash from outside."""
    event = CashDeposited(command.account_id, command.amount, command.reference, command.key)
    done = _done_before(core, event)
    if done is not None:
        return done
    core.account(command.account_id)
    _check_amount(command.amount)
    return _post(core, event)


def withdraw(core: Core, command: Withdraw) -> CashMoved:
    """Post cash to outside, as far as it is available."""
    event = CashWithdrawn(command.account_id, command.amount, command.reference, command.key)
    done = _done_before(core, event)
    if done is not None:
        return done
    account = core.account(command.account_id)
    _check_amount(command.amount)
    _check_available(core, account, command.amount)
    return _post(core, event)


def transfer(core: Core, command: Transfer) -> CashMoved:
    """Move cash to another account here, as far as it is available."""
    event = CashTransferred(
        command.account_id,
        command.to_account_id,
        command.amount,
        command.reference,
        command.key,
    )
    done = _done_before(core, event)
    if done is not None:
        return done
    giver, taker = core.account(command.account_id), core.account(command.to_account_id)
    if giver is taker:
        raise MalformedRequest(
            f"account {giver.account_id} cannot transfer to itself; name another account"
        )
    if giver.currency != taker.currency:
        raise MalformedRequest(
            f"{giver.currency} cannot be transferred to an account in {taker.currency}"
        )
    _check_amount(command.amount)
    _check_available(core, giver, command.amount)
    return _post(core, event)


def _done_before(core: Core, event: Movement) -> CashMoved | None:
    """Return what was done under the event's key; raises ``IdempotencyKeyReused``."""
    done = core.state.cash_keys.get(event.key) if event.key else None
    if done is not None and done.request != cash_moved(0, done.at, event).request:
        raise IdempotencyKeyReused(
            f"Idempotency-Key {event.key!r} was used on {done.at:%Y-%m-%d} for another movement, "
            f"of {format_units(done.amount)}; send a new key for a new movement"
        )
    return done


def _post(core: Core, event: Movement) -> CashMoved:
    core.emit(event)
    posted = core.emitted[-1]
    for account_id in (event.account_id, getattr(event, "to_account_id", event.account_id)):
        account = core.state.accounts[account_id]
        if account.margin_call is not None:
            margin_calls.is_met(core, account)
    return cash_moved(posted.number, posted.at, event)


def _check_available(core: Core, account: AccountState, amount: MoneyUnits) -> None:
    spendable = max(MoneyUnits(0), margin.withdrawable(core, account))
    if amount > spendable:
        raise InsufficientBuyingPower(
            f"{format_units(amount)} is more than the {format_units(spendable)} available",
            buying_power=format_units(spendable),
        )


def _check_amount(amount: MoneyUnits) -> None:
    if amount <= 0:
        raise MalformedRequest(f"amount {format_units(amount)} must be above 0")
    if amount > ORDER_VALUE_MAX:
        raise OrderTooLarge(
            f"amount {format_units(amount)} is above {format_units(ORDER_VALUE_MAX)}; split it"
        )


def configure(core: Core, command: Configure) -> Configuration:
    """Change settings; a change that changes nothing is not journaled."""
    account = core.account(command.account_id)
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(command.change).items()
        if value is not msgspec.UNSET
    }
    configuration = msgspec.structs.replace(account.configuration, **changes)
    allowed = account.margin.multiplier_max
    if account.is_margin and int(configuration.max_margin_multiplier) > allowed:
        raise MalformedRequest(
            f"max_margin_multiplier {configuration.max_margin_multiplier} is above the account's "
            f"{allowed}, which an administrator sets"
        )
    if configuration != account.configuration:
        core.emit(AccountConfigured(command.account_id, **msgspec.structs.asdict(configuration)))
    return configuration
