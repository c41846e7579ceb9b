"""What the router needs of a broker, whoever it is."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tradewind.order_service.domain.state import OrderState
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits

CALL_TIMEOUT_S = 15.0
"""Longest time that a broker may take to answer."""


class BrokerUnreachable(Exception):
    """The broker did not answer, or not so that one could tell what it did."""


class BrokerRefused(Exception):
    """The broker said no, in the words of the message; nothing was done."""


class BrokerOrderState(StrEnum):
    """Where an order stands at a broker, as far as it matters here."""

    WORKING = "working"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class BrokerOrder(Struct, frozen=True, kw_only=True):
    """An order as the broker has it."""

    client_order_id: str
    """Our id of it; of orders that others sent whatever they chose."""
    broker_order_id: str
    symbol: str
    qty: QuantityUnits
    filled_qty: QuantityUnits
    state: BrokerOrderState
    reason: str = ""
    """Why it was rejected, in the broker's words."""


class BrokerExecution(Struct, frozen=True, kw_only=True):
    """A fill as the broker has it."""

    execution_id: str
    price: PriceUnits
    qty: QuantityUnits
    fee: MoneyUnits = MoneyUnits(0)
    asset_fee: QuantityUnits = QuantityUnits(0)
    """What was kept of the asset that was bought."""


class BrokerHoldings(Struct, frozen=True, kw_only=True):
    """What the account at the broker holds, with the newest prices that the broker gives."""

    cash: MoneyUnits
    positions: dict[str, QuantityUnits]
    prices: dict[str, PriceUnits]


class Broker(Protocol):
    """One account at one broker. Every method may raise ``BrokerUnreachable``."""

    @property
    def connected(self) -> bool:
        """Whether updates arrive at once."""
        ...

    async def submit(self, order: OrderState) -> BrokerOrder:
        """Send an order under our id of it; raises ``BrokerRefused``."""
        ...

    async def find(self, order: OrderState) -> BrokerOrder | None:
        """Return an order by our id of it, also an ended one."""
        ...

    async def cancel(self, order: BrokerOrder) -> None:
        """Ask for the end of an order; raises ``BrokerRefused`` when it has ended already."""
        ...

    async def executions(self, order: BrokerOrder) -> list[BrokerExecution]:
        """Return every fill of an order so far, oldest first."""
        ...

    async def open_orders(self) -> list[BrokerOrder]:
        """Return every open order of the account, whoever sent it."""
        ...

    async def holdings(self, symbols: set[str]) -> BrokerHoldings:
        """Return what the account holds; ``symbols`` are those that we believe to hold."""
        ...

    async def newest_price(self, symbol: str) -> PriceUnits | None:
        """Return what an instrument traded at last, if the broker knows it."""
        ...

    def updates(self) -> AsyncIterator[str]:
        """Yield our ids of orders of which there is news, and "" after each new connection."""
        ...

    async def close(self) -> None:
        """End every connection."""
        ...
