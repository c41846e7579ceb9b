"""One simulated run: a venue, its processes, its clients and its market, and what goes wrong."""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from msgspec import Struct
from tests.simulation import loop
from tests.simulation.clients import Client
from tests.simulation.database import SimulatedDatabase
from tests.simulation.faults import Faults
from tests.simulation.invariants import Violation
from tests.simulation.market import Market
from tests.simulation.mutations import Plant
from tests.simulation.node import Node
from tests.simulation.portfolio import PortfolioTable

from tradewind.contracts.journal import CashDeposited, OrderAccepted
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.venues import FeeSchedule, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import AccountId, OrderId, VenueId
from tradewind.order_service.recovery import recover
from tradewind.platform.errors import Refusal
from tradewind.platform.money import MoneyUnits
from tradewind.portfolio_service.domain.projection import Projection

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
STEPS = 40
ENDS_AT = 20_000.0
ACCOUNTS = [AccountId(f"00000000-0000-7000-8000-00000000000{n}") for n in (1, 2)]
MARGIN = {
    ACCOUNTS[0]: MarginSettings(),
    ACCOUNTS[1]: MarginSettings(
        account_type=AccountType.MARGIN, multiplier_max=4, day_trade_rule=True, call_grace_s=2
    ),
}
"""One account trades with its own cash, one borrows cash and shares."""

NOTES_KEPT = 60


class Outcome(Struct, frozen=True):
    """What came of a seed; the digest is that of everything that happened, in order."""

    seed: int
    digest: str
    violation: str | None
    notes: list[str]
    counts: dict[str, int]


