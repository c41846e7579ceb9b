"""The live venues of an order service: which there are, their brokers, and the comparisons."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from msgspec import structs

from tradewind.contracts.brokers import Difference, LiveVenue, Reconciliation
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.brokers.broker import Broker, BrokerUnreachable
from tradewind.order_service.brokers.factory import make_broker
from tradewind.order_service.brokers.metrics import broker_metrics
from tradewind.order_service.brokers.reconciliation_repository import ReconciliationRepository
from tradewind.order_service.brokers.router import OrderRouter
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.reconciliation import OpenAtBroker, compare
from tradewind.order_service.domain.reports import BrokerQuoted
from tradewind.order_service.venue import Venue
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.errors import NotFound, Refusal, Unavailable
from tradewind.platform.settings import BrokerSettings
from tradewind.platform.tasks import end_tasks

IDLE_TIMEOUT_S = 20.0
"""How long a comparison waits for orders that are being looked at."""
CONFIRM_S = 0.5
"""A difference counts when it is still there after this time: fills may be on their way."""

_log = structlog.get_logger("order_service")


class _Desk:
    """A venue that works with its broker."""

    def __init__(self, venue: Venue, broker: Broker, router: OrderRouter) -> None:
        self.venue = venue
        self.broker = broker
        self.router = router
        self.comparing = asyncio.Lock()


class LiveVenues:
    """Starts and stops the routers, and compares books with the brokers."""

    def __init__(
        self,
        settings: Mapping[str, BrokerSettings],
        database: Database,
        clock: Clock,
        venues: Mapping[VenueId, Venue],
    ) -> None:
        self._settings = settings
        self._reconciliations = ReconciliationRepository(database)
        self._clock = clock
        self._venues = venues
        self._desks: dict[VenueId, _Desk] = {}
        self._timers: list[asyncio.Task[None]] = []

    async def start(self, create: Callable[[VenueSpec], Awaitable[None]]) -> None:
        """Open the venues that are configured and not there yet, and go to their brokers."""
        for name, settings in self._settings.items():
            venue_id = VenueId(name)
            if venue_id not in self._venues:
                await create(
                    VenueSpec(
                        venue_id=venue_id,
                        name=name,
                        broker=settings.broker,
                        currency=settings.currency,
                    )
                )
            venue = self._venues[venue_id]
            if venue.spec.broker is not settings.broker:
                _log.error(
                    "live_venue_not_as_configured",
                    venue_id=venue_id,
                    broker=venue.spec.broker,
                    configured=settings.broker,
                )
                continue
            self._begin(venue, make_broker(settings), settings.reconcile_s)

    def _begin(self, venue: Venue, broker: Broker, reconcile_s: float) -> None:
        router = OrderRouter(venue.spec.venue_id, venue, broker)
        desk = self._desks[venue.spec.venue_id] = _Desk(venue, broker, router)
        venue.listener = router.told
        router.start()
        name = f"reconciliation {venue.spec.venue_id}"
        self._timers.append(
            asyncio.create_task(self._compare_regularly(desk, reconcile_s), name=name)
        )

    async def stop(self) -> None:
        """Leave the brokers; what is still to be done is in the journal."""
        await end_tasks(self._timers)
        for desk in self._desks.values():
            desk.venue.listener = None
            await desk.router.stop()
            await desk.broker.close()
        self._desks.clear()

    async def list_venues(self) -> list[LiveVenue]:
        """Return every live venue, also those without a broker now."""
        newest = await self._reconciliations.newest()
        return [
            self._view(venue.spec, venue.core, newest.get(venue.spec.venue_id))
            for venue in self._venues.values()
            if venue.spec.broker is not None
        ]

    def _view(self, spec: VenueSpec, core: Core, newest: Reconciliation | None) -> LiveVenue:
        desk = self._desks.get(spec.venue_id)
        assert spec.broker is not None
        orders = [order.routing for order in core.state.orders.values() if order.routing]
        return LiveVenue(
            venue_id=spec.venue_id,
            name=spec.name,
            broker=spec.broker,
            currency=spec.currency,
            configured=desk is not None,
            connected=desk is not None and desk.broker.connected,
            orders_open=len(orders),
            orders_unsent=sum(not routing.broker_order_id for routing in orders),
            reconciliation=newest,
        )

    async def prepare(self, venue: Venue, symbol: str, *, needs_price: bool) -> None:
        """Learn what an order counts with from its broker; raises ``Unavailable``."""
        desk = self._desk(venue.spec.venue_id)
        if not needs_price:
            return
        try:
            price = await desk.broker.newest_price(symbol)
        except BrokerUnreachable as error:
            _log.warning("broker_price_missing", symbol=symbol, why=str(error))
            return
        if price is not None:
            await venue.execute(BrokerQuoted(symbol, price))

    async def reconcile(self, venue_id: VenueId) -> Reconciliation:
        """Compare a venue with its broker now; raises ``NotFound`` or ``Unavailable``."""
        venue = self._venues.get(venue_id)
        if venue is None or venue.spec.broker is None:
            raise NotFound(f"there is no live venue {venue_id}")
        desk = self._desk(venue_id)
        try:
            return await self._compare(desk)
        except BrokerUnreachable as error:
            raise Unavailable(f"the broker of {venue_id} does not answer: {error}") from error

    def _desk(self, venue_id: VenueId) -> _Desk:
        desk = self._desks.get(venue_id)
        if desk is None:
            raise Unavailable(
                f"the broker of venue {venue_id} is not configured; set TRADEWIND_BROKERS"
            )
        return desk

    async def _compare_regularly(self, desk: _Desk, every_s: float) -> None:
        while True:
            try:
                await self._compare(desk)
            except BrokerUnreachable as error:
                _log.warning(
                    "reconciliation_failed", venue_id=desk.venue.spec.venue_id, why=str(error)
                )
            except Refusal:
                return  # the venue has stopped
            except Exception:  # noqa: BLE001 whatever it was, see below
                # The next time is in a minute; nobody else would say that this one failed.
                _log.exception("reconciliation_failed", venue_id=desk.venue.spec.venue_id)
            await asyncio.sleep(every_s)

    async def _compare(self, desk: _Desk) -> Reconciliation:
        """Bring in what was missed, compare, and keep what differs twice."""
        async with desk.comparing:
            await self._catch_up(desk)
            differences = await self._differences(desk)
            if differences:
                await asyncio.sleep(CONFIRM_S)
                await self._catch_up(desk)
                again = await self._differences(desk)
                differences = [each for each in differences if each in again]
            found = Reconciliation(
                venue_id=desk.venue.spec.venue_id, at=self._clock.now(), differences=differences
            )
            await self._keep(found)
            return found

    async def _keep(self, found: Reconciliation) -> None:
        before = (await self._reconciliations.newest()).get(found.venue_id)
        await self._reconciliations.save(found)
        broker_metrics().differences.labels(found.venue_id).set(len(found.differences))
        if before is not None and before.differences == found.differences:
            return
        for difference in found.differences:
            _log.error("broker_differs", venue_id=found.venue_id, **structs.asdict(difference))

    async def _catch_up(self, desk: _Desk) -> None:
        """Look at every order that the broker may see otherwise, and wait until that is done."""
        await desk.router.wake_changed()
        try:
            async with asyncio.timeout(IDLE_TIMEOUT_S):
                await desk.router.idle()
        except TimeoutError:
            raise BrokerUnreachable("orders are still on their way to the broker") from None

    async def _differences(self, desk: _Desk) -> list[Difference]:
        core = desk.venue.core
        orders = await desk.broker.open_orders()
        held = {symbol for each in core.state.accounts.values() for symbol in each.positions}
        holdings = await desk.broker.holdings(held)
        for symbol, price in holdings.prices.items():
            await desk.venue.execute(BrokerQuoted(symbol, price))
        await desk.venue.sequencer.settled()
        there = [
            OpenAtBroker(
                order.client_order_id,
                order.broker_order_id,
                order.symbol,
                order.qty,
                order.filled_qty,
            )
            for order in orders
        ]
        currency = desk.venue.spec.currency
        return compare(core.state, currency, there, holdings.positions, holdings.cash)
