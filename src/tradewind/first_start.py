"""What the first start of a platform makes: a user, an account with cash, an API key."""

from tradewind.contracts.accounts import Bootstrap, FirstStart
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId
from tradewind.platform.money import MoneyUnits, to_units
from tradewind.platform.settings import Settings

_INITIAL_DEPOSIT = "initial deposit"


async def first_start(
    settings: Settings, accounts: FirstStart, orders: OrderService
) -> Bootstrap | None:
    """Make the first administrator with an account at the main venue, unless there is a user."""

    async def fund(account_id: AccountId) -> None:
        await orders.open_account(MAIN_VENUE, account_id)
        cash = MoneyUnits(to_units(settings.initial_cash))
        if cash:
            await orders.deposit(account_id, cash, _INITIAL_DEPOSIT)

    return await accounts.bootstrap(MAIN_VENUE, fund)
