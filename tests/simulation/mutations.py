"""Bugs that are planted on purpose, to show that the simulation finds such bugs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import structs
from tests.simulation.database import Batch, SimulatedWriter
from tests.simulation.invariants import CheckedCore

from tradewind.contracts.journal import (
    CancelReason,
    Event,
    OrderCanceled,
    OrderReduced,
    OrderRejected,
    ReplacementDue,
    ReplaceRejected,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.price_bands import BandBoard
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.order_service.domain.trigger_book import TriggerBook
from tradewind.platform.money import QuantityUnits

if TYPE_CHECKING:
    from tests.simulation.node import Node


class Plant:
    """Nothing planted: the code as it is."""

    async def take_over(self, node: "Node") -> tuple[int, VenueState]:
        """Take the lease first: then nobody else adds to the journal that is read after it."""
        epoch = await node.world.database.acquire_lease(node.name)
        return epoch, await node.catch_up()

    def writer(self, writer: SimulatedWriter, node: "Node") -> Any:  # a Writer
        """Return the writer that the sequencer gets."""
        return writer

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Return the core that the node leads with."""
        return CheckedCore(spec, state, books)


class RecoversBeforeTheLease(Plant):
    """Reads the journal and then takes the lease: what came in between is not known."""

    async def take_over(self, node: "Node") -> tuple[int, VenueState]:
        """Read first."""
        state = await node.catch_up()
        return await node.world.database.acquire_lease(node.name), state


class NoFence(Plant):
    """The database does not look at the epoch: a deposed leader goes on writing."""

    def writer(self, writer: SimulatedWriter, node: "Node") -> Any:
        """Open the fence."""
        node.world.database.fenced = False
        return writer


class _Wrapped:
    """A writer that does one thing wrong."""

    def __init__(self, writer: SimulatedWriter, node: "Node") -> None:
        self.inner = writer
        self.node = node

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        """Write."""
        await self.inner.write(emitted, touched)

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        """Ask."""
        return await self.inner.known_client_order_ids(wanted)

    async def close(self) -> None:
        """Close."""
        await self.inner.close()


class AnswersBeforeTheCommit(Plant):
    """Sends the batch and does not wait for its commit."""

    class Writer(_Wrapped):
        """Sends and returns."""

        async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
            """Do not wait."""
            database = self.node.world.database
            database.send(Batch.of(self.inner.epoch, emitted, touched))

    def writer(self, writer: SimulatedWriter, node: "Node") -> Any:
        """Hand out the hasty one."""
        return self.Writer(writer, node)


class GoesOnAfterAFailure(Plant):
    """Takes a failed commit for a done one."""

    class Writer(_Wrapped):
        """Swallows errors of the connection."""

        async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
            """Write, perhaps."""
            try:
                await self.inner.write(emitted, touched)
            except ConnectionError:
                return

    def writer(self, writer: SimulatedWriter, node: "Node") -> Any:
        """Hand out the careless one."""
        return self.Writer(writer, node)


class ForgetsEndedOrders(Plant):
    """Does not ask the tables whether a client order id was used by an order that has ended."""

    class Writer(_Wrapped):
        """Knows of no order that has ended."""

        async def known_client_order_ids(
            self, wanted: Sequence[tuple[AccountId, str]]
        ) -> set[tuple[AccountId, str]]:
            """Know nothing."""
            return set()

    def writer(self, writer: SimulatedWriter, node: "Node") -> Any:
        """Hand out the forgetful one."""
        return self.Writer(writer, node)


class TrustsTheStandby(Plant):
    """Leads with what a standby has folded so far, without the last of the journal."""

    async def take_over(self, node: "Node") -> tuple[int, VenueState]:
        """Do not look again."""
        epoch = await node.world.database.acquire_lease(node.name)
        if node.recovered is None:
            return epoch, await node.catch_up()
        return epoch, node.recovered.state


class LosesTriggers(Plant):
    """Takes over without the orders that wait for their stop price."""

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Forget them."""
        books.triggers = TriggerBook()
        return CheckedCore(spec, state, books)


class LeavesGroupsAlone(Plant):
    """Does nothing to the rest of a group when one of its orders trades or ends."""

    class Core(CheckedCore):
        """Has nothing to settle."""

        def emit(self, event: Event) -> None:
            """Emit, and forget about the others."""
            super().emit(event)
            self.unsettled.clear()

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the careless one."""
        return self.Core(spec, state, books)


