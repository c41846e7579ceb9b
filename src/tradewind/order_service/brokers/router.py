"""Takes a live venue's orders to its broker, and the broker's word back into the core.

The journal is the outbox: an order is durable before the broker hears of it, and it is sent under
our own id of it. So whatever breaks in between, the order is looked up before it is sent again.
Each order is tended by one task of its own, which goes on until the broker and the core agree.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

import structlog

from tradewind.contracts.journal import (
    CancelRequested,
    OrderAccepted,
    ReplacementDue,
    ReplaceRequested,
)
from tradewind.contracts.vocabulary import OrderId, VenueId
from tradewind.order_service.brokers.broker import (
    Broker,
    BrokerOrder,
    BrokerOrderState,
    BrokerRefused,
    BrokerUnreachable,
)
from tradewind.order_service.brokers.metrics import broker_metrics
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.refusals import OrderNotFound, ReportOutOfSequence
from tradewind.order_service.domain.reports import (
    BrokerEnded,
    BrokerFilled,
    BrokerReport,
    BrokerTook,
    Ending,
)
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.errors import Unavailable
from tradewind.platform.money import QuantityUnits
from tradewind.platform.tasks import end_tasks

CALLS_MAX = 4
"""Orders that are with the broker at the same time."""
RETRY_S_MIN = 0.5
RETRY_S_MAX = 30.0
LOOK_S_MIN = 0.1
LOOK_S_MAX = 5.0
"""How often an order is looked at whose end has been asked for."""
LOOK_ANYWAY_S = 10.0
"""How often the broker's open orders are asked for, whatever its stream tells: it may be deaf."""
ASK_AGAIN_S = 15.0
"""When the end is asked for once more."""

_ENDINGS = {
    BrokerOrderState.CANCELED: Ending.CANCELED,
    BrokerOrderState.EXPIRED: Ending.EXPIRED,
    BrokerOrderState.REJECTED: Ending.REJECTED,
}
_UPDATES, _LOOKS = "broker updates", "broker looks"
"""Tasks that go on for as long as the router; every other one tends an order."""
_CONCERNED = (OrderAccepted, CancelRequested, ReplaceRequested, ReplacementDue)

_log = structlog.get_logger("order_service")


class LiveCore(Protocol):
    """A live venue as the router needs it."""

    core: Core

    async def execute(self, command: Any) -> Any:
        """Carry out a command and return its answer when it is durable."""
        ...

    async def settled(self) -> None:
        """Return when memory shows nothing that is not durable."""
        ...


