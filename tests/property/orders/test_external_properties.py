"""A live venue under any order of requests and of a broker's reports, repeated and out of turn."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    BrokerKind,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain import commands, reports
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.reports import Ending
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.errors import Refusal
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

ACCOUNT = AccountId("00000000-0000-7000-8000-000000000001")
START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)

prices = st.integers(9_900, 10_100).map(lambda cents: PriceUnits(cents * CENT))
quantities = st.integers(1, 40).map(lambda tenths: QuantityUnits(tenths * SCALE // 10))
choices = st.integers(0, 2)
"""Which of the newest orders."""


class BrokerOrder:
    """An order as the broker of the test has it, with every fill that it ever made."""

    def __init__(self, order: OrderState) -> None:
        self.qty = order.qty
        self.side = order.side
        self.fills: list[reports.BrokerFilled] = []
        self.ending: Ending | None = None

    @property
    def filled(self) -> int:
        return sum(fill.qty for fill in self.fills)


class LiveMachine(RuleBasedStateMachine):
    """Drives a live venue beside a broker whose reports arrive late, twice or never."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.count = 0
        self.broker: dict[OrderId, BrokerOrder] = {}
        self.seen: dict[OrderId, OrderState] = {}
        self.wanted: dict[OrderId, int] = {}
        """What a replacement and the order that it replaces are for together."""
        self.core = Core(VenueSpec(venue_id=VenueId("live"), name="Live", broker=BrokerKind.CCXT))
        self.replica = VenueState(venue_id=VenueId("live"))
        self.replica_books = Books.of(self.replica)

    @initialize()
    def open(self) -> None:
        self.run(commands.OpenAccount(ACCOUNT))
        self.run(commands.Deposit(ACCOUNT, MoneyUnits(3_000 * SCALE), "start"))
        self.run(commands.SetLiveTrading(ACCOUNT, True, "admin"))
        self.submit(OrderSide.BUY, QuantityUnits(10 * SCALE), PriceUnits(100 * SCALE), taken=True)
        self.broker_fills(0, 4, PriceUnits(100 * SCALE), asset_fee=False, told=True)
        self.synchronise(0)

    def run(self, command: commands.Command) -> bool:
        """Carry a command out and fold its events again; return whether it was taken."""
        self.now += timedelta(milliseconds=250)
        before = encode_state(self.core.state)
        try:
            decide(self.core, command, self.now)
        except Refusal:
            assert encode_state(self.core.state) == before, "a refusal changes nothing"
            assert self.core.drain()[0] == []
            return False
        for record in self.core.drain()[0]:
            apply(self.replica, self.replica_books, record.number, record.at, record.event)
        self.seen |= self.core.state.orders
        return True

    def open_order(self, choice: int) -> OrderState | None:
        orders = list(self.core.state.orders.values())
        return orders[-1 - choice % len(orders)] if orders else None

    def working(self) -> list[OrderId]:
        """Return the orders that work at the broker."""
        return [
            key
            for key, order in self.broker.items()
            if order.ending is None and order.filled < order.qty
        ]

    def at_broker(self, choice: int) -> tuple[OrderId, BrokerOrder] | None:
        known = list(self.broker.items())
        return known[-1 - choice % len(known)] if known else None

    @rule(side=st.sampled_from(OrderSide), qty=quantities, limit=prices, taken=st.booleans())
    def submit(self, side: OrderSide, qty: QuantityUnits, limit: PriceUnits, taken: bool) -> None:
        self.count += 1
        order_id = OrderId(f"00000000-0000-7000-9000-{self.count:012d}")
        self.run(
            SubmitOrder(
                order_id=order_id,
                account_id=ACCOUNT,
                client_order_id=order_id,
                symbol="BTC/USD",
                side=side,
                order_type=OrderType.LIMIT,
                time_in_force=TimeInForce.GTC,
                qty=qty,
                limit_price=limit,
            )
        )
        if taken and order_id in self.core.state.orders:
            self.broker_takes(0, told=True)

    @precondition(lambda self: self.core.state.orders)
    @rule(choice=choices)
    def cancel(self, choice: int) -> None:
        order = self.open_order(choice)
        if order is not None:
            assert self.run(commands.CancelOrder(ACCOUNT, order.order_id))

    @precondition(lambda self: self.core.state.orders)
    @rule(choice=choices, qty=st.one_of(st.none(), quantities), limit=prices)
    def replace(self, choice: int, qty: QuantityUnits | None, limit: PriceUnits) -> None:
        order = self.open_order(choice)
        if order is None:
            return
        self.count += 1
        new_id = OrderId(f"00000000-0000-7000-9000-{self.count:012d}")
        total = order.filled_qty + (order.left if qty is None else qty)
        if self.run(
            ReplaceOrder(
                order_id=order.order_id,
                new_order_id=new_id,
                account_id=ACCOUNT,
                qty=qty,
                limit_price=limit,
            )
        ):
            self.wanted[new_id] = total

    @precondition(lambda self: len(self.core.state.orders) > 2)
    @rule()
    def cancel_all(self) -> None:
        self.run(commands.CancelAllOrders(ACCOUNT))

    @precondition(lambda self: self.core.state.orders)
    @rule(choice=choices, told=st.sampled_from([True, True, True, False]))
    def broker_takes(self, choice: int, told: bool) -> None:
        order = self.open_order(choice)
        if order is None or order.routing is None or order.routing.waits_for is not None:
            return
        self.broker.setdefault(order.order_id, BrokerOrder(order))
        if told:
            assert self.run(reports.BrokerTook(order.order_id, f"b-{order.order_id}"))

    @precondition(lambda self: self.working())
    @rule(
        choice=choices,
        part=st.integers(1, 4),
        price=prices,
        asset_fee=st.booleans(),
        told=st.booleans(),
    )
    def broker_fills(
        self, choice: int, part: int, price: PriceUnits, asset_fee: bool, told: bool
    ) -> None:
        working = self.working()
        order_id = working[-1 - choice % len(working)]
        order = self.broker[order_id]
        qty = max(1, (order.qty - order.filled) * part // 4)
        is_buy = order.side is OrderSide.BUY
        order.fills.append(
            reports.BrokerFilled(
                order_id,
                f"{order_id}/{len(order.fills)}",
                price,
                QuantityUnits(qty),
                QuantityUnits(order.filled + qty),
                MoneyUnits(CENT),
                QuantityUnits(qty // 1_000 if is_buy and asset_fee else 0),
            )
        )
        if told:
            self.run(order.fills[-1])

    @precondition(lambda self: self.working())
    @rule(choice=choices, ending=st.sampled_from(Ending), told=st.booleans())
    def broker_ends(self, choice: int, ending: Ending, told: bool) -> None:
        working = self.working()
        order_id = working[-1 - choice % len(working)]
        self.broker[order_id].ending = ending
        if told:
            self.report_ending(order_id, self.broker[order_id])

    @precondition(lambda self: any(order.fills for order in self.broker.values()))
    @rule(choice=choices, which=choices)
    def report_some_fill(self, choice: int, which: int) -> None:
        """Report a fill that may be old, or come before one that has not been told."""
        found = self.at_broker(choice)
        if found is not None and found[1].fills:
            self.run(found[1].fills[which % len(found[1].fills)])

    @precondition(lambda self: any(order.ending for order in self.broker.values()))
    @rule(choice=choices)
    def report_end(self, choice: int) -> None:
        found = self.at_broker(choice)
        if found is not None and found[1].ending is not None:
            self.report_ending(*found)

    def report_ending(self, order_id: OrderId, order: BrokerOrder) -> None:
        assert order.ending is not None
        filled = QuantityUnits(order.filled)
        self.run(reports.BrokerEnded(order_id, order.ending, filled, "over"))

    @precondition(lambda self: self.broker)
    @rule(choice=choices)
    def synchronise(self, choice: int) -> None:
        """Report everything about one order in turn: then both sides agree."""
        found = self.at_broker(choice)
        if found is None:
            return
        order_id, order = found
        self.run(reports.BrokerTook(order_id, f"b-{order_id}"))
        for fill in order.fills:
            self.run(fill)
        if order.ending is not None:
            self.report_ending(order_id, order)
        ours = self.seen[order_id]
        assert ours.filled_qty == order.filled
        ended = order.ending is not None or order.filled == order.qty
        assert ours.status.is_open != ended

    @invariant()
    def replica_agrees(self) -> None:
        assert encode_state(self.replica) == encode_state(self.core.state)
        assert decode_state(encode_state(self.replica)) == self.core.state

    @invariant()
    def nothing_of_a_broker_is_in_a_book(self) -> None:
        assert not self.core.books.books
        assert not self.core.books.market_orders
        assert not self.core.books.places

    @invariant()
    def holds_are_what_open_orders_reserve(self) -> None:
        if ACCOUNT not in self.core.state.accounts:
            return
        account = self.core.state.accounts[ACCOUNT]
        holds = {"USD": 0, "BTC/USD": 0}
        for order in self.core.state.orders.values():
            assert order.hold >= 0
            holds["USD" if order.side is OrderSide.BUY else order.symbol] += order.hold
        for asset, hold in holds.items():
            assert self.core.state.ledger.posted(account.ledger_held, asset) == hold
        assert self.core.state.qty_available(account, "BTC/USD") >= 0

    @invariant()
    def every_fill_counts_once(self) -> None:
        for order_id, ours in self.seen.items():
            theirs = self.broker.get(order_id)
            fills = {fill.execution_id: fill.qty for fill in theirs.fills} if theirs else {}
            assert ours.routing is not None
            told = ours.routing.execution_ids
            assert len(told) == len(set(told))
            assert ours.filled_qty == sum(fills[key] for key in told)
            if not ours.status.is_open and theirs is not None:
                assert told == list(fills)

    @invariant()
    def orders_end_only_as_the_broker_says(self) -> None:
        for order_id, ours in self.seen.items():
            theirs = self.broker.get(order_id)
            if theirs is None or ours.status.is_open:
                continue
            if theirs.ending is None:
                assert ours.status is OrderStatus.FILLED
            else:
                assert ours.status is not OrderStatus.FILLED

    @invariant()
    def an_order_and_its_replacement_never_work_at_once(self) -> None:
        for ours in self.core.state.orders.values():
            routing = ours.routing
            if ours.replaces is not None and ours.order_id in self.broker:
                assert not self.seen[ours.replaces].status.is_open
                assert routing is not None
                assert routing.waits_for is None
                old = self.seen[ours.replaces]
                assert ours.qty + old.filled_qty <= self.wanted[ours.order_id]


LiveMachine.TestCase.settings = settings(
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLive = LiveMachine.TestCase
