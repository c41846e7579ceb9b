"""Accounts and positions as other services see them, read off a core's memory."""

from itertools import chain, groupby, islice

from tradewind.contracts.limits import AccountControl
from tradewind.contracts.orders import Order, OrderQuery
from tradewind.contracts.trading_accounts import Position, TradingAccount
from tradewind.order_service.domain import margin
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AccountState, OrderState
from tradewind.order_service.domain.valuation import current_price, market_value
from tradewind.platform.money import MoneyUnits


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
    values = [market_value(core, account, symbol) for symbol in account.positions]
    long_value = sum(value for value in values if value > 0)
    short_value = sum(value for value in values if value < 0)
    return TradingAccount(
        account_id=account.account_id,
        venue_id=core.spec.venue_id,
        currency=account.currency,
        cash_posted=MoneyUnits(available + held),
        cash_held=held,
        long_market_value=MoneyUnits(long_value),
        short_market_value=MoneyUnits(short_value),
        equity=MoneyUnits(available + held + long_value + short_value),
        last_equity=account.last_equity,
        fees_paid=account.fees_paid,
        configuration=account.configuration,
        opened_at=account.opened_at,
        trading_blocked=account.kill_switch,
        margin=margin.figures(core, account) if account.is_margin else None,
    )


def view_control(account: AccountState) -> AccountControl:
    """Return an account's limits and its kill switch."""
    return AccountControl(
        limits=account.limits,
        live_trading=account.live_trading,
        kill_switch=account.kill_switch,
        kill_switch_reason=account.kill_switch_reason,
    )


def list_open_orders(core: Core, account: AccountState, query: OrderQuery) -> list[Order]:
    """Return the account's open orders that a query asks for, by time of submission, then id.

    The query's paging by order id is not looked at: its anchors may have ended.
    """
    oldest_first = account.client_order_ids.values()
    order_ids = reversed(oldest_first) if query.descending else iter(oldest_first)
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
