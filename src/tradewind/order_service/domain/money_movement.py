"""Opening accounts, cash from and to outside, and the settings that an owner may change."""

import msgspec

from tradewind.contracts.journal import (
    AccountConfigured,
    AccountOpened,
    CashDeposited,
    CashWithdrawn,
)
from tradewind.contracts.orders import Configuration
from tradewind.order_service.domain.commands import Configure, Deposit, OpenAccount, Withdraw
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import InsufficientBuyingPower, OrderTooLarge
from tradewind.order_service.domain.risk import ORDER_VALUE_MAX
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import MoneyUnits, format_units


def open_account(core: Core, command: OpenAccount) -> None:
    """Open an account, unless it is open already."""
    if command.account_id not in core.state.accounts:
        core.emit(AccountOpened(command.account_id, command.currency))


def deposit(core: Core, command: Deposit) -> None:
    """Post cash from outside."""
    core.account(command.account_id)
    _check_amount(command.amount)
    core.emit(CashDeposited(command.account_id, command.amount, command.reference))


def withdraw(core: Core, command: Withdraw) -> None:
    """Post cash to outside, as far as it is available."""
    account = core.account(command.account_id)
    _check_amount(command.amount)
    spendable = core.state.cash_available(account)
    if command.amount > spendable:
        raise InsufficientBuyingPower(
            f"{format_units(command.amount)} is more than the {format_units(spendable)} available",
            buying_power=format_units(spendable),
        )
    core.emit(CashWithdrawn(command.account_id, command.amount, command.reference))


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
    if configuration != account.configuration:
        core.emit(AccountConfigured(command.account_id, **msgspec.structs.asdict(configuration)))
    return configuration