class OrderRouter:
    """One live venue and its broker."""

    def __init__(self, venue_id: VenueId, venue: LiveCore, broker: Broker) -> None:
        self._venue_id = venue_id
        self._venue = venue
        self._broker = broker
        self._tending: dict[OrderId, asyncio.Event] = {}
        """Of each order with a task the bell that wakes it."""
        self._tried: set[OrderId] = set()
        """Orders that the broker may have got already."""
        self._asked: dict[OrderId, float] = {}
        """When the end of an order was asked for last."""
        self._slots = asyncio.Semaphore(CALLS_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = _log.bind(venue_id=venue_id)

    def start(self) -> None:
        """Take up every open order, of which nobody knows how far it came, and listen."""
        # A process that ended may have sent them.
        self._tried.update(self._venue.core.state.orders)
        self.wake_all()
        self._spawn(self._listen(), _UPDATES)
        self._spawn(self._look_anyway(), _LOOKS)

    async def stop(self) -> None:
        """Leave the orders as they are: the journal knows what is still to be done."""
        await end_tasks(self._tasks)
        broker_metrics().connected.labels(self._venue_id).set(0)

    def told(self, emitted: Sequence[Emitted]) -> None:
        """Take up the orders of which a commit asks something."""
        for record in emitted:
            if isinstance(record.event, _CONCERNED):
                self.wake(record.event.order_id)

    def wake_all(self) -> None:
        """Look at every open order."""
        for order_id in self._venue.core.state.orders:
            self.wake(order_id)

    async def wake_changed(self) -> None:
        """Look at every order that the broker may see otherwise; raises ``BrokerUnreachable``."""
        theirs = {order.client_order_id: order for order in await self._broker.open_orders()}
        for order_id, order in list(self._venue.core.state.orders.items()):
            there = theirs.get(order_id)
            if there is None or there.filled_qty != order.filled_qty:
                self.wake(order_id)

    def wake(self, order_id: OrderId) -> None:
        """Look at one order, now or as soon as its task gets to it."""
        bell = self._tending.get(order_id)
        if bell is not None:
            bell.set()
            return
        bell = self._tending[order_id] = asyncio.Event()
        self._spawn(self._tend(order_id, bell), f"order {order_id}")

    async def idle(self) -> None:
        """Return when no order is being looked at."""
        while tending := [
            task for task in self._tasks if task.get_name() not in (_UPDATES, _LOOKS)
        ]:
            await asyncio.wait(tending)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._log.error("broker_task_failed", task=task.get_name(), exc_info=error)

    async def _tend(self, order_id: OrderId, bell: asyncio.Event) -> None:
        retry_s, look_s = RETRY_S_MIN, LOOK_S_MIN
        try:
            while True:
                bell.clear()
                try:
                    async with self._slots:
                        done = await self._look(order_id)
                except BrokerUnreachable as error:
                    broker_metrics().failures.labels(self._venue_id).inc()
                    self._log.warning("broker_unreachable", order_id=order_id, why=str(error))
                    # Not woken earlier: a call that went astray may still arrive.
                    await asyncio.sleep(retry_s)
                    retry_s = min(RETRY_S_MAX, retry_s * 2)
                    continue
                retry_s = RETRY_S_MIN
                if done and not bell.is_set():
                    return
                if not done:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(look_s):
                            await bell.wait()
                    look_s = min(LOOK_S_MAX, look_s * 2)
        except Unavailable:
            return  # the venue has stopped; whoever takes over begins anew
        finally:
            del self._tending[order_id]

    async def _look(self, order_id: OrderId) -> bool:
        """Do what is due for one order; ``False`` when it has to be looked at again soon."""
        order = await self._order(order_id)
        if order is None or order.routing is None or order.routing.waits_for is not None:
            return True
        theirs = await self._find_or_submit(order)
        if theirs is None:
            return True
        await self._take_over(order, theirs)
        order = await self._order(order_id)
        if order is None or order.routing is None:
            self._forget(order_id)
            return True
        if theirs.state is not BrokerOrderState.WORKING:
            return False  # its executions are not all there yet
        if order.routing.cancel_reason is None and order.routing.replaced_by is None:
            return True
        await self._ask_for_the_end(order, theirs)
        return False

    async def _order(self, order_id: OrderId) -> OrderState | None:
        await self._venue.settled()
        return self._venue.core.state.orders.get(order_id)

    async def _find_or_submit(self, order: OrderState) -> BrokerOrder | None:
        """Return the order as the broker has it; ``None`` when it ended here or is not there."""
        routing, order_id = order.routing, order.order_id
        assert routing is not None
        if routing.broker_order_id:
            theirs = await self._broker.find(order)
            if theirs is None:
                self._log.error("order_missing_at_broker", order_id=order_id)
            return theirs
        wanted = routing.cancel_reason is None and routing.replaced_by is None
        if not wanted and order_id not in self._tried:
            await self._report(BrokerEnded(order_id, Ending.CANCELED, order.filled_qty))
            return None
        theirs = await self._broker.find(order) if order_id in self._tried else None
        if theirs is None:
            theirs = await self._submit(order)
        if theirs is not None:
            await self._report(BrokerTook(order_id, theirs.broker_order_id))
        return theirs

    async def _submit(self, order: OrderState) -> BrokerOrder | None:
        self._tried.add(order.order_id)
        try:
            return await self._broker.submit(order)
        except BrokerRefused as refused:
            # It may have been refused because it is there already.
            theirs = await self._broker.find(order)
            if theirs is None:
                self._log.warning("order_rejected", order_id=order.order_id, why=str(refused))
                await self._report(
                    BrokerEnded(order.order_id, Ending.REJECTED, order.filled_qty, str(refused))
                )
                self._forget(order.order_id)
            return theirs

    async def _take_over(self, order: OrderState, theirs: BrokerOrder) -> None:
        """Report what the broker did to an order: every fill in turn, then its end."""
        filled = int(order.filled_qty)
        if theirs.filled_qty > filled:
            filled = 0
            for execution in await self._broker.executions(theirs):
                filled += execution.qty
                await self._report(
                    BrokerFilled(
                        order.order_id,
                        execution.execution_id,
                        execution.price,
                        execution.qty,
                        QuantityUnits(filled),
                        execution.fee,
                        execution.asset_fee,
                    )
                )
        ending = _ENDINGS.get(theirs.state)
        if ending is not None and filled == theirs.filled_qty:
            await self._report(
                BrokerEnded(order.order_id, ending, theirs.filled_qty, theirs.reason)
            )

    async def _ask_for_the_end(self, order: OrderState, theirs: BrokerOrder) -> None:
        now = asyncio.get_running_loop().time()
        asked = self._asked.get(order.order_id)
        if asked is not None and now - asked < ASK_AGAIN_S:
            return
        try:
            await self._broker.cancel(theirs)
        except BrokerRefused as refused:
            self._log.info("cancel_refused", order_id=order.order_id, why=str(refused))
        self._asked[order.order_id] = now

    async def _report(self, report: BrokerReport) -> None:
        try:
            await self._venue.execute(report)
        except (OrderNotFound, ReportOutOfSequence) as refusal:
            # The next comparison shows what it is about.
            self._log.warning("broker_report_refused", report=repr(report), why=refusal.message)

    def _forget(self, order_id: OrderId) -> None:
        self._tried.discard(order_id)
        self._asked.pop(order_id, None)

    async def _look_anyway(self) -> None:
        while True:
            await asyncio.sleep(LOOK_ANYWAY_S)
            with contextlib.suppress(BrokerUnreachable):  # who listens says so
                await self.wake_changed()

    async def _listen(self) -> None:
        delay_s = RETRY_S_MIN
        connected = broker_metrics().connected.labels(self._venue_id)
        while True:
            try:
                async for client_order_id in self._broker.updates():
                    connected.set(1)
                    delay_s = RETRY_S_MIN
                    if not client_order_id:
                        self._log.info("broker_connected")
                        self.wake_all()
                    elif client_order_id in self._venue.core.state.orders:
                        self.wake(OrderId(client_order_id))
            except BrokerUnreachable as error:
                self._log.warning("broker_connection_lost", why=str(error))
            connected.set(0)
            await asyncio.sleep(delay_s)
            delay_s = min(RETRY_S_MAX, delay_s * 2)
