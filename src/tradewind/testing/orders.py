"""The order service in memory, without a market: orders rest until they are canceled."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

import msgspec

from tradewind.contracts.activities import Activity, ActivityQuery, CashMovement
from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.margin import MarginFigures, MarginSettings
from tradewind.contracts.orders import (
    CancelResult,
    CloseResult,
    Order,
    OrderQuery,
    ReplaceOrder,
    SubmitOrder,
    Verification,
)
from tradewind.contracts.trading_accounts import (
    Configuration,
    ConfigurationChange,
    Position,
    TradingAccount,
)
from tradewind.contracts.vocabulary import (
    MAIN_VENUE,
    AccountId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits, QuantityUnits
from tradewind.testing.venues import NOW, VenuesInMemory


class OrdersInMemory(VenuesInMemory):
    """Implements ``tradewind.contracts.orders.OrderService``; what it was asked is in ``asked``."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: list[Position] = []
        self.activities: list[Activity] = []
        self.cash = MoneyUnits(100_000 * SCALE)
        self.orders: dict[OrderId, Order] = {}
        self.keys: list[str] = []
        """Idempotency keys of movements of cash, empty for none."""
        self.configuration = Configuration()
        self.control = AccountControl()
        self.margin: MarginFigures | None = None
        self.short_market_value = MoneyUnits(0)

    async def submit_order(self, command: SubmitOrder) -> Order:
        """Take an order, which rests."""
        await self._note(command)
        order = Order(
            order_id=command.order_id,
            account_id=command.account_id,
            client_order_id=command.client_order_id,
            symbol=command.symbol,
            side=command.side,
            order_type=command.order_type,
            time_in_force=command.time_in_force,
            qty=command.qty,
            limit_price=command.limit_price,
            extended_hours=command.extended_hours,
            status=OrderStatus.NEW,
            filled_qty=QuantityUnits(0),
            filled_value=MoneyUnits(0),
            created_at=NOW,
            updated_at=NOW,
            terms=command.terms,
        )
        self.orders[order.order_id] = order
        return order

    async def replace_order(self, command: ReplaceOrder) -> Order:
        """Put a new order in the place of another."""
        await self._note(command)
        old = await self.get_order(command.account_id, command.order_id)
        new = msgspec.structs.replace(
            old,
            order_id=command.new_order_id,
            client_order_id=command.client_order_id or new_id(),
            qty=command.qty or old.qty,
            limit_price=command.limit_price or old.limit_price,
            time_in_force=command.time_in_force or old.time_in_force,
            replaces=old.order_id,
        )
        self.orders[old.order_id] = msgspec.structs.replace(
            old, status=OrderStatus.REPLACED, replaced_by=new.order_id, replaced_at=NOW
        )
        self.orders[new.order_id] = new
        return new

    async def cancel_order(self, account_id: AccountId, order_id: OrderId) -> None:
        """Cancel an order."""
        await self._note(("cancel", order_id))
        order = await self.get_order(account_id, order_id)
        self.orders[order_id] = msgspec.structs.replace(
            order, status=OrderStatus.CANCELED, canceled_at=NOW
        )

    async def cancel_all_orders(self, account_id: AccountId) -> list[CancelResult]:
        """Cancel every open order."""
        await self._note("cancel all")
        open_ids = [o.order_id for o in self.orders.values() if o.status.is_open]
        for order_id in open_ids:
            await self.cancel_order(account_id, order_id)
        return [CancelResult(order_id) for order_id in open_ids]

    async def close_position(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        qty: QuantityUnits | None = None,
        percentage: Decimal | None = None,
    ) -> Order:
        """Send a market order to sell."""
        await self._note(("close", symbol, qty, percentage))
        position = await self.get_position(account_id, symbol)
        return await self.submit_order(_sell(account_id, symbol, qty or position.qty))

    async def close_all_positions(
        self, account_id: AccountId, *, cancel_orders: bool
    ) -> list[CloseResult]:
        """Send market orders to sell everything."""
        await self._note(("close all", cancel_orders))
        return [
            CloseResult(
                held.symbol, await self.submit_order(_sell(account_id, held.symbol, held.qty))
            )
            for held in self.positions
        ]

    async def get_order(self, account_id: AccountId, order_id: OrderId) -> Order:
        """Return one order of the account."""
        order = self.orders.get(order_id)
        if order is None or order.account_id != account_id:
            raise NotFound(f"order not found for {order_id}")
        return order

    async def get_order_by_client_id(self, account_id: AccountId, client_order_id: str) -> Order:
        """Return one order by the client's own id."""
        for order in self.orders.values():
            if order.client_order_id == client_order_id and order.account_id == account_id:
                return order
        raise NotFound(f"order not found for {client_order_id}")

    async def get_orders(self, order_ids: Sequence[OrderId]) -> dict[OrderId, Order]:
        """Return orders by id."""
        return {found: self.orders[found] for found in order_ids if found in self.orders}

    async def get_group(self, account_id: AccountId, group_id: OrderId) -> list[Order]:
        """Return the orders of a group."""
        return [
            order
            for order in self.orders.values()
            if order.account_id == account_id and order.terms and order.terms.group_id == group_id
        ]

    async def list_orders(self, account_id: AccountId, query: OrderQuery) -> list[Order]:
        """Return the account's orders, open or not, and remember the query."""
        self.asked.append(query)
        return [order for order in self.orders.values() if order.account_id == account_id]

    async def list_positions(self, account_id: AccountId) -> list[Position]:
        """Return the positions."""
        return self.positions

    async def get_position(self, account_id: AccountId, symbol: str) -> Position:
        """Return one position."""
        for position in self.positions:
            if position.symbol == symbol:
                return position
        raise NotFound("position does not exist")

    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return the activities and remember the query."""
        self.asked.append(query)
        return self.activities

    async def get_account(self, account_id: AccountId) -> TradingAccount:
        """Return the account's money."""
        return TradingAccount(
            account_id=account_id,
            venue_id=MAIN_VENUE,
            currency="USD",
            cash_posted=self.cash,
            cash_held=MoneyUnits(1_500 * SCALE),
            long_market_value=MoneyUnits(0),
            short_market_value=self.short_market_value,
            equity=self.cash,
            last_equity=self.cash,
            fees_paid=MoneyUnits(SCALE // 4),
            configuration=self.configuration,
            opened_at=NOW,
            margin=self.margin,
        )

    async def configure(self, account_id: AccountId, change: ConfigurationChange) -> Configuration:
        """Change settings."""
        await self._note(change)
        given = {
            name: value
            for name, value in msgspec.structs.asdict(change).items()
            if value is not msgspec.UNSET
        }
        self.configuration = msgspec.structs.replace(self.configuration, **given)
        return self.configuration

    async def get_control(self, account_id: AccountId) -> AccountControl:
        """Return the limits and the kill switch."""
        return self.control

    async def set_limits(
        self, account_id: AccountId, limits: AccountLimits, by: str
    ) -> AccountControl:
        """Replace the limits."""
        await self._note(("limits", account_id, limits, by))
        self.control = msgspec.structs.replace(self.control, limits=limits)
        return self.control

    async def set_margin(
        self, account_id: AccountId, settings: MarginSettings, by: str
    ) -> TradingAccount:
        """Remember the settings; ``margin`` shows how the account stands."""
        await self._note(("margin", account_id, settings, by))
        if self.margin is not None:
            self.margin = msgspec.structs.replace(self.margin, settings=settings)
        return await self.get_account(account_id)

    async def engage_kill_switch(
        self, account_id: AccountId, reason: str, by: str
    ) -> list[CancelResult]:
        """Cancel everything and remember that the account is stopped."""
        await self._note(("kill", account_id, reason, by))
        self.control = msgspec.structs.replace(
            self.control, kill_switch=True, kill_switch_reason=reason
        )
        return await self.cancel_all_orders(account_id)

    async def release_kill_switch(self, account_id: AccountId, by: str) -> None:
        """Remember that the account may trade again."""
        await self._note(("release", account_id, by))
        self.control = AccountControl(limits=self.control.limits)

    async def set_live_trading(
        self, account_id: AccountId, enabled: bool, by: str
    ) -> AccountControl:
        """Remember whether orders go to a broker."""
        await self._note(("live", account_id, enabled, by))
        self.control = msgspec.structs.replace(self.control, live_trading=enabled)
        return self.control

    async def open_account(self, venue_id: VenueId, account_id: AccountId) -> None:
        """Remember an account."""
        await self._note(("open", venue_id, account_id))

    async def deposit(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Remember a deposit."""
        await self._note(("deposit", account_id, amount))
        self.keys.append(key)
        return _movement("CSD", account_id, amount, reference)

    async def withdraw(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Remember a withdrawal."""
        await self._note(("withdraw", account_id, amount))
        self.keys.append(key)
        return _movement("CSW", account_id, amount, reference)

    async def transfer(
        self,
        account_id: AccountId,
        to_account_id: AccountId,
        amount: MoneyUnits,
        reference: str,
        *,
        key: str = "",
    ) -> CashMovement:
        """Remember a transfer."""
        await self._note(("transfer", account_id, to_account_id, amount))
        self.keys.append(key)
        return _movement("JNLC", account_id, amount, reference, to_account_id)

    async def verify(self) -> list[Verification]:
        """Return nothing: there is no journal."""
        return []

    async def last_number(self, venue_id: VenueId) -> int:
        """Return 0: there is no journal."""
        return 0

    async def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield nothing: there is no journal."""
        records: list[list[JournalRecord]] = []
        for batch_of_records in records:
            yield batch_of_records


def _movement(
    kind: str,
    account_id: AccountId,
    amount: MoneyUnits,
    reference: str,
    to_account_id: AccountId | None = None,
) -> CashMovement:
    return CashMovement(
        activity_id="20240102143000000::00000000-0000-8000-8000-000000000007",
        at=NOW,
        activity_type=kind,
        account_id=account_id,
        amount=amount,
        reference=reference,
        to_account_id=to_account_id,
    )


def _sell(account_id: AccountId, symbol: str, qty: QuantityUnits) -> SubmitOrder:
    return SubmitOrder(
        order_id=OrderId(new_id()),
        account_id=account_id,
        client_order_id=new_id(),
        symbol=symbol,
        side=OrderSide.SELL,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        qty=qty,
    )
