"""A core with accounts and a feed to speak for: what the scenarios of this folder are played on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from tradewind.contracts.journal import Event, OrderFilled
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    SessionOpened,
    Trade,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.venues import FeeSchedule, VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    GroupRole,
    OrderClass,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, format_units, to_units

DAY = date(2024, 1, 2)
ALICE = AccountId("00000000-0000-7000-8000-00000000000a")
BOB = AccountId("00000000-0000-7000-8000-00000000000b")
CAROL = AccountId("00000000-0000-7000-8000-00000000000c")


def price(text: str) -> PriceUnits:
    """Return a price from its text."""
    return PriceUnits(to_units(text))


def shares(text: str | int) -> QuantityUnits:
    """Return a quantity from its text."""
    return QuantityUnits(to_units(str(text)))


def money(text: str) -> MoneyUnits:
    """Return an amount from its text."""
    return MoneyUnits(to_units(text))


class Stage:
    """Alice, Bob and Carol with 10,000 dollars each at an open venue."""

    def __init__(self, fees: FeeSchedule | None = None, **settings: object) -> None:
        self.now = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
        self.number = 0
        self.orders = 0
        venue = VenueSpec(venue_id=VenueId("test"), name="Test", fees=fees or FeeSchedule())
        self.core = Core(msgspec.structs.replace(venue, **settings))
        for account_id in (ALICE, BOB, CAROL):
            self.run(commands.OpenAccount(account_id))
            self.run(commands.Deposit(account_id, money("10000"), "start"))
        self.feed(SessionOpened(DAY, self.now))

    def run(self, command: commands.Command) -> list[Event]:
        """Carry a command out and return its events."""
        self.now += timedelta(seconds=1)
        decide(self.core, command, self.now)
        return [record.event for record in self.core.drain()[0]]

    def feed(self, *events: FeedEvent) -> list[Event]:
        """Let the feed say something and return what came of it."""
        self.number += 1
        return self.run(FeedMessage(VenueId("test"), self.number, self.now, list(events)))

    def depth(
        self,
        bids: list[tuple[str, int]] | None = None,
        asks: list[tuple[str, int]] | None = None,
        symbol: str = "AAPL",
    ) -> list[Event]:
        """Show depth, in AAPL if nothing else is said, as pairs of price and shares, best first."""
        return self.feed(Depth(symbol, self.now, _levels(bids), _levels(asks)))

    def trade(self, at: str, size: int, symbol: str = "AAPL") -> list[Event]:
        """Print a trade, in AAPL if nothing else is said."""
        return self.feed(Trade(symbol, self.now, price(at), shares(size), 1))

    def submit(
        self,
        account: AccountId,
        side: str,
        qty: str | int,
        limit: str | None = None,
        tif: str = "day",
        order_type: OrderType | None = None,
        terms: Terms | None = None,
        *,
        symbol: str = "AAPL",
        extended: bool = False,
        **legs: Leg,
    ) -> OrderState:
        """Send an order, in AAPL if nothing else is said, and return it as it stands."""
        self.orders += 1
        order_id = OrderId(f"00000000-0000-7000-9000-{self.orders:012d}")
        command = SubmitOrder(
            order_id=order_id,
            account_id=account,
            client_order_id=order_id,
            symbol=symbol,
            side=OrderSide(side),
            order_type=order_type or (OrderType.MARKET if limit is None else OrderType.LIMIT),
            time_in_force=TimeInForce(tif),
            qty=shares(qty),
            limit_price=None if limit is None else price(limit),
            extended_hours=extended,
            terms=terms,
            **legs,
        )
        self.now += timedelta(seconds=1)
        order: OrderState = decide(self.core, command, self.now)
        self.events = [record.event for record in self.core.drain()[0]]
        return order

    def stop(
        self,
        account: AccountId,
        side: str,
        qty: int,
        at: str,
        limit: str | None = None,
        tif: str = "day",
    ) -> OrderState:
        """Send a stop order, with a limit a stop-limit order."""
        order_type = OrderType.STOP if limit is None else OrderType.STOP_LIMIT
        return self.submit(account, side, qty, limit, tif, order_type, Terms(stop_price=price(at)))

    def trail(
        self, account: AccountId, side: str, qty: int, by: str = "", percent: str = ""
    ) -> OrderState:
        """Send a trailing stop, by an amount or a percentage."""
        terms = Terms(
            trail_price=price(by) if by else None,
            trail_percent=to_units(percent) if percent else None,
        )
        return self.submit(account, side, qty, None, "gtc", OrderType.TRAILING_STOP, terms)

    def group(
        self,
        account: AccountId,
        side: str,
        qty: int,
        limit: str | None,
        *,
        profit: str | None = None,
        loss: str | None = None,
        loss_limit: str | None = None,
        tif: str = "gtc",
        oco: bool = False,
    ) -> OrderState:
        """Send a bracket, an oto (one leg) or an oco (``limit`` takes the profit)."""
        order_id = OrderId(f"00000000-0000-7000-9000-{self.orders + 1:012d}")
        order_class = OrderClass.OTO if profit is None or loss is None else OrderClass.BRACKET
        terms = Terms(
            order_class=OrderClass.OCO if oco else order_class,
            group_id=order_id,
            group_role=GroupRole.TAKE_PROFIT if oco else GroupRole.ENTRY,
        )
        legs = {}
        if profit is not None:
            leg_id = OrderId(f"00000000-0000-7000-a001-{self.orders:012d}")
            legs["take_profit"] = Leg(order_id=leg_id, limit_price=price(profit))
        if loss is not None:
            leg_id = OrderId(f"00000000-0000-7000-a002-{self.orders:012d}")
            legs["stop_loss"] = Leg(
                order_id=leg_id,
                stop_price=price(loss),
                limit_price=None if loss_limit is None else price(loss_limit),
            )
        return self.submit(account, side, qty, limit, tif, None, terms, **legs)

    def leg(self, order: OrderState, role: str) -> OrderState:
        """Return the open order of an order's group that has a role."""
        assert order.terms is not None
        assert order.terms.group_id is not None
        for order_id in self.core.state.groups[order.terms.group_id]:
            found = self.core.state.orders[order_id]
            if found.terms is not None and found.terms.group_role == role:
                return found
        raise AssertionError(f"no open {role}")

    def give(self, account: AccountId, qty: int, at: str = "10") -> None:
        """Let an account buy shares from the feed, which then shows nothing."""
        self.depth(asks=[(at, qty)])
        self.submit(account, "buy", qty)
        self.depth()

    def cash(self, account: AccountId) -> Decimal:
        """Return an account's available cash."""
        state = self.core.state
        return Decimal(state.cash_available(state.accounts[account])).scaleb(-9)

    def position(self, account: AccountId) -> Decimal:
        """Return an account's shares of AAPL."""
        state = self.core.state
        return Decimal(state.qty(state.accounts[account], "AAPL")).scaleb(-9)


def fills(events: list[Event]) -> list[tuple[str, str]]:
    """Return price and quantity of each fill among events, as text."""
    return [
        (format_units(event.price), format_units(event.qty))
        for event in events
        if isinstance(event, OrderFilled)
    ]


def _levels(pairs: list[tuple[str, int]] | None) -> tuple[DepthLevel, ...]:
    return tuple(DepthLevel(price(text), shares(size)) for text, size in pairs or [])