class World:
    """Everything of one run; all chance comes from the seed."""

    def __init__(self, seed: int, plant: Plant) -> None:
        self.seed = seed
        self.plant = plant
        self.start = START
        self.faults = Faults(self.random("faults"))
        fees = FeeSchedule(fee_per_share=MoneyUnits(5_000_000))
        # Every other run has orders that are on their way for a while, some of them a long one.
        spread_ms = (0, 500, 0, 4_000)[seed % 4]
        latency = Latency(ms=50 * (seed % 2), spread_ms=spread_ms, seed=seed)
        # Every third has bands, near enough for prices that run away to meet them.
        bands = PriceBands(percent=int(seed % 3 == 0), reference_s=20, limit_state_s=0, pause_s=2)
        self.spec = VenueSpec(
            latency=latency,
            bands=bands,
            venue_id=VenueId("simulated"),
            name="Simulated",
            fees=fees,
            interest_bps=Decimal(425),
            debit_interest_bps=Decimal(825),
            borrow_bps=Decimal(30),
        )
        self.database = SimulatedDatabase(self, self.spec)
        self.portfolio = PortfolioTable(self, self.spec.venue_id)
        self.leader: Node | None = None
        self.counts: Counter[str] = Counter()
        self.notes: deque[str] = deque(maxlen=NOTES_KEPT)
        self._digest = hashlib.blake2b(digest_size=12)
        self._random = self.random("nemesis")
        self._nodes: list[Node] = []
        self._numbers = 0
        self._orders = 0
        self._waiting: Node | None = None
        self._failure: asyncio.Future[None] | None = None
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._refused: list[OrderId] = []
        self._over = False

    # -- services to the others ----------------------------------------------------------------

    def random(self, name: str) -> Random:
        """Return dice of one's own, so that one part's throws do not change another's."""
        return Random(f"{self.seed}:{name}")

    def note(self, text: str) -> None:
        """Remember what happened, and when."""
        if self._over:
            return
        line = f"{asyncio.get_running_loop().time():10.4f}  {text}"
        self.notes.append(line)
        self.digest(line.encode())

    def digest(self, what: bytes) -> None:
        """Take something into what the run comes to."""
        if not self._over:
            self._digest.update(what)

    def fail(self, error: BaseException) -> None:
        """End the run: a truth did not hold."""
        if self._failure is not None and not self._failure.done():
            self._failure.set_exception(error)

    def next_number(self) -> int:
        """Return a number nobody else has."""
        self._numbers += 1
        return self._numbers

    def new_order_id(self) -> OrderId:
        """Return an order id nobody else has."""
        self._orders += 1
        return OrderId(f"00000000-0000-7000-9000-{self._orders:012d}")

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Start a task of the world; what it raises ends the run."""
        number = self.next_number()
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[number] = task

        def ended(done: "asyncio.Task[Any]") -> None:
            del self._tasks[number]
            if not done.cancelled() and (error := done.exception()) is not None:
                self.fail(error)

        task.add_done_callback(ended)
        return task

    def refused(self, command: SubmitOrder | ReplaceOrder, refusal: Refusal) -> None:
        """Remember that an order was said not to have been taken."""
        self.counts[type(refusal).__name__] += 1
        submitted = isinstance(command, SubmitOrder)
        order_id = command.order_id if submitted else command.new_order_id
        self._refused.append(order_id)

    # -- the run -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Trade while things go wrong, then let everything come to rest and look at it."""
        self._failure = asyncio.get_running_loop().create_future()
        body = self.spawn(self._body())
        try:
            await asyncio.wait({body, self._failure}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure.done():
                self._failure.result()
            body.result()
        finally:
            self._over = True

    async def _body(self) -> None:
        await self._lead()
        market = self.spawn(Market(self).run())
        nemesis = self.spawn(self._nemesis())
        # Two clients share the first account.
        accounts = [ACCOUNTS[0], *ACCOUNTS]
        clients = [
            Client(self, number, account, MARGIN[account])
            for number, account in enumerate(accounts)
        ]
        await asyncio.gather(*(client.run(STEPS) for client in clients))
        for task in (nemesis, market):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._calm_down()
        self._check_end(clients)
        await self._check_recovery()
        self._check_portfolio()

    async def _calm_down(self) -> None:
        """End all faults; a fresh leader has to work, and the last word to be heard."""
        self.faults.on = False
        for node in self._nodes:
            node.running.set()
        await asyncio.sleep(60)
        for node in self._nodes:
            await node.stop()
        await self._lead()
        assert self.leader is not None
        client = Client(self, 99, ACCOUNTS[0], MARGIN[ACCOUNTS[0]])
        await client.run(3)
        assert self.leader.follower is not None
        await self.leader.follower.wait_for(self.database.number, 30)
        await self.leader.stop()

    async def _lead(self, node: Node | None = None) -> None:
        node = node or self._new_node()
        try:
            await node.lead()
        except ConnectionError:
            node.kill()
        if node.sequencer is not None and not node.dead:
            self.leader = node

    def _new_node(self) -> Node:
        node = Node(self, f"node-{len(self._nodes)}")
        node.clock.offset_s = self._random.choice((0.0, 0.0, -30.0, 30.0))
        self._nodes.append(node)
        return node

    # -- what goes wrong -----------------------------------------------------------------------

    async def _nemesis(self) -> None:
        troubles = [
            self._kill_the_leader,
            self._stop_the_leader,
            self._change_the_leader,
            self._pause_the_leader,
            self._restart_the_database,
            self._set_a_clock,
            self._kill_the_standby,
        ]
        interval_s = self._random.choice((1.0, 3.0, 10.0))
        if self._random.random() < 0.7:
            await self._kill_the_standby()
        while True:
            await asyncio.sleep(self._random.expovariate(1 / interval_s))
            if self.leader is None or self.leader.dead:
                # Its failure is noticed after a while; then another takes over.
                await self._lead(await self._standby())
                continue
            trouble = self._random.choice(troubles)
            self.counts[trouble.__name__.strip("_").replace("_", " ")] += 1
            await trouble()

    async def _standby(self) -> Node:
        """Return the process that stands by, or a fresh one where none does."""
        node, self._waiting = self._waiting, None
        if node is None or node.dead:
            return self._new_node()
        # Another stands by from now on.
        self._waiting = self._new_node()
        self._waiting.stand_by()
        return node

    async def _kill_the_standby(self) -> None:
        if self._waiting is not None:
            self._waiting.kill()
        self._waiting = self._new_node()
        self._waiting.stand_by()

    async def _kill_the_leader(self) -> None:
        assert self.leader is not None
        self.leader.kill()

    async def _stop_the_leader(self) -> None:
        assert self.leader is not None
        await self.leader.stop()

    async def _change_the_leader(self) -> None:
        """Another takes the lease although this one is well."""
        await self._lead(await self._standby())

    async def _pause_the_leader(self) -> None:
        """The leader sleeps; another may take over; then it wakes up and thinks it still leads."""
        node = self.leader
        assert node is not None
        node.pause()
        await asyncio.sleep(self._random.uniform(0.0, 3.0))
        if self._random.random() < 0.7:
            await self._lead(await self._standby())
        await asyncio.sleep(self._random.uniform(0.0, 3.0))
        node.resume()

    async def _restart_the_database(self) -> None:
        self.note("the database restarts")
        self.database.restart()

    async def _set_a_clock(self) -> None:
        assert self.leader is not None
        seconds = self._random.choice((-3600.0, -1.0, 1.0, 3600.0))
        self.note(f"the clock of {self.leader.name} jumps by {seconds} s")
        self.leader.clock.offset_s += seconds

    # -- what must be true at the end ----------------------------------------------------------

    def _check_end(self, clients: list[Client]) -> None:
        database = self.database
        accepted: Counter[OrderId] = Counter()
        deposits: Counter[str] = Counter()
        for record in database.records:
            match record.event:
                case OrderAccepted() as event:
                    accepted[event.order_id] += 1
                case CashDeposited() as event:
                    deposits[event.reference] += 1
        if accepted.keys() != database.orders.keys() or set(accepted.values()) - {1}:
            raise Violation("the orders of the journal are not those of the table")
        for order_id in self._refused:
            if order_id in accepted:
                raise Violation(f"order {order_id} was taken although its client was refused")
        for client in clients:
            for reference, (least, most) in client.deposits.items():
                if not least <= deposits[reference] <= most:
                    raise Violation(f"deposit {reference} is there {deposits[reference]} times")

    async def _check_recovery(self) -> None:
        """The newest snapshot and the rest give what the whole journal gives."""
        repository: Any = self.database
        recovered = (await recover(repository, self.spec.venue_id)).state
        self.database.snapshots.clear()
        whole = (await recover(repository, self.spec.venue_id)).state
        if not recovered == whole == self.database.truth:
            raise Violation("recovery from a snapshot gives another state than the journal")

    def _check_portfolio(self) -> None:
        """What followers wrote down bit by bit is what one gets who reads everything at once."""
        whole = Projection(self.spec.venue_id)
        for record in self.database.records:
            whole.apply(record)
        if self.portfolio.progress != whole.progress():
            raise Violation(f"the portfolio ended at {self.portfolio.progress.last_number}")
        if (self.portfolio.accounts, self.portfolio.prices) != (whole.accounts, whole.prices):
            raise Violation("the portfolio is not what the journal says")
        if self.portfolio.income != whole.take_changes().income:
            raise Violation("the income in the portfolio is not what the journal says")

    def outcome(self, violation: str | None) -> Outcome:
        """Sum the run up."""
        self.counts["records"] = self.database.number
        self.counts["orders"] = len(self.database.orders)
        self.counts["leaders"] = self.database.epoch
        digest = self._digest.hexdigest()
        return Outcome(self.seed, digest, violation, list(self.notes), dict(self.counts))


def simulate(seed: int, plant: Plant | None = None) -> Outcome:
    """Run a seed; a violation is in the outcome, with what happened before it."""
    world: World | None = None

    async def work() -> None:
        nonlocal world
        world = World(seed, plant or Plant())
        await world.run()

    violation: str | None = None
    try:
        loop.run(work(), ends_at=ENDS_AT)
    except Exception as error:  # noqa: BLE001 - whatever a run ends with is its outcome
        violation = f"{type(error).__name__}: {error}"
    assert world is not None
    return world.outcome(violation)
