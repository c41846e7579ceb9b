"""Between a live venue and its broker: whatever breaks on the way, both end up agreeing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec import structs
from tests.unit.orders.stage import ALICE, Stage, price, shares

from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.vocabulary import BrokerKind, OrderId, OrderStatus, VenueId
from tradewind.order_service.brokers.broker import (
    BrokerExecution,
    BrokerHoldings,
    BrokerOrder,
    BrokerOrderState,
    BrokerRefused,
    BrokerUnreachable,
)
from tradewind.order_service.brokers.router import OrderRouter
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.money import MoneyUnits, QuantityUnits

NEW_ID = OrderId("00000000-0000-7000-b000-000000000001")
WAIT_S = 20


class ScriptedBroker:
    """A broker in memory whose every call can be made to fail once, before or after its effect."""

    def __init__(self) -> None:
        self.orders: dict[str, BrokerOrder] = {}
        self.fills: dict[str, list[BrokerExecution]] = {}
        self.sent: list[str] = []
        self.looked_up: list[str] = []
        self.most_at_once = 0
        self.before: dict[str, list[Exception]] = {}
        self.after: dict[str, list[Exception]] = {}
        self.on_find: list[Callable[[], None]] = []
        self.hidden_fills = 0
        self.connected = False

    def _fail(self, script: dict[str, list[Exception]], name: str) -> None:
        if script.get(name):
            raise script[name].pop(0)

    async def submit(self, order: OrderState) -> BrokerOrder:
        self._fail(self.before, "submit")
        self.sent.append(order.order_id)
        if order.order_id in self.orders:
            raise BrokerRefused("client_order_id must be unique")
        taken = self.orders[order.order_id] = BrokerOrder(
            client_order_id=order.order_id,
            broker_order_id=f"b-{order.order_id}",
            symbol=order.symbol,
            qty=order.qty,
            filled_qty=QuantityUnits(0),
            state=BrokerOrderState.WORKING,
        )
        self.most_at_once = max(self.most_at_once, len(await self.open_orders()))
        self._fail(self.after, "submit")
        return taken

    async def find(self, order: OrderState) -> BrokerOrder | None:
        self.looked_up.append(order.order_id)
        self._fail(self.before, "find")
        if self.on_find:
            self.on_find.pop(0)()
        return self.orders.get(order.order_id)

    async def cancel(self, order: BrokerOrder) -> None:
        self._fail(self.before, "cancel")
        now = self.orders[order.client_order_id]
        if now.state is not BrokerOrderState.WORKING:
            raise BrokerRefused("order is not cancelable")
        self.end(order.client_order_id)
        self._fail(self.after, "cancel")

    async def executions(self, order: BrokerOrder) -> list[BrokerExecution]:
        self._fail(self.before, "executions")
        fills = self.fills.get(order.client_order_id, [])
        hidden, self.hidden_fills = self.hidden_fills, 0
        return fills[: len(fills) - hidden]

    async def open_orders(self) -> list[BrokerOrder]:
        return [order for order in self.orders.values() if order.state is BrokerOrderState.WORKING]

    async def holdings(self, symbols: set[str]) -> BrokerHoldings:
        return BrokerHoldings(cash=MoneyUnits(0), positions={}, prices={})

    async def newest_price(self, symbol: str) -> None:
        return None

    async def updates(self) -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""

    async def close(self) -> None:
        pass

    def end(self, order_id: str, state: BrokerOrderState = BrokerOrderState.CANCELED) -> None:
        """End an order."""
        self.orders[order_id] = structs.replace(self.orders[order_id], state=state)

    def fill(self, order_id: str, qty: int) -> None:
        """Fill a part of an order at 100."""
        order = self.orders[order_id]
        fills = self.fills.setdefault(order_id, [])
        fills.append(
            BrokerExecution(
                execution_id=f"{order_id}/{len(fills)}", price=price("100"), qty=shares(qty)
            )
        )
        filled = QuantityUnits(order.filled_qty + shares(qty))
        state = BrokerOrderState.FILLED if filled == order.qty else order.state
        self.orders[order_id] = structs.replace(order, filled_qty=filled, state=state)


class Live(Stage):
    """A live venue in memory with its router; every command is durable at once."""

    def __init__(self) -> None:
        super().__init__(broker=BrokerKind.ALPACA)
        self.run(commands.SetLiveTrading(ALICE, True, "admin"))
        self.broker = ScriptedBroker()
        self.router = OrderRouter(VenueId("live"), self, self.broker)

    async def execute(self, command: Any) -> Any:
        answer = decide(self.core, command, self.now)
        self.router.told(self.core.drain()[0])
        return answer

    async def settled(self) -> None:
        pass

    async def buy(self, qty: int = 10) -> OrderState:
        """Send an order and wait until the router has nothing more to do."""
        order = self.take(qty)
        await self.idle()
        return order

    def take(self, qty: int = 10) -> OrderState:
        """Take an order and tell the router, which has not had its turn yet."""
        order = self.submit(ALICE, "buy", qty, "100", "gtc")
        self.router.wake(order.order_id)
        return order

    async def idle(self) -> None:
        async with asyncio.timeout(WAIT_S):
            await self.router.idle()


@pytest.fixture
def live() -> Live:
    return Live()


async def test_order_is_sent_once_and_known_by_the_brokers_name(live: Live) -> None:
    order = await live.buy()
    assert live.broker.sent == [order.order_id]
    assert order.status is OrderStatus.NEW
    assert order.routing is not None
    assert order.routing.broker_order_id == f"b-{order.order_id}"


async def test_order_whose_answer_was_lost_is_looked_up_and_not_sent_again(live: Live) -> None:
    live.broker.after["submit"] = [BrokerUnreachable("timed out")]
    order = await live.buy()
    assert live.broker.sent == [order.order_id]
    assert order.status is OrderStatus.NEW


async def test_order_that_never_arrived_is_sent_again(live: Live) -> None:
    live.broker.before["submit"] = [BrokerUnreachable("no route")]
    order = await live.buy()
    assert live.broker.sent == [order.order_id]
    assert order.status is OrderStatus.NEW


async def test_order_refused_because_it_is_there_already_is_taken(live: Live) -> None:
    live.broker.after["submit"] = [BrokerRefused("client_order_id must be unique")]
    order = await live.buy()
    assert order.status is OrderStatus.NEW


async def test_restarted_router_takes_up_what_the_last_one_left(live: Live) -> None:
    order = live.submit(ALICE, "buy", 10, "100", "gtc")
    await live.broker.submit(order)
    live.broker.fill(order.order_id, 4)
    live.router.start()
    await live.idle()
    await live.router.stop()
    assert live.broker.sent == [order.order_id]
    assert (order.status, order.filled_qty) == (OrderStatus.PARTIALLY_FILLED, shares(4))


async def test_fill_that_no_update_told_is_brought_in_and_others_are_left_alone(live: Live) -> None:
    filled, waiting = await live.buy(), await live.buy()
    live.broker.fill(filled.order_id, 4)
    live.broker.looked_up.clear()
    await live.router.wake_changed()
    await live.idle()
    assert filled.filled_qty == shares(4)
    assert live.broker.looked_up == [filled.order_id]
    assert waiting.filled_qty == 0


async def test_order_canceled_before_it_was_ever_sent_is_not_sent(live: Live) -> None:
    order = live.take()
    live.run(commands.CancelOrder(ALICE, order.order_id))
    await live.idle()
    assert live.broker.sent == []
    assert order.status is OrderStatus.CANCELED


async def test_rejected_order_is_not_tried_again(live: Live) -> None:
    live.broker.before["submit"] = [BrokerRefused("no")]
    order = await live.buy()
    assert live.broker.sent == []
    assert order.status is OrderStatus.REJECTED


async def test_order_ends_only_when_every_fill_has_been_listed(live: Live) -> None:
    order = await live.buy()
    live.broker.fill(order.order_id, 4)
    live.broker.fill(order.order_id, 3)
    live.broker.end(order.order_id)
    live.broker.hidden_fills = 1
    live.router.wake(order.order_id)
    await live.idle()
    assert (order.status, order.filled_qty) == (OrderStatus.CANCELED, shares(7))
    assert live.position(ALICE) == 7


async def test_cancel_that_comes_too_late_leaves_a_filled_order(live: Live) -> None:
    order = await live.buy()
    live.broker.on_find = [lambda: None, lambda: live.broker.fill(order.order_id, 10)]
    live.broker.before["cancel"] = [BrokerRefused("order is not cancelable")]
    await live.execute(commands.CancelOrder(ALICE, order.order_id))
    await live.idle()
    assert order.status is OrderStatus.FILLED
    assert live.position(ALICE) == 10


@pytest.mark.parametrize("script", ["before", "after"])
async def test_cancel_whose_answer_was_lost_is_carried_through(live: Live, script: str) -> None:
    order = await live.buy()
    getattr(live.broker, script)["cancel"] = [BrokerUnreachable("timed out")]
    await live.execute(commands.CancelOrder(ALICE, order.order_id))
    await live.idle()
    assert order.status is OrderStatus.CANCELED


async def test_replacement_is_sent_when_the_old_order_has_ended_and_never_beside_it(
    live: Live,
) -> None:
    old = await live.buy()
    live.broker.on_find = [lambda: live.broker.fill(old.order_id, 4)]
    await live.execute(
        ReplaceOrder(
            order_id=old.order_id, new_order_id=NEW_ID, account_id=ALICE, limit_price=price("99")
        )
    )
    await live.idle()
    assert (old.status, old.filled_qty) == (OrderStatus.REPLACED, shares(4))
    new = live.core.state.orders[NEW_ID]
    assert (new.status, new.qty) == (OrderStatus.NEW, shares(6))
    assert live.broker.orders[NEW_ID].qty == shares(6)
    assert live.broker.most_at_once == 1


async def test_executions_that_cannot_be_read_are_asked_for_again(live: Live) -> None:
    order = await live.buy()
    live.broker.fill(order.order_id, 10)
    live.broker.before["executions"] = [BrokerUnreachable("busy")]
    live.router.wake(order.order_id)
    await live.idle()
    assert order.status is OrderStatus.FILLED


async def test_stopped_router_leaves_orders_as_they_are(live: Live) -> None:
    live.broker.before["submit"] = [BrokerUnreachable("gone")] * 50
    order = live.take()
    await asyncio.sleep(0)
    await live.router.stop()
    assert order.status is OrderStatus.PENDING_NEW
    assert live.broker.sent == []
