"""Clients that trade, forget nothing they were told, and hold the platform to it."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulation.invariants import Violation
from tests.simulation.node import Disconnected
from tests.simulation.orders import PRICES, SYMBOLS, draw_order

from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.orders import Order, ReplaceOrder, SubmitOrder
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import OutcomeUnknown
from tradewind.platform.errors import Refusal, Unavailable
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

if TYPE_CHECKING:
    from tests.simulation.world import World

TRIES = 40

UNKNOWN = object()
REFUSED = object()


class Client:
    """Trades one account, one request after another; several may share an account."""

    def __init__(
        self, world: "World", number: int, account_id: AccountId, margin: MarginSettings
    ) -> None:
        self.world = world
        self.account_id = account_id
        self._margin = margin
        self._name = f"client-{number}"
        self._random = world.random(self._name)
        self._count = 0
        self._orders: list[OrderId] = []
        self.deposits: dict[str, tuple[int, int]] = {}
        """Reference to how often at least and at most the deposit must be in the journal."""

    async def run(self, steps: int) -> None:
        """Open the account, pay in, and trade."""
        await self._insist(lambda: commands.OpenAccount(self.account_id))
        await self._insist(lambda: commands.SetMargin(self.account_id, self._margin, "admin"))
        await self._deposit(40_000)
        actions: list[tuple[int, Callable[[], Any]]] = [
            (60, self._submit), (12, self._cancel), (10, self._replace), (3, self._cancel_all),
            (10, self._quote), (6, self._close), (4, self._move_cash), (5, self._read),
        ]  # fmt: skip
        weights = [weight for weight, _ in actions]
        for _ in range(steps):
            await asyncio.sleep(self._random.expovariate(4.0))
            (action,) = self._random.choices([action for _, action in actions], weights)
            await action()

    # -- what clients do -----------------------------------------------------------------------

    async def _submit(self) -> None:
        name, new_order_id = self._new_name(), self.world.new_order_id
        await self._take(draw_order(self._random, self.account_id, name, new_order_id))

    async def _replace(self) -> None:
        if self._orders:
            await self._replace_one(self._one_to_replace())

    async def _replace_one(self, old: OrderId) -> None:
        name = self._new_name()
        price = PriceUnits(self._random.choice(PRICES) * CENT)
        qty = self._random.choice(
            (None, None, QuantityUnits(self._random.randrange(1, 200) * SCALE))
        )
        await self._take(
            lambda order_id: ReplaceOrder(
                order_id=old,
                new_order_id=order_id,
                account_id=self.account_id,
                client_order_id=name,
                limit_price=price,
                qty=qty,
            )
        )

    async def _quote(self) -> None:
        """Bid for much and move the bid while it trades, as a market maker does."""
        name, price = self._new_name(), PriceUnits(self._random.choice(PRICES) * CENT)
        symbol, qty = self._random.choice(SYMBOLS), self._random.randrange(100, 200)
        await self._take(
            lambda order_id: SubmitOrder(
                order_id=order_id,
                account_id=self.account_id,
                client_order_id=name,
                symbol=symbol,
                side=OrderSide.BUY,
                order_type=OrderType.LIMIT,
                time_in_force=TimeInForce.GTC,
                qty=QuantityUnits(qty * SCALE),
                limit_price=price,
            )
        )
        for _ in range(3 if self._orders else 0):
            await asyncio.sleep(self._random.uniform(0.0, 2.0))
            await self._replace_one(self._orders[-1])

    def _one_to_replace(self) -> OrderId:
        """Mostly an order that is open as far as is known, among them some that have traded."""
        known = self.world.database.orders
        still = [each for each in self._orders if each in known and known[each].status.is_open]
        if still and self._random.random() < 0.8:
            return self._random.choice(still)
        return self._random.choice(self._orders[-8:])

    async def _take(self, make: Callable[[OrderId], SubmitOrder | ReplaceOrder]) -> None:
        """Send an order until its fate is known; each try has an id of its own."""
        for _ in range(TRIES):
            command = make(self.world.new_order_id())
            copies = 2 if self.world.faults.breaks(0.05) else 1
            outcomes = await asyncio.gather(
                *(self._attempt(command, alone=copies == 1) for _ in range(copies))
            )
            taken = [outcome for outcome in outcomes if isinstance(outcome, Order)]
            if len(taken) > 1:
                self.world.fail(Violation(f"{command} was taken twice"))
            for order in taken:
                self._check_acknowledged(order)
                self._orders.append(order.order_id)
            if taken or REFUSED in outcomes:
                return
            await asyncio.sleep(self._random.uniform(0.05, 1.0))

    async def _attempt(self, command: SubmitOrder | ReplaceOrder, alone: bool) -> Any:
        try:
            return await self._call(command)
        except Disconnected:
            return UNKNOWN
        except Refusal as refusal:
            outcome = UNKNOWN if isinstance(refusal, Unavailable) else REFUSED
            if alone and not isinstance(refusal, OutcomeUnknown):
                self.world.refused(command, refusal)
            return outcome

    def _check_acknowledged(self, order: Order) -> None:
        durable = self.world.database.orders.get(order.order_id)
        if durable is None or durable.filled_qty < order.filled_qty:
            self.world.fail(Violation(f"order {order.order_id} is acknowledged but not durable"))

    async def _cancel(self) -> None:
        if not self._orders:
            return
        order_id = self._random.choice(self._orders[-8:])
        try:
            await self._call(commands.CancelOrder(self.account_id, order_id))
        except (Disconnected, Refusal):
            return
        if self.world.spec.latency.ms:
            order = self.world.database.truth.orders.get(order_id)
            is_durable = order is None or order.leaves_at is not None
        else:
            is_durable = self.world.database.orders[order_id].status is OrderStatus.CANCELED
        if not is_durable:
            self.world.fail(Violation(f"the cancel of {order_id} is acknowledged but not durable"))

    async def _cancel_all(self) -> None:
        await self._try(commands.CancelAllOrders(self.account_id))

    async def _close(self) -> None:
        symbol = self._random.choice(SYMBOLS)
        percentage = self._random.choice((None, Decimal("33.3"), Decimal(100)))
        order_id = self.world.new_order_id()
        await self._try(
            commands.ClosePosition(self.account_id, order_id, symbol, percentage=percentage)
        )

    async def _move_cash(self) -> None:
        if self._random.random() < 0.5:
            await self._deposit(self._random.randrange(1, 2_000))
            return
        amount = MoneyUnits(self._random.randrange(1, 4_000) * SCALE)
        await self._try(commands.Withdraw(self.account_id, amount, self._new_name()))

    async def _deposit(self, dollars: int) -> None:
        reference = self._new_name()
        command = commands.Deposit(self.account_id, MoneyUnits(dollars * SCALE), reference)
        least, most = await self._insist(lambda: command)
        self.deposits[reference] = (least, most)

    async def _read(self) -> None:
        node = self.world.leader
        if node is None:
            return
        try:
            await node.read()
        except (Disconnected, Refusal):
            return

    # -- how they talk -------------------------------------------------------------------------

    async def _call(self, command: commands.Command) -> Any:
        node = self.world.leader
        if node is None:
            raise Disconnected("nobody leads")
        return await node.call(command)

    async def _try(self, command: commands.Command) -> None:
        try:
            await self._call(command)
        except (Disconnected, Refusal):
            return

    async def _insist(self, make: Callable[[], commands.Command]) -> tuple[int, int]:
        """Repeat until acknowledged; return how often it was done at least and at most."""
        most = 0
        for _ in range(10 * TRIES):
            try:
                most += 1
                await self._call(make())
            except (Disconnected, OutcomeUnknown):
                pass
            except Unavailable:
                most -= 1
            else:
                return 1, most
            await asyncio.sleep(self._random.uniform(0.1, 1.0))
        return 0, most

    def _new_name(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count}"