class KeepsTheStopsSize(Plant):
    """Leaves a stop as large as it was when its take-profit has traded a part."""

    class Core(CheckedCore):
        """Never reduces an order."""

        def emit(self, event: Event) -> None:
            """Emit everything else."""
            if not isinstance(event, OrderReduced):
                super().emit(event)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the careless one."""
        return self.Core(spec, state, books)


class LosesWhatIsOnItsWay(Plant):
    """Takes over without the orders and cancels that are on their way to the market."""

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Forget them."""
        core = super().core(spec, state, books)
        core.arrivals.clear()
        return core


class ReplacesInFull(Plant):
    """Lets a replacement be for all that was asked, whatever the old order filled meanwhile."""

    class Core(CheckedCore):
        """Takes nothing off."""

        def emit(self, event: Event) -> None:
            """Emit, and add what was taken off."""
            if isinstance(event, ReplacementDue):
                qty = QuantityUnits(event.qty + event.taken_off)
                event = structs.replace(event, qty=qty, taken_off=QuantityUnits(0))
            super().emit(event)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the generous one."""
        return self.Core(spec, state, books)


class ForgetsReplacements(Plant):
    """Does nothing to what was to replace an order that has ended."""

    class Core(CheckedCore):
        """Never rejects."""

        def emit(self, event: Event) -> None:
            """Emit everything else."""
            if not isinstance(event, OrderRejected | ReplaceRejected):
                super().emit(event)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the forgetful one."""
        return self.Core(spec, state, books)


class TradesThroughHalts(Plant):
    """Lets what the feed shows fill orders of an instrument that is halted."""

    class Core(CheckedCore):
        """Looks at the session alone."""

        def trades(self, symbol: str) -> bool:
            """Forget the halts."""
            return self.is_open or super().trades(symbol)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the restless one."""
        return self.Core(spec, state, books)


class IgnoresTheBands(Plant):
    """Fills orders however far the price is from where the market has traded."""

    class Bands(BandBoard):
        """Follow the market, and keep nobody."""

        def allows(self, symbol: str, price: int) -> bool:
            """Allow anything."""
            return True

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out one without limits."""
        core = super().core(spec, state, books)
        core.bands = self.Bands(spec.bands)
        return core


class KeepsAuctionOrders(Plant):
    """Leaves what an auction did not fill standing."""

    class Core(CheckedCore):
        """Cancels for every other reason."""

        def emit(self, event: Event) -> None:
            """Emit everything else."""
            if not isinstance(event, OrderCanceled) or event.reason is not CancelReason.AUCTION:
                super().emit(event)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the one that keeps them."""
        return self.Core(spec, state, books)


class LetsCoinsSleep(Plant):
    """Makes orders for coins wait for the session of the shares."""

    class Core(CheckedCore):
        """Knows one kind of hours."""

        def takes(self, order: SubmitOrder) -> bool:
            """Look at the session first."""
            return self.is_open and super().takes(order)

    def core(self, spec: VenueSpec, state: VenueState, books: Books) -> Core:
        """Hand out the sleepy one."""
        return self.Core(spec, state, books)


MUTATIONS: dict[str, type[Plant]] = {
    "recovers-before-the-lease": RecoversBeforeTheLease,
    "no-fence": NoFence,
    "answers-before-the-commit": AnswersBeforeTheCommit,
    "goes-on-after-a-failure": GoesOnAfterAFailure,
    "forgets-ended-orders": ForgetsEndedOrders,
    "trusts-the-standby": TrustsTheStandby,
    "loses-triggers": LosesTriggers,
    "leaves-groups-alone": LeavesGroupsAlone,
    "keeps-the-stops-size": KeepsTheStopsSize,
    "loses-what-is-on-its-way": LosesWhatIsOnItsWay,
    "replaces-in-full": ReplacesInFull,
    "forgets-replacements": ForgetsReplacements,
    "trades-through-halts": TradesThroughHalts,
    "ignores-the-bands": IgnoresTheBands,
    "keeps-auction-orders": KeepsAuctionOrders,
    "lets-coins-sleep": LetsCoinsSleep,
}
