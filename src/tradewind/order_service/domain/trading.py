"""Taking, replacing and canceling orders, and closing positions by them."""

from decimal import Decimal

from tradewind.contracts.journal import CancelReason, OrderAccepted, OrderReplaced
from tradewind.contracts.orders import CancelResult, CloseResult, Failure, ReplaceOrder, SubmitOrder
from tradewind.contracts.vocabulary import (
    AccountId,
    BrokerKind,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.order_service.domain import (
    groups,
    intents,
    latency,
    notional,
    replacing,
    risk,
    routing,
    triggers,
)
from tradewind.order_service.domain.commands import (
    CancelAllOrders,
    CancelOrder,
    CloseAllPositions,
    ClosePosition,
)
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.holds import Hold
from tradewind.order_service.domain.matching import cancel, match_incoming
from tradewind.order_service.domain.refusals import (
    OrderNotFound,
    PositionNotFound,
)
from tradewind.order_service.domain.state import AUCTION_TIMES, OrderState, book_side
from tradewind.platform.errors import MalformedRequest, Refusal
from tradewind.platform.ids import derived_id
from tradewind.platform.money import SCALE, QuantityUnits, format_units

_PERCENT = 100


def submit(core: Core, command: SubmitOrder) -> OrderState:
    """Check an order, take it, and let it trade."""
    account = core.account(command.account_id)
    command = triggers.with_stop_price(core, notional.with_qty(core, command))
    intent = intents.infer(core, account, command.symbol, command.side)
    hold = risk.check(core, account, command, intent)
    command = intents.with_intent(command, intent)
    triggers.check(command)
    base = command.limit_price or risk.newest_price(core, command.symbol, command.side)
    groups.check_legs(core, command, base)
    return accept(core, command, hold)


def accept(
    core: Core,
    command: SubmitOrder,
    hold: Hold,
    replaces: OrderId | None = None,
    *,
    is_held: bool = False,
) -> OrderState:
    """Take an order that has been checked, and let it trade."""
    side = book_side(command.side)
    waits = command.terms is not None and command.terms.waits
    is_routed = core.spec.broker is not None
    joins = core.takes(command) and not is_routed and command.time_in_force is not TimeInForce.OPG
    status = OrderStatus.NEW if joins else OrderStatus.ACCEPTED
    if is_routed:
        status = OrderStatus.PENDING_NEW
    meets_book = joins and not (waits or is_held) and command.time_in_force not in AUCTION_TIMES
    effective_at = None
    if joins and not is_held and command.time_in_force not in AUCTION_TIMES:
        effective_at = latency.arrival(core, command.order_id)
    if effective_at is not None:
        status, meets_book = OrderStatus.PENDING_NEW, False
    # Also when the order ends at once, before anybody can look its id up.
    core.known_client_order_ids.add((command.account_id, command.client_order_id))
    queue_ahead = QuantityUnits(0)
    if meets_book and command.limit_price is not None:
        queue_ahead = core.view.queue_ahead(command.symbol, side, command.limit_price)
    core.emit(
        OrderAccepted(
            order_id=command.order_id,
            account_id=command.account_id,
            client_order_id=command.client_order_id,
            symbol=command.symbol,
            side=command.side,
            order_type=command.order_type,
            time_in_force=command.time_in_force,
            qty=command.qty,
            limit_price=command.limit_price,
            status=OrderStatus.HELD if is_held else status,
            hold=hold.amount,
            hold_price=hold.price,
            queue_ahead=queue_ahead,
            extended_hours=command.extended_hours,
            replaces=replaces,
            terms=command.terms,
            routed=is_routed,
            effective_at=effective_at,
        )
    )
    groups.take_legs(core, command)
    order = core.state.orders[command.order_id]
    if waits and order.status is OrderStatus.NEW:
        triggers.start(core, order)
    elif meets_book:
        match_incoming(core, order)
    return order


def _open_order(core: Core, account_id: AccountId, order_id: OrderId) -> OrderState:
    order = core.state.orders.get(order_id)
    if order is None or order.account_id != account_id:
        raise OrderNotFound(f"order not found for {order_id}")
    return order


def cancel_order(core: Core, command: CancelOrder) -> OrderState:
    """Cancel an open order; raises ``OrderNotFound`` for one that is not open here."""
    core.account(command.account_id)
    order = _open_order(core, command.account_id, command.order_id)
    replacing.check_cancelable(order)
    latency.cancel_from_afar(core, order)
    return order


def cancel_all(core: Core, command: CancelAllOrders) -> list[CancelResult]:
    """Cancel every open order, oldest first."""
    account = core.account(command.account_id)
    results = []
    for order_id in list(account.order_ids):
        # Also each leg: by the time the group is settled nothing of it is left. One that waited
        # to replace another at a broker has ended with that. One that is about to be replaced is
        # not there any more, or canceled too, when the cancel of its replacement arrives.
        order = core.state.orders.get(order_id)
        if order is not None and (order.replacing is None or order.waits_to_replace):
            latency.cancel_from_afar(core, order)
        results.append(CancelResult(order_id))
    return results


def replace(core: Core, command: ReplaceOrder) -> OrderState:
    """Put a new order in an old one's stead, once it has arrived; it loses the place in the queue.

    Until then both are open, and what the new one reserves beyond the old one is reserved as well.
    """
    account = core.account(command.account_id)
    old = _open_order(core, command.account_id, command.order_id)
    replacing.check(old, command)
    routing.check_replaceable(old)
    submission = SubmitOrder(
        order_id=command.new_order_id,
        account_id=command.account_id,
        client_order_id=command.client_order_id or command.new_order_id,
        symbol=old.symbol,
        side=old.side,
        order_type=old.order_type,
        time_in_force=command.time_in_force or old.time_in_force,
        qty=old.left if command.qty is None else command.qty,
        limit_price=old.limit_price if command.limit_price is None else command.limit_price,
        extended_hours=old.extended_hours,
        terms=replacing.new_terms(old, command, core.listing(old.symbol)),
    )
    reserves = groups.reserves(core.state, old)
    hold = risk.check(core, account, submission, old.intent, instead_of=old, reserves=reserves)
    triggers.check(submission)
    is_held = old.status is OrderStatus.HELD
    is_far = latency.is_there(core, old) and submission.time_in_force not in AUCTION_TIMES
    if old.routing is not None or is_far:
        routing.request_replace(core, old, command.new_order_id)
        # The old one keeps its hold until it has ended; only what goes beyond it is added now.
        hold = Hold(max(0, hold.amount - old.hold), hold.price)
        return accept(core, submission, hold, replaces=old.order_id)
    core.emit(OrderReplaced(old.order_id, old.account_id, command.new_order_id, old.hold))
    return accept(core, submission, hold, replaces=old.order_id, is_held=is_held)


def close_position(core: Core, command: ClosePosition) -> OrderState:
    """Close a position, or a part of it, at market: sell a long one, buy a short one back."""
    account = core.account(command.account_id)
    symbol = command.symbol
    position = core.state.qty(account, symbol)
    if not position:
        raise PositionNotFound(f"position does not exist: {symbol}")
    qty = QuantityUnits(abs(position))
    if command.qty is not None:
        if command.qty > qty:
            raise MalformedRequest(
                f"qty {format_units(command.qty)} is more than the position of "
                f"{format_units(qty)} {symbol}"
            )
        qty = command.qty
    elif command.percentage is not None:
        qty = _share(qty, command.percentage)
    has_days = not core.state.is_round_the_clock(symbol) and core.spec.broker != BrokerKind.CCXT
    return submit(
        core,
        SubmitOrder(
            order_id=command.order_id,
            account_id=command.account_id,
            client_order_id=command.order_id,
            symbol=symbol,
            side=OrderSide.SELL if position > 0 else OrderSide.BUY,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY if has_days else TimeInForce.GTC,
            qty=qty,
        ),
    )


def _share(qty: QuantityUnits, percentage: Decimal) -> QuantityUnits:
    """Return a percentage of a quantity, to a billionth, rounded down."""
    if not 0 < percentage <= _PERCENT:
        raise MalformedRequest(f"percentage {percentage} is not above 0 and at most 100")
    numerator, denominator = percentage.as_integer_ratio()
    share = qty * numerator // (denominator * _PERCENT)
    if not share:
        raise MalformedRequest(f"{percentage} percent of the position is less than {1 / SCALE:f}")
    return QuantityUnits(share)


def close_all(core: Core, command: CloseAllPositions) -> list[CloseResult]:
    """Close every position at market; each succeeds or is refused on its own.

    Orders that are canceled for it end at once: what closes needs the shares that they hold.
    """
    account = core.account(command.account_id)
    if command.cancel_orders:
        for open_id in list(account.order_ids):
            order = core.state.orders.get(open_id)
            if order is not None:
                cancel(core, order, CancelReason.REQUESTED)
    results = []
    assert core.at is not None
    for symbol in sorted(account.positions):
        order_id = OrderId(derived_id(core.at, command.seed, symbol))
        try:
            order = close_position(core, ClosePosition(command.account_id, order_id, symbol))
        except Refusal as refusal:
            failure = Failure(refusal.status, refusal.code, refusal.message)
            results.append(CloseResult(symbol, failure=failure))
        else:
            results.append(CloseResult(symbol, order=order.view()))
    return results
