"""The order service's use cases: find the account's venue, hand the command to its core, answer."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tradewind.contracts.activities import Activity, ActivityQuery, CashMovement
from tradewind.contracts.auctions import AuctionPage, AuctionQuery
from tradewind.contracts.brokers import LiveVenue, Reconciliation
from tradewind.contracts.corporate_actions import ActionStatus, CorporateAction, PendingActions
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.notices import LatestStatus
from tradewind.contracts.orders import (
    CancelResult,
    CloseResult,
    Order,
    OrderQuery,
    ReplaceOrder,
    SubmitOrder,
)
from tradewind.contracts.trading_accounts import (
    Configuration,
    ConfigurationChange,
    Position,
    TradingAccount,
)
from tradewind.contracts.venues import Halt
from tradewind.contracts.vocabulary import AccountId, OrderId, VenueId
from tradewind.order_service import notices
from tradewind.order_service.activity_repository import ActivityRepository, view_movement
from tradewind.order_service.auction_repository import AuctionRepository
from tradewind.order_service.domain import action_entry, commands
from tradewind.order_service.domain.refusals import (
    AccountOfAnotherVenue,
    DuplicateClientOrderId,
    OrderNotCancelable,
    OrderNotFound,
    OrderNotReplaceable,
    PositionNotFound,
)
from tradewind.order_service.hosting import VenueHost
from tradewind.order_service.reading import (
    list_open_orders,
    view_account,
    view_control,
    view_position,
)
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits, QuantityUnits


class OrderApp(VenueHost):
    """The trading core of every venue; both the contract and a component."""

    async def open_account(self, venue_id: VenueId, account_id: AccountId) -> None:
        """Let an account trade at a venue; doing it twice changes nothing."""
        venue = self._venue(venue_id)
        # Taken before the core knows it, so that two venues cannot both open it. Where the core
        # never comes to know it, it says that the account is not open.
        taken_by = self._accounts.setdefault(account_id, venue)
        if taken_by is not venue:
            raise AccountOfAnotherVenue(
                f"account {account_id} trades at venue {taken_by.spec.venue_id}; "
                "make another account for another venue"
            )
        await venue.execute(commands.OpenAccount(account_id, venue.spec.currency))

    async def deposit(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Post cash from outside; once, however often the key is sent."""
        command = commands.Deposit(account_id, amount, reference, key)
        return view_movement(await self._of(account_id).execute(command))

    async def withdraw(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Post cash to outside, once for a key; refused beyond what is available."""
        command = commands.Withdraw(account_id, amount, reference, key)
        return view_movement(await self._of(account_id).execute(command))

    async def transfer(
        self,
        account_id: AccountId,
        to_account_id: AccountId,
        amount: MoneyUnits,
        reference: str,
        *,
        key: str = "",
    ) -> CashMovement:
        """Move cash to another account of the venue, once for a key."""
        venue = self._of(account_id)
        if self._of(to_account_id) is not venue:
            raise AccountOfAnotherVenue(
                f"account {to_account_id} belongs to another venue than {account_id}; "
                "cash moves between accounts of one venue"
            )
        command = commands.Transfer(account_id, to_account_id, amount, reference, key)
        return view_movement(await venue.execute(command))

    async def enter_corporate_action(
        self, venue_id: VenueId, action: CorporateAction, by: str
    ) -> ActionStatus:
        """Let an action take effect: now, or with the first session of its ex-date."""
        command = commands.EnterCorporateAction(action, by)
        status: ActionStatus = await self._venue(venue_id).execute(command)
        return status

    async def withdraw_corporate_action(self, venue_id: VenueId, action_id: str, by: str) -> None:
        """Take back an action that has not taken effect."""
        await self._venue(venue_id).execute(commands.WithdrawCorporateAction(action_id, by))

    async def pending_corporate_actions(self, venue_id: VenueId) -> PendingActions:
        """Return what a venue has still to do."""
        venue = self._venue(venue_id)
        await venue.sequencer.settled()
        return action_entry.pending(venue.core.state)

    async def get_account(self, account_id: AccountId) -> TradingAccount:
        """Return the account's money."""
        venue = await self._settled(account_id)
        return view_account(venue.core, venue.core.account(account_id))

    async def configure(self, account_id: AccountId, change: ConfigurationChange) -> Configuration:
        """Change settings and return all of them."""
        command = commands.Configure(account_id, change)
        configuration: Configuration = await self._of(account_id).execute(command)
        return configuration

    async def get_control(self, account_id: AccountId) -> AccountControl:
        """Return the account's limits and its kill switch."""
        venue = await self._settled(account_id)
        return view_control(venue.core.account(account_id))

    async def set_limits(
        self, account_id: AccountId, limits: AccountLimits, by: str
    ) -> AccountControl:
        """Replace the account's limits."""
        command = commands.SetLimits(account_id, limits, by)
        control: AccountControl = await self._of(account_id).execute(command)
        return control

    async def set_margin(
        self, account_id: AccountId, settings: MarginSettings, by: str
    ) -> TradingAccount:
        """Set the account's type and margin."""
        await self._of(account_id).execute(commands.SetMargin(account_id, settings, by))
        return await self.get_account(account_id)

    async def engage_kill_switch(
        self, account_id: AccountId, reason: str, by: str
    ) -> list[CancelResult]:
        """Cancel every open order of the account and take no new ones."""
        command = commands.EngageKillSwitch(account_id, reason, by)
        results: list[CancelResult] = await self._of(account_id).execute(command)
        return results

    async def release_kill_switch(self, account_id: AccountId, by: str) -> None:
        """Let the account trade again."""
        await self._of(account_id).execute(commands.ReleaseKillSwitch(account_id, by))

    async def halt_trading(
        self,
        venue_id: VenueId,
        symbol: str,
        reason: str,
        by: str,
        *,
        resumes_at: datetime | None = None,
    ) -> Halt:
        """Let nothing trade in an instrument, or in the whole venue."""
        command = commands.HaltTrading(symbol, reason, by, resumes_at)
        halt: Halt = await self._venue(venue_id).execute(command)
        return halt

    async def resume_trading(self, venue_id: VenueId, symbol: str, by: str) -> None:
        """End a halt."""
        await self._venue(venue_id).execute(commands.ResumeTrading(symbol, by))

    async def list_halts(self, venue_id: VenueId) -> list[Halt]:
        """Return what is halted at a venue, by symbol."""
        venue = self._venue(venue_id)
        await venue.sequencer.settled()
        return [halt for _, halt in sorted(venue.core.state.halts.items())]

    async def latest_statuses(
        self, venue_id: VenueId, symbols: Sequence[str] = ()
    ) -> list[LatestStatus]:
        """Return how instruments stand, by symbol."""
        venue = self._venue(venue_id)
        await venue.sequencer.settled()
        return notices.latest_statuses(venue.core.state, symbols)

    async def list_auctions(self, venue_id: VenueId, query: AuctionQuery) -> AuctionPage:
        """Return a page of a venue's opening and closing auctions."""
        self._venue(venue_id)
        return await AuctionRepository(self._database).list_auctions(venue_id, query)

    async def set_live_trading(
        self, account_id: AccountId, enabled: bool, by: str
    ) -> AccountControl:
        """Let an account's orders go to its venue's broker, or stop that."""
        await self._of(account_id).execute(commands.SetLiveTrading(account_id, enabled, by))
        return await self.get_control(account_id)

    async def list_live_venues(self) -> list[LiveVenue]:
        """Return the venues whose orders a broker carries out."""
        return await self._live.list_venues()

    async def reconcile(self, venue_id: VenueId) -> Reconciliation:
        """Compare a live venue with its broker now."""
        return await self._live.reconcile(venue_id)

    async def submit_order(self, command: SubmitOrder) -> Order:
        """Take an order and return it as it stands after what it traded at once."""
        venue = self._of(command.account_id)
        if venue.spec.broker is not None:
            await self._live.prepare(venue, command.symbol, needs_price=not command.limit_price)
        try:
            order: Order = await venue.execute(command)
        except DuplicateClientOrderId:
            # The very same order is not another one: its sender has lost the answer.
            with contextlib.suppress(OrderNotFound):
                return await self.get_order(command.account_id, command.order_id)
            raise
        return order

    async def replace_order(self, command: ReplaceOrder) -> Order:
        """Replace an order and return the new one."""
        try:
            order: Order = await self._of(command.account_id).execute(command)
        except (OrderNotFound, DuplicateClientOrderId) as refusal:
            ended = await self._repository.get_order(command.account_id, command.order_id)
            if ended is None or ended.status.is_open:
                raise
            if ended.replaced_by == command.new_order_id:
                return await self.get_order(command.account_id, command.new_order_id)
            if isinstance(refusal, DuplicateClientOrderId):
                raise
            raise OrderNotReplaceable(
                f"cannot replace order {command.order_id}: it is {ended.status}"
            ) from None
        return order

    async def cancel_order(self, account_id: AccountId, order_id: OrderId) -> None:
        """Cancel an open order."""
        try:
            await self._of(account_id).execute(commands.CancelOrder(account_id, order_id))
        except OrderNotFound:
            ended = await self._repository.get_order(account_id, order_id)
            if ended is None:
                raise
            raise OrderNotCancelable(f"order is not cancelable: it is {ended.status}") from None

    async def cancel_all_orders(self, account_id: AccountId) -> list[CancelResult]:
        """Cancel every open order of the account."""
        command = commands.CancelAllOrders(account_id)
        results: list[CancelResult] = await self._of(account_id).execute(command)
        return results

    async def close_position(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        qty: QuantityUnits | None = None,
        percentage: Decimal | None = None,
    ) -> Order:
        """Sell a position at market, whole or in part."""
        command = commands.ClosePosition(account_id, OrderId(new_id()), symbol, qty, percentage)
        order: Order = await self._of(account_id).execute(command)
        return order

    async def close_all_positions(
        self, account_id: AccountId, *, cancel_orders: bool
    ) -> list[CloseResult]:
        """Sell every position at market, after canceling open orders if asked."""
        command = commands.CloseAllPositions(account_id, new_id(), cancel_orders)
        results: list[CloseResult] = await self._of(account_id).execute(command)
        return results

    async def get_order(self, account_id: AccountId, order_id: OrderId) -> Order:
        """Return one order."""
        venue = await self._settled(account_id)
        order = venue.core.state.orders.get(order_id)
        if order is not None and order.account_id == account_id:
            return order.view()
        ended = await self._repository.get_order(account_id, order_id)
        if ended is None:
            raise OrderNotFound(f"order not found for {order_id}")
        return ended

    async def get_order_by_client_id(self, account_id: AccountId, client_order_id: str) -> Order:
        """Return one order by the client's own id."""
        self._of(account_id)
        order = await self._repository.get_order_by_client_id(account_id, client_order_id)
        if order is None:
            raise OrderNotFound(f"order not found for client_order_id {client_order_id}")
        return order

    async def get_orders(self, order_ids: Sequence[OrderId]) -> dict[OrderId, Order]:
        """Return orders of any account by id."""
        orders = await self._repository.get_orders(order_ids)
        return {order.order_id: order for order in orders}

    async def get_group(self, account_id: AccountId, group_id: OrderId) -> list[Order]:
        """Return every order of a group by time of submission, ended ones too."""
        await self._settled(account_id)
        return await self._repository.get_group(account_id, group_id)

    async def list_orders(self, account_id: AccountId, query: OrderQuery) -> list[Order]:
        """Return orders by time of submission."""
        venue = await self._settled(account_id)
        if query.status == "open" and not (query.before_order_id or query.after_order_id):
            return list_open_orders(venue.core, venue.core.account(account_id), query)
        return await self._repository.list_orders(account_id, query)

    async def list_positions(self, account_id: AccountId) -> list[Position]:
        """Return the account's positions by symbol."""
        venue = await self._settled(account_id)
        account = venue.core.account(account_id)
        return [view_position(venue.core, account, symbol) for symbol in sorted(account.positions)]

    async def get_position(self, account_id: AccountId, symbol: str) -> Position:
        """Return one position."""
        venue = await self._settled(account_id)
        account = venue.core.account(account_id)
        if symbol not in account.positions:
            raise PositionNotFound(f"position does not exist: {symbol}")
        return view_position(venue.core, account, symbol)

    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return fills and cash movements by time."""
        self._of(account_id)
        return await ActivityRepository(self._database).list_activities(account_id, query)
