"""Accounts and positions as other services see them, read off a core's memory."""

from itertools import chain, groupby, islice

from tradewind.contracts.orders import Order, OrderQuery, Position, TradingAccount
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AccountState, OrderState
from tradewind.platform.money import MoneyUnits, PriceUnits, multiply_units


def current_price(core: Core, symbol: str) -> PriceUnits | None:
    """Return the newest price of a symbol: the last trade, else the last close."""
    return core.view.last_price(symbol) or core.state.closing_prices.get(symbol)


def view_position(core: Core, account: AccountState, symbol: str) -> Position:
    """Return one position of an account, which must have it."""
    position = account.positions[symbol]
    return Position(
        account_id=account.account_id,
        symbol=symbol,
        qty=core.state.qty(account, symbol),
        qty_available=core.state.qty_available(account, symbol),
        cost_basis=position.cost_basis,
        current_price=current_price(core, symbol),
        last_day_price=core.state.previous_closing_prices.get(symbol),
        qty_at_day_start=position.qty_at_day_start,
        cost_today=position.cost_today,
    )


def view_account(core: Core, account: AccountState) -> TradingAccount:
    """Return an account's money; positions count at the newest price, else at cost."""
    available = core.state.cash_available(account)
    held = core.state.cash_held(account)
    market_value = 0
    for symbol, position in account.positions.items():
        price = current_price(core, symbol)
        if price is None:
            market_value += position.cost_basis
        else:
            market_value += multiply_units(price, core.state.qty(account, symbol))
    return TradingAccount(
        account_id=account.account_id,
        venue_id=core.spec.venue_id,
        currency=account.currency,
        cash_posted=MoneyUnits(available + held),
        cash_held=held,
        long_market_value=MoneyUnits(market_value),
        equity=MoneyUnits(available + held + market_value),
        last_equity=account.last_equity,
        fees_paid=account.fees_paid,
        configuration=account.configuration,
        opened_at=account.opened_at,
    )


def list_open_orders(core: Core, account: AccountState, query: OrderQuery) -> list[Order]:
    """Return the account's open orders that a query asks for, by time of submission, then id.

    The query's paging by order id is not looked at: its anchors may have ended.
    """
    order_ids = reversed(account.order_ids) if query.descending else iter(account.order_ids)
    orders = (core.state.orders[order_id] for order_id in order_ids)
    wanted = (order for order in orders if _matches(order, query))
    # Orders are kept in order of acceptance, so only those of one instant are out of order.
    instants = groupby(wanted, key=lambda order: order.created_at)
    in_order = chain.from_iterable(
        sorted(group, key=lambda order: order.order_id, reverse=query.descending)
        for _, group in instants
    )
    return [order.view() for order in islice(in_order, query.limit)]


def _matches(order: OrderState, query: OrderQuery) -> bool:
    return (
        (not query.symbols or order.symbol in query.symbols)
        and (query.side is None or order.side is query.side)
        and (query.after is None or order.created_at > query.after)
        and (query.until is None or order.created_at < query.until)
    )
