"""One follower of a venue's journal, which tells each account its own trade updates."""

import asyncio
from collections.abc import Sequence

from tradewind.api_gateway.streams.connection import SERVICE_RESTART, Connection
from tradewind.api_gateway.streams.frames import Codec, Frame, binary_frame, encode
from tradewind.api_gateway.streams.orders_as_of import (
    OrderCache,
    OrderEvent,
    order_accepted,
    order_as_of,
)
from tradewind.api_gateway.streams.trade_updates import trade_update
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.contracts.journal import JournalRecord, OrderAccepted
from tradewind.contracts.orders import Order, OrderService
from tradewind.contracts.vocabulary import AccountId, OrderId, VenueId
from tradewind.platform.errors import InvariantBroken
from tradewind.platform.logging import get_logger

_ORDERS_MAX = 20_000
_log = get_logger(__name__)


class TradeHub:
    """Listeners of one venue by account; the journal is followed only while there are any."""

    def __init__(
        self, venue_id: VenueId, orders: OrderService, instruments: InstrumentDirectory
    ) -> None:
        self._venue_id = venue_id
        self._orders = orders
        self._instruments = instruments
        self._listeners: dict[AccountId, dict[Connection, Codec]] = {}
        self._cache = OrderCache(_ORDERS_MAX)
        self._follower: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens."""
        return not self._listeners

    async def join(self, account_id: AccountId, client: Connection, codec: Codec) -> None:
        """Tell a client everything that is committed after this returns."""
        self._listeners.setdefault(account_id, {})[client] = codec
        async with self._starting:
            if self._follower is not None:
                return
            number = await self._orders.last_number(self._venue_id)
            if self._listeners:  # the client may have left meanwhile
                self._follower = asyncio.create_task(
                    self._follow(number), name=f"trade updates of {self._venue_id}"
                )
                self._follower.add_done_callback(self._follower_ended)

    async def leave(self, account_id: AccountId, client: Connection) -> None:
        """Tell a client nothing more; the last one ends the follower."""
        clients = self._listeners.get(account_id)
        if clients is None or clients.pop(client, None) is None:
            return
        if not clients:
            del self._listeners[account_id]
            self._cache.forget(account_id)
        if not self._listeners:
            await self.stop()

    async def stop(self) -> None:
        """End the follower."""
        follower, self._follower = self._follower, None
        self._cache = OrderCache(_ORDERS_MAX)
        if follower is not None:
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)

    async def _follow(self, after: int) -> None:
        async for records in self._orders.follow(self._venue_id, after):
            await self._tell(records)

    async def _tell(self, records: Sequence[JournalRecord]) -> None:
        wanted = [
            (record, record.event)
            for record in records
            if isinstance(record.event, OrderEvent) and record.event.account_id in self._listeners
        ]
        if not wanted:
            return
        fetched = await self._fetch_missing([event for _, event in wanted])
        for record, event in wanted:
            order = self._advance(record, event, fetched)
            instrument = await self._instruments.find(order.symbol)
            message = trade_update(record, event, order, instrument)
            if message is None:
                continue
            frames: dict[Codec, Frame] = {}
            for client, codec in self._listeners.get(event.account_id, {}).items():
                if codec not in frames:
                    frames[codec] = binary_frame(encode(codec, message))
                client.offer(frames[codec])

    async def _fetch_missing(self, events: Sequence[OrderEvent]) -> dict[OrderId, Order]:
        begun = {event.order_id for event in events if isinstance(event, OrderAccepted)}
        missing = {event.order_id for event in events} - begun
        unknown = [order_id for order_id in missing if order_id not in self._cache]
        if not unknown:
            return {}
        return dict(await self._orders.get_orders(unknown))

    def _advance(
        self, record: JournalRecord, event: OrderEvent, fetched: dict[OrderId, Order]
    ) -> Order:
        if isinstance(event, OrderAccepted):
            order = order_accepted(record, event)
        else:
            known = self._cache.get(event.order_id) or fetched.get(event.order_id)
            if known is None:
                raise InvariantBroken(
                    f"record {record.number} of {record.venue_id} is about order "
                    f"{event.order_id}, which the order service does not know"
                )
            order = order_as_of(known, record, event)
        fetched[order.order_id] = order
        self._cache.put(order)
        return order

    def _follower_ended(self, follower: asyncio.Task[None]) -> None:
        if follower is not self._follower:
            return
        self._follower = None
        if not follower.cancelled() and (error := follower.exception()) is not None:
            _log.error("trade_updates_failed", venue=self._venue_id, exc_info=error)
        for clients in self._listeners.values():
            for client in clients:
                client.close(SERVICE_RESTART, "the journal cannot be followed; connect again")
