"""What positions and accounts are worth at the newest prices."""

from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AccountState
from tradewind.platform.money import MoneyUnits, PriceUnits, multiply_units


def current_price(core: Core, symbol: str) -> PriceUnits | None:
    """Return the newest price of a symbol: the last trade, else the last close."""
    return core.view.last_price(symbol) or core.state.closing_prices.get(symbol)


def market_value(core: Core, account: AccountState, symbol: str) -> MoneyUnits:
    """Return what a position is worth at the newest price, else what it cost."""
    price = current_price(core, symbol)
    if price is None:
        return account.positions[symbol].cost_basis
    return multiply_units(price, core.state.qty(account, symbol))


def equity(core: Core, account: AccountState) -> MoneyUnits:
    """Return posted cash plus what the positions are worth."""
    cash = core.state.cash_available(account) + core.state.cash_held(account)
    return MoneyUnits(cash + sum(market_value(core, account, s) for s in account.positions))
