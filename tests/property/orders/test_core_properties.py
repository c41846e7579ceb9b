"""Whatever is sent to the core, in whatever order, these truths hold after every command."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    CorporateAction,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import (
    AuctionCrossed,
    Liquidity,
    OrderAccepted,
    OrderFilled,
    TradingResumed,
)
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.market_data import (
    AuctionPrint,
    Depth,
    DepthLevel,
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
)
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.venues import FeeSchedule, FillSettings, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import (
    LONG_INTENT,
    AccountId,
    AssetClass,
    AuctionKind,
    ExtendedPhase,
    FillModel,
    GroupRole,
    LatencyModel,
    OrderClass,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain import (
    commands,
    groups,
    holds,
    margin,
    margin_calls,
    pending_replacement,
)
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.book import BUY, SELL
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.fees import check_fees
from tradewind.order_service.domain.latency import release
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.order_service.domain.trigger_book import reaches
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.errors import Refusal
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

ACCOUNTS = [AccountId(f"00000000-0000-7000-8000-00000000000{n}") for n in range(3)]
COIN = "BTC/USD"
SYMBOLS = ["AAPL", "IBM", COIN]
START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)

prices = st.integers(9_960, 10_040).map(lambda cents: PriceUnits(cents * CENT))
quantities = st.one_of(
    st.integers(1, 150).map(lambda shares: QuantityUnits(shares * SCALE)),
    st.integers(1, 5 * SCALE).map(QuantityUnits),
)
symbols = st.sampled_from(SYMBOLS)
accounts = st.sampled_from(ACCOUNTS)
sides = st.sampled_from(OrderSide)


class CoreMachine(RuleBasedStateMachine):
    """Drives one core and, after each command, folds its events into a second state."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.feed_number = 0
        self.order_number = 0
        self.entered = 0
        self.day = date(2024, 1, 2)
        self.just_traded: tuple[str, PriceUnits] | None = None
        self.just_fed = False

    @initialize(
        bps=st.sampled_from(["0", "1", "25.5"]),
        per_share=st.sampled_from([0, SCALE // 200]),
        minimum=st.sampled_from([0, SCALE]),
        maker_taker=st.sampled_from(
            [
                (("0", 0), ("0", 0)),
                (("-1.5", 0), ("2.5", 0)),
                (("0", -SCALE // 500), ("2.5", SCALE // 333)),
                (("3", SCALE // 300), ("-2.5", -SCALE // 333)),
            ]
        ),
        sell_fees=st.sampled_from([(0, 0, 0), (22_900_000_000, 119_000, 5 * SCALE)]),
        fills=st.builds(
            FillSettings,
            model=st.sampled_from(FillModel),
            hidden_percent=st.sampled_from([0, 30]),
            impact_bps=st.sampled_from([0, 25]),
            impact_half_life_s=st.just(5),
        ),
        latency=st.sampled_from(
            [Latency(), Latency(), Latency(model=LatencyModel.LONG_TAIL, ms=700, spread_ms=900)]
        ),
        bands=st.builds(
            PriceBands,
            percent=st.sampled_from([0, 0, 1]),
            reference_s=st.just(20),
            limit_state_s=st.sampled_from([0, 3]),
            pause_s=st.just(4),
        ),
        multiplier=st.sampled_from([1, 2, 4]),
    )
    def open(
        self,
        bps: str,
        per_share: int,
        minimum: int,
        maker_taker: tuple[tuple[str, int], tuple[str, int]],
        sell_fees: tuple[int, int, int],
        fills: FillSettings,
        bands: PriceBands,
        latency: Latency,
        multiplier: int,
    ) -> None:
        maker, taker = maker_taker
        fees = FeeSchedule(
            fee_bps=Decimal(bps),
            fee_per_share=MoneyUnits(per_share),
            fee_minimum=MoneyUnits(minimum),
            maker_bps=Decimal(maker[0]),
            maker_per_share=MoneyUnits(maker[1]),
            taker_bps=Decimal(taker[0]),
            taker_per_share=MoneyUnits(taker[1]),
            sell_fee_per_million=MoneyUnits(sell_fees[0]),
            sell_fee_per_share=MoneyUnits(sell_fees[1]),
            sell_fee_per_share_max=MoneyUnits(sell_fees[2]),
        )
        check_fees(fees)
        spec = VenueSpec(
            venue_id=VenueId("test"),
            name="Test",
            fees=fees,
            fills=fills,
            bands=bands,
            latency=latency,
            interest_bps=Decimal("412.5"),
            debit_interest_bps=Decimal(825),
            borrow_bps=Decimal(30),
        )
        self.core = Core(spec)
        self.replica = VenueState(venue_id=spec.venue_id)
        self.replica_books = Books.of(self.replica)
        self.owners: dict[OrderId, AccountId] = {}
        self.fees: dict[OrderId, int] = {}
        self.paid: dict[OrderId, int] = {}
        for account_id in ACCOUNTS:
            self.run(commands.OpenAccount(account_id))
            # Little enough on margin that one order may owe for it.
            dollars = 8_000 if account_id == ACCOUNTS[2] else 50_000
            self.run(commands.Deposit(account_id, MoneyUnits(dollars * SCALE), "start"))
        coin = Listing(
            symbol=COIN, asset_class=AssetClass.CRYPTO, marginable=False, shortable=False
        )
        self.set_margin(ACCOUNTS[2], AccountType.MARGIN, multiplier, False)
        listings = [Listing(symbol=symbol) for symbol in SYMBOLS if symbol != COIN]
        self.feed(*listings, coin, SessionOpened(self.day, self.now))
        for symbol in SYMBOLS:
            self.depth(symbol, 10_000, 2, [900, 900])
            for account_id in ACCOUNTS[:2]:
                self.submit(
                    account_id,
                    symbol,
                    OrderSide.BUY,
                    QuantityUnits(120 * SCALE),
                    None,
                    TimeInForce.IOC,
                )
            self.depth(symbol, 10_000, 2, [])

    def run(self, command: commands.Command) -> object:
        """Let join what has arrived by now, which no refusal takes back; then run a command."""
        self.now += timedelta(seconds=1)
        self.core.begin(self.now)
        self.play(lambda: release(self.core))
        self.just_traded = None
        self.just_fed = isinstance(command, FeedMessage)
        answer = self.play(lambda: decide(self.core, command, self.now))
        if isinstance(command, SubmitOrder | ReplaceOrder):
            self.check_steps()
        return answer

    def play(self, act: Callable[[], object]) -> object:
        """Let the core do something, check what came of it, and fold it into the second state."""
        before = self.core.state.number
        halted = set(self.core.state.halts)
        bands = {symbol: self.bands_of(symbol) for symbol in SYMBOLS}
        try:
            answer = act()
        except Refusal:
            assert self.core.state.number == before, "a refusal must change nothing"
            answer = None
        emitted, touched = self.core.drain()
        self.emitted = [record.event for record in emitted]
        for event in self.emitted:
            if isinstance(event, TradingResumed):
                halted.discard(event.symbol)
            elif isinstance(event, OrderFilled):
                assert not halted & {"", event.symbol}, "nothing trades that is halted"
                if event.liquidity is not Liquidity.AUCTION:
                    allowed = bands.get(event.symbol, (0, 10**18)), self.bands_of(event.symbol)
                    assert any(low <= event.price <= high for low, high in allowed)
        self.remember()
        self.check_sessions(touched)
        for record in emitted:
            event = msgspec.json.decode(msgspec.json.encode(record.event), type=type(record.event))
            apply(self.replica, self.replica_books, record.number, record.at, event)
        return answer

    def bands_of(self, symbol: str) -> tuple[int, int]:
        bands = self.core.bands.find(symbol)
        return (0, 10**18) if bands is None else (bands.lower, bands.upper)

    def remember(self) -> None:
        """Check what fills promise one by one, and add their fees up."""
        crossed: AuctionCrossed | None = None
        for event in self.emitted:
            if isinstance(event, OrderAccepted):
                self.owners[event.order_id] = event.account_id
            if isinstance(event, AuctionCrossed):
                crossed = event
            if isinstance(event, OrderFilled) and event.liquidity is Liquidity.AUCTION:
                assert crossed is not None
                assert (event.symbol, event.price) == (crossed.symbol, crossed.price)
                assert event.qty <= crossed.volume
            if not isinstance(event, OrderFilled):
                continue
            if event.contra_order_id is not None:
                assert self.owners[event.contra_order_id] != event.account_id, "a wash trade"
            fees = self.fees[event.order_id] = self.fees.get(event.order_id, 0) + (
                event.fee - event.liquidity_fee
            )
            paid = self.paid[event.order_id] = self.paid.get(event.order_id, 0) + event.fee
            total = self.core.fees.total(event.side, event.filled_qty, event.filled_value)
            if event.side is OrderSide.BUY:
                assert fees == total, "the fees of the fills are the fee of them together"
            else:
                assert fees <= total, "no more than the fee of them together"
                assert paid <= event.filled_value, "a sell pays what it brought in"

    def check_sessions(self, touched: list[OrderState]) -> None:
        """No order trades outside the sessions that it is for."""
        traded = {event.order_id for event in self.emitted if isinstance(event, OrderFilled)}
        for order in touched:
            if order.order_id in traded:
                extended = order.extended_hours
                assert self.core.state.may_trade(order.symbol, extended_hours=extended)

    def check_steps(self) -> None:
        """No order is taken between two steps of its instrument's prices."""
        for event in self.emitted:
            if isinstance(event, OrderAccepted) and event.limit_price is not None:
                listing = self.core.listing(event.symbol)
                assert listing.tradable
                assert event.limit_price % listing.tick_at(event.limit_price) == 0

    @rule()
    def restart(self) -> None:
        """Go on from a snapshot, as another process would."""
        state = decode_state(encode_state(self.core.state))
        assert state == self.core.state
        self.core = Core(self.core.spec, state)

    def feed(self, *events: object) -> None:
        self.feed_number += 1
        self.run(FeedMessage(VenueId("test"), self.feed_number, self.now, list(events)))

    def new_id(self) -> OrderId:
        self.order_number += 1
        return OrderId(f"00000000-0000-7000-9000-{self.order_number:012d}")

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        qty=quantities,
        price=st.none() | prices,
        tif=st.sampled_from(TimeInForce),
        extended=st.booleans(),
    )
    def submit(
        self,
        account: AccountId,
        symbol: str,
        side: OrderSide,
        qty: QuantityUnits,
        price: PriceUnits | None,
        tif: TimeInForce,
        extended: bool = False,
    ) -> None:
        order_id = self.new_id()
        order = self.run(
            SubmitOrder(
                order_id=order_id,
                account_id=account,
                client_order_id=order_id,
                symbol=symbol,
                side=side,
                order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
                time_in_force=tif,
                qty=qty,
                limit_price=price,
                extended_hours=extended and price is not None and symbol != COIN,
            )
        )
        if isinstance(order, OrderState):
            if tif is TimeInForce.FOK:
                assert order.filled_qty in (0, order.qty)
            if tif in (TimeInForce.FOK, TimeInForce.IOC) and order.effective_at is None:
                assert not order.status.is_open

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        qty=quantities,
        stop=prices,
        limit=st.none() | prices,
        trail=st.sampled_from(["", "", "price", "percent"]),
        cents=st.integers(1, 60),
    )
    def submit_stop(
        self,
        account: AccountId,
        symbol: str,
        side: OrderSide,
        qty: QuantityUnits,
        stop: PriceUnits,
        limit: PriceUnits | None,
        trail: str,
        cents: int,
    ) -> None:
        terms = Terms(stop_price=stop)
        order_type = OrderType.STOP if limit is None else OrderType.STOP_LIMIT
        if trail:
            terms = msgspec.convert({f"trail_{trail}": cents * CENT}, Terms)
            order_type, limit = OrderType.TRAILING_STOP, None
        self.send(account, symbol, side, qty, limit, order_type, terms)

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        qty=quantities,
        limit=st.none() | prices,
        goal=prices,
        stop=prices,
        stop_limit=st.none() | prices,
        kind=st.sampled_from(["bracket", "bracket", "oco", "oco", "oto", "oto loss"]),
    )
    def submit_group(
        self,
        account: AccountId,
        symbol: str,
        side: OrderSide,
        qty: QuantityUnits,
        limit: PriceUnits | None,
        goal: PriceUnits,
        stop: PriceUnits,
        stop_limit: PriceUnits | None,
        kind: str,
    ) -> None:
        is_oco = kind == "oco"
        number = self.order_number + 1
        terms = Terms(
            order_class=OrderClass(kind.split()[0]),
            group_id=OrderId(f"00000000-0000-7000-9000-{number:012d}"),
            group_role=GroupRole.TAKE_PROFIT if is_oco else GroupRole.ENTRY,
        )
        profit = Leg(order_id=OrderId(f"profit {number}"), limit_price=goal)
        loss = Leg(order_id=OrderId(f"loss {number}"), stop_price=stop, limit_price=stop_limit)
        self.send(
            account,
            symbol,
            side,
            qty,
            goal if is_oco else limit,
            OrderType.MARKET if limit is None and not is_oco else OrderType.LIMIT,
            terms,
            take_profit=profit if kind in ("bracket", "oto") else None,
            stop_loss=loss if kind != "oto" else None,
        )

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        cents=st.integers(1, 2_000_000),
        limit=st.none() | prices,
    )
    def submit_notional(
        self,
        account: AccountId,
        symbol: str,
        side: OrderSide,
        cents: int,
        limit: PriceUnits | None,
    ) -> None:
        order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
        terms = Terms(notional=MoneyUnits(cents * CENT))
        self.send(account, symbol, side, QuantityUnits(0), limit, order_type, terms)

    def send(
        self,
        account: AccountId,
        symbol: str,
        side: OrderSide,
        qty: QuantityUnits,
        limit: PriceUnits | None,
        order_type: OrderType,
        terms: Terms,
        take_profit: Leg | None = None,
        stop_loss: Leg | None = None,
    ) -> None:
        order_id = self.new_id()
        self.run(
            SubmitOrder(
                order_id=order_id,
                account_id=account,
                client_order_id=order_id,
                symbol=symbol,
                side=side,
                order_type=order_type,
                time_in_force=TimeInForce.GTC,
                qty=qty,
                limit_price=limit,
                terms=terms,
                take_profit=take_profit,
                stop_loss=stop_loss,
            )
        )

    @rule(index=st.integers(0, 50), price=prices, trail=st.integers(1, 60))
    def move_stop(self, index: int, price: PriceUnits, trail: int) -> None:
        orders = [order for order in self.core.state.orders.values() if order.terms]
        if orders:
            order = orders[index % len(orders)]
            is_trailing = order.order_type is OrderType.TRAILING_STOP
            self.run(
                ReplaceOrder(
                    order_id=order.order_id,
                    new_order_id=self.new_id(),
                    account_id=order.account_id,
                    stop_price=None if is_trailing else price,
                    trail=trail * CENT if is_trailing else None,
                )
            )

    @rule(index=st.integers(0, 50))
    def cancel(self, index: int) -> None:
        orders = list(self.core.state.orders.values())
        if orders:
            order = orders[index % len(orders)]
            self.run(commands.CancelOrder(order.account_id, order.order_id))

    @rule(index=st.integers(0, 50), qty=st.none() | quantities, price=st.none() | prices)
    def replace(self, index: int, qty: QuantityUnits | None, price: PriceUnits | None) -> None:
        orders = list(self.core.state.orders.values())
        if orders:
            order = orders[index % len(orders)]
            self.run(
                ReplaceOrder(
                    order_id=order.order_id,
                    new_order_id=self.new_id(),
                    account_id=order.account_id,
                    qty=qty,
                    limit_price=price,
                )
            )

    @rule(account=accounts, symbol=symbols, percentage=st.none() | st.integers(1, 100))
    def close_position(self, account: AccountId, symbol: str, percentage: int | None) -> None:
        share = None if percentage is None else Decimal(percentage)
        self.run(commands.ClosePosition(account, self.new_id(), symbol, percentage=share))

    @rule(account=accounts)
    def cancel_all(self, account: AccountId) -> None:
        self.run(commands.CancelAllOrders(account))

    @rule(
        account=accounts,
        limits=st.builds(
            AccountLimits,
            order_value_max=st.none() | st.integers(1_000, 20_000).map(lambda n: n * SCALE),
            position_qty_max=st.none() | st.integers(50, 300).map(lambda n: n * SCALE),
            position_value_max=st.none() | st.integers(5_000, 40_000).map(lambda n: n * SCALE),
            daily_loss_max=st.none() | st.integers(1, 200).map(lambda n: n * SCALE),
            orders_per_second_max=st.none() | st.integers(1, 3),
            duplicate_window_ms=st.none() | st.integers(1, 5_000),
            restricted_symbols=st.sampled_from([(), ("IBM",)]),
        )
        | st.just(AccountLimits()),
    )
    def set_limits(self, account: AccountId, limits: AccountLimits) -> None:
        self.run(commands.SetLimits(account, limits, "admin"))

    @rule(
        account=accounts,
        account_type=st.sampled_from([AccountType.MARGIN, AccountType.MARGIN, AccountType.CASH]),
        multiplier=st.sampled_from([1, 2, 4]),
        day_trade_rule=st.booleans(),
        grace=st.sampled_from([0, 0, 30]),
    )
    def set_margin(
        self,
        account: AccountId,
        account_type: AccountType,
        multiplier: int,
        day_trade_rule: bool,
        grace: int = 0,
    ) -> None:
        settings = MarginSettings()
        if account_type is AccountType.MARGIN:
            settings = MarginSettings(
                account_type=account_type,
                multiplier_max=multiplier,
                day_trade_rule=day_trade_rule,
                call_grace_s=grace,
            )
        self.run(commands.SetMargin(account, settings, "admin"))

    @rule(
        symbol=symbols,
        shares=st.integers(1, 100),
        price=st.none() | prices,
        goal=st.none() | prices,
        stop=prices,
    )
    def sell_short(
        self,
        symbol: str,
        shares: int,
        price: PriceUnits | None,
        goal: PriceUnits | None,
        stop: PriceUnits,
    ) -> None:
        """Whole shares of what the account has none of, alone or with exits."""
        account, qty = ACCOUNTS[2], QuantityUnits(shares * SCALE)
        order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        self.run(commands.Configure(account, ConfigurationChange(no_shorting=False)))
        if goal is None:
            self.send(account, symbol, OrderSide.SELL, qty, price, order_type, Terms())
        else:
            self.submit_group(
                account, symbol, OrderSide.SELL, qty, price, goal, stop, None, "bracket"
            )

    @rule(symbol=symbols, shares=st.integers(1, 300))
    def buy_on_margin(self, symbol: str, shares: int) -> None:
        """More than most of what the account can pay for itself."""
        qty = QuantityUnits(shares * SCALE)
        self.depth(symbol, 10_000, 2, [400])
        self.submit(ACCOUNTS[2], symbol, OrderSide.BUY, qty, None, TimeInForce.IOC)

    @rule(account=accounts, no_shorting=st.booleans())
    def configure(self, account: AccountId, no_shorting: bool) -> None:
        self.run(commands.Configure(account, ConfigurationChange(no_shorting=no_shorting)))

    @rule(account=accounts, on=st.sampled_from([True, False, False]))
    def kill_switch(self, account: AccountId, on: bool) -> None:
        if on:
            self.run(commands.EngageKillSwitch(account, "wild", "admin"))
            assert not self.core.state.accounts[account].order_ids
        else:
            self.run(commands.ReleaseKillSwitch(account, "admin"))

    @rule(account=accounts, cancel_orders=st.booleans())
    def close_all(self, account: AccountId, cancel_orders: bool) -> None:
        self.run(commands.CloseAllPositions(account, self.new_id(), cancel_orders))

    @rule(giver=accounts, taker=accounts, dollars=st.integers(1, 3_000), key=st.integers(0, 4))
    def transfer(self, giver: AccountId, taker: AccountId, dollars: int, key: int) -> None:
        """Few keys, so that they meet again; a movement known by its key is never posted twice."""
        name = f"key {key}" if key else ""
        known = self.core.state.cash_keys.get(name)
        amount = MoneyUnits(dollars * SCALE)
        moved = self.run(commands.Transfer(giver, taker, amount, "", name))
        if known is not None:
            assert moved in (None, known)
            assert self.emitted == []
            assert (
                self.run(
                    commands.Transfer(
                        known.account_id, known.to_account_id or taker, known.amount, "", name
                    )
                )
                == known
            )
            assert self.emitted == []

    @rule(account=accounts, dollars=st.integers(1, 3_000), comes=st.booleans())
    def move_cash(self, account: AccountId, dollars: int, comes: bool) -> None:
        move = commands.Deposit if comes else commands.Withdraw
        self.run(move(account, MoneyUnits(dollars * SCALE), "moved"))

    @rule(
        symbol=symbols,
        mid=st.integers(9_970, 10_030),
        half_spread=st.integers(1, 10),
        sizes=st.lists(st.integers(1, 400), min_size=0, max_size=3),
    )
    def depth(self, symbol: str, mid: int, half_spread: int, sizes: list[int]) -> None:
        def levels(direction: int) -> tuple[DepthLevel, ...]:
            return tuple(
                DepthLevel(
                    PriceUnits((mid + direction * (half_spread + 2 * n)) * CENT),
                    QuantityUnits(size * SCALE),
                )
                for n, size in enumerate(sizes)
            )

        self.feed(Depth(symbol, self.now, levels(-1), levels(1)))

    @rule(symbol=symbols, price=prices, size=st.integers(1, 1000))
    def trade(self, symbol: str, price: PriceUnits, size: int) -> None:
        self.feed(Trade(symbol, self.now, price, QuantityUnits(size * SCALE), 1))
        self.just_traded = symbol, price

    @rule(
        symbol=symbols,
        tradable=st.sampled_from([True] * 5 + [False]),
        ticks=st.sampled_from([1, 1, 5]),
        lot=st.sampled_from([1, 1, SCALE]),
        least=st.integers(0, 3),
    )
    def list_instrument(
        self, symbol: str, tradable: bool, ticks: int, lot: int, least: int
    ) -> None:
        listing = Listing(
            symbol=symbol,
            asset_class=AssetClass.CRYPTO if symbol == COIN else AssetClass.US_EQUITY,
            tradable=tradable,
            price_increment=PriceUnits(ticks * CENT),
            quantity_increment=QuantityUnits(lot),
            quantity_min=QuantityUnits(least * SCALE),
        )
        self.feed(listing)
        assert self.core.listing(symbol) == listing

    @rule(symbol=st.sampled_from([*SYMBOLS, ""]), for_s=st.none() | st.integers(1, 30))
    def halt(self, symbol: str, for_s: int | None) -> None:
        until = None if for_s is None else self.now + timedelta(seconds=for_s)
        self.run(commands.HaltTrading(symbol, "wild", "admin", until))

    @rule(symbol=st.sampled_from([*SYMBOLS, ""]))
    def resume(self, symbol: str) -> None:
        self.run(commands.ResumeTrading(symbol, "admin"))

    @rule(
        symbol=symbols,
        auction=st.sampled_from([AuctionKind.OPENING, AuctionKind.CLOSING]),
        price=prices,
        size=st.integers(0, 300),
    )
    def auction(self, symbol: str, auction: AuctionKind, price: PriceUnits, size: int) -> None:
        took_place = auction is AuctionKind.CLOSING or not (
            self.core.view.instrument(symbol).has_shown
        )
        self.feed(AuctionPrint(symbol, self.now, auction, price, QuantityUnits(size * SCALE)))
        if took_place and self.core.is_open and self.core.trades(symbol):
            time = TimeInForce.CLS if auction is AuctionKind.CLOSING else TimeInForce.OPG
            assert (symbol, time) not in self.core.books.auctions, "nothing waits for it any more"

    @rule(
        symbol=symbols,
        price=prices,
        what=st.sampled_from(
            ["none"] * 12
            + [
                "end",
                "next",
                "gap",
                "split",
                "split",
                "dividend",
                "later",
                "stock",
                "name",
                "merger",
            ]
        ),
        sessions=st.sampled_from(["", "", "after", "pre", "after, pre"]),
        rates=st.sampled_from([(2, 1), (3, 2), (1, 10)]),
    )
    def new_day(
        self, symbol: str, price: PriceUnits, what: str, sessions: str, rates: tuple[int, int]
    ) -> None:
        if what == "none":
            return
        if what == "gap":
            self.day += timedelta(days=1)
            self.feed(SessionOpened(self.day, self.now))
            return
        closes = dict.fromkeys(SYMBOLS, price)
        follow = "after" in sessions
        self.feed(SessionClosed(self.day, self.now, closes, after_hours_follow=follow))
        if follow:
            self.feed(ExtendedHoursOpened(self.day, self.now, ExtendedPhase.AFTER_HOURS))
        if what == "end":
            return
        self.day += timedelta(days=1)
        self.act(symbol, what, rates)
        if "pre" in sessions:
            self.feed(ExtendedHoursOpened(self.day, self.now, ExtendedPhase.PRE_MARKET))
        else:
            self.feed(SessionOpened(self.day, self.now))

    @rule(opens=st.booleans())
    def leave_extended_hours(self, opens: bool) -> None:
        if self.core.state.extended_phase is ExtendedPhase.PRE_MARKET and opens:
            self.feed(SessionOpened(self.day, self.now))
        elif self.core.state.extended_phase is ExtendedPhase.AFTER_HOURS:
            self.feed(ExtendedHoursClosed(self.day, self.now))

    @invariant()
    def in_extended_hours_only_orders_for_them_stand_in_the_books(self) -> None:
        if self.core.state.extended_phase is not None:
            places = self.core.books.places
            standing = [o for o in self.core.state.orders.values() if o.priority in places]
            assert len(standing) == len(places)
            assert all(order.extended_hours or order.symbol == COIN for order in standing)

    def act(self, symbol: str, what: str, rates: tuple[int, int]) -> None:
        """Let the company do something; what ends the symbol is undone by another's new name."""
        action, day = f"{what} {self.feed_number}", self.day
        if what == "split":
            self.feed(Split(action, symbol, day, *rates))
        elif what == "dividend":
            self.feed(CashDividend(action, symbol, day, MoneyUnits(33 * CENT)))
        elif what == "later":
            payable = day + timedelta(days=2)
            rate = MoneyUnits(2 * SCALE)
            self.feed(CashDividend(action, symbol, day, rate, payable_date=payable))
        elif what == "stock":
            self.feed(StockDividend(action, symbol, day, QuantityUnits(SCALE // 20)))
        elif what == "name":
            self.feed(SymbolChange(action, symbol, day, "NEW"))
            self.feed(SymbolChange(f"back {action}", "NEW", day, symbol))
        elif what == "merger":
            self.feed(CashMerger(action, symbol, day, MoneyUnits(101 * SCALE)))
            assert all(symbol not in a.positions for a in self.core.state.accounts.values())
            self.feed(SymbolChange(f"back {action}", "OTHER", day, symbol))

    @invariant()
    def whoever_takes_over_knows_the_bands_in_force(self) -> None:
        state, board = self.core.state, self.core.bands
        in_force = {
            symbol: (bands.lower, bands.upper)
            for symbol in SYMBOLS
            if (bands := board.find(symbol)) is not None and state.halt_of(symbol) is None
        }
        assert {s: (left.lower, left.upper) for s, left in state.bands.items()} == in_force

    @invariant()
    def no_cash_or_shares_below_zero_in_a_cash_account(self) -> None:
        sums = self.core.state.ledger_sums()
        for account in self.core.state.accounts.values():
            if account.is_margin:
                continue
            for by_account in sums.values():
                assert by_account.get(account.ledger_available.name, 0) >= 0
                assert by_account.get(account.ledger_held.name, 0) >= 0

    @invariant()
    def a_margin_account_is_long_or_short_and_reserves_no_more_than_it_has(self) -> None:
        state = self.core.state
        for account in state.accounts.values():
            assert state.cash_held(account) >= 0
            for symbol in SYMBOLS:
                available = state.qty_available(account, symbol)
                held = state.qty(account, symbol) - available
                assert available * held >= 0

    @invariant()
    def no_order_passes_through_zero(self) -> None:
        state = self.core.state
        counts: dict[tuple[AccountId, str], set[OrderSide]] = {}
        for order in state.orders.values():
            account = state.accounts[order.account_id]
            if not account.is_margin:
                assert order.intent is LONG_INTENT[order.side]
            elif order.intent.opens:
                counts.setdefault((order.account_id, order.symbol), set()).add(order.side)
        for (account_id, symbol), opening in counts.items():
            assert len(opening) == 1, "both ways are being opened"
            qty = state.qty(state.accounts[account_id], symbol)
            assert qty >= 0 if OrderSide.BUY in opening else qty <= 0

    @invariant()
    def opening_orders_are_counted(self) -> None:
        state = self.core.state
        for account in state.accounts.values():
            counts: dict[str, int] = {}
            for order_id in account.order_ids if account.is_margin else ():
                order = state.orders[order_id]
                if order.intent.opens:
                    way = 1 if order.side is OrderSide.BUY else -1
                    counts[order.symbol] = counts.get(order.symbol, 0) + way
            assert account.opening_orders == counts

    @invariant()
    def positions_are_what_the_ledger_says(self) -> None:
        state = self.core.state
        for account in state.accounts.values():
            held = {symbol for symbol in SYMBOLS if state.qty(account, symbol)}
            assert held == account.positions.keys()

    @invariant()
    def postings_sum_to_zero_in_every_asset(self) -> None:
        for asset, by_account in self.core.state.ledger_sums().items():
            assert sum(by_account.values()) == 0, asset

    @invariant()
    def holds_equal_open_exposure(self) -> None:
        state = self.core.state
        held: dict[tuple[str, str], int] = {}
        for order in state.orders.values():
            account = state.accounts[order.account_id]
            if not groups.reserves(state, order):
                assert order.hold == 0
                continue
            if order.intent.opens:
                assert order.hold_price is not None
                exposure = holds.reserved(
                    self.core,
                    order.side,
                    order.hold_price,
                    order.left,
                    order.filled_qty,
                    order.filled_value,
                    order.order_fees,
                )
                key, sign = (account.ledger_held.name, account.currency), 1
            else:
                exposure = order.left
                key = (account.ledger_held.name, order.symbol)
                sign = -1 if order.side is OrderSide.BUY else 1
            if order.waits_to_replace:
                assert 0 <= order.hold <= exposure, "it adds to what the other one reserves"
            else:
                assert order.hold == exposure
            held[key] = held.get(key, 0) + sign * order.hold
        for asset, by_account in state.ledger_sums().items():
            for account in state.accounts.values():
                expected = held.get((account.ledger_held.name, asset), 0)
                assert by_account.get(account.ledger_held.name, 0) == expected

    @rule(
        symbol=symbols,
        what=st.sampled_from(["split", "later", "stock", "dividend"]),
        days=st.integers(0, 3),
    )
    def enter_action(self, symbol: str, what: str, days: int) -> None:
        """By hand: in the middle of a session, or ahead of its ex-date."""
        self.entered += 1
        name, ex_date = f"hand {self.entered}", self.day + timedelta(days=days)
        action: CorporateAction
        if what == "split":
            action = Split(name, symbol, ex_date, 3, 2)
        elif what == "stock":
            action = StockDividend(name, symbol, ex_date, QuantityUnits(SCALE // 40))
        else:
            payable = ex_date + timedelta(days=1) if what == "later" else None
            rate = MoneyUnits(55 * CENT)
            action = CashDividend(name, symbol, ex_date, rate, payable_date=payable)
        self.run(commands.EnterCorporateAction(action, "admin"))

    @rule(index=st.integers(0, 5))
    def take_action_back(self, index: int) -> None:
        announced = list(self.core.state.announced)
        if announced:
            name = announced[index % len(announced)]
            self.run(commands.WithdrawCorporateAction(name, "admin"))

    @invariant()
    def no_announced_action_is_overdue(self) -> None:
        begun = self.core.state.trading_date
        for action in self.core.state.announced.values():
            assert begun is None or action.ex_date > begun

    @invariant()
    def what_is_receivable_are_the_dividends_that_are_not_paid_yet(self) -> None:
        state = self.core.state
        for account_id, account in state.accounts.items():
            owed = sum(
                claims[account_id].amount
                for claims in state.entitlements.values()
                if account_id in claims
            )
            assert state.ledger.posted(account.ledger_receivable, account.currency) == owed

    @invariant()
    def every_position_has_shares_and_all_shares_a_position(self) -> None:
        state = self.core.state
        for account in state.accounts.values():
            held = {asset for asset in state.ledger.sums if state.qty(account, asset)}
            assert held - {account.currency} == set(account.positions)

    @invariant()
    def a_stopped_account_has_no_open_orders_but_those_of_a_margin_call(self) -> None:
        state = self.core.state
        for account in state.accounts.values():
            if account.kill_switch:
                orders = [state.orders[order_id] for order_id in account.order_ids]
                assert all(o.order_type is OrderType.MARKET for o in orders)
                assert not any(o.intent.opens for o in orders)
                assert account.is_margin or not orders

    @invariant()
    def who_has_less_than_is_required_has_been_called(self) -> None:
        if not self.just_fed:
            return
        for account in self.core.state.accounts.values():
            if not self.core.is_leveraged(account):
                continue
            assert account.account_id in self.core.leveraged
            if not margin_calls.is_priced(self.core, account):
                continue
            now = margin.standing(self.core, account)
            call = account.margin_call
            assert now.equity >= now.maintenance or call is not None
            if call is not None and not call.overnight:
                assert now.equity < now.maintenance

    @rule(symbol=st.sampled_from(SYMBOLS), dollars=st.sampled_from([25, 60, 80, 125, 150, 300]))
    def crash(self, symbol: str, dollars: int) -> None:
        """A price at which somebody who owes is called, and the depth to close at."""
        self.depth(symbol, dollars * 100, 1, [500])
        self.trade(symbol, PriceUnits(dollars * SCALE), 1)

    @invariant()
    def nothing_is_filled_beyond_its_quantity(self) -> None:
        for order in self.core.state.orders.values():
            assert 0 <= order.filled_qty < order.qty

    @invariant()
    def the_users_book_is_not_crossed_once_depth_has_been_shown(self) -> None:
        for symbol, book in self.core.books.books.items():
            bid, ask = book.first(BUY), book.first(SELL)
            shown = self.core.view.instrument(symbol).has_shown and self.core.trades(symbol)
            if shown and bid and ask and bid.price >= ask.price:
                allows = self.core.bands.allows
                assert not (allows(symbol, bid.price) and allows(symbol, ask.price))

    @invariant()
    def the_book_keeps_price_then_time(self) -> None:
        for book in self.core.books.books.values():
            for side in (BUY, SELL):
                places = list(book.walk(side))
                keys = [
                    (
                        place.price if side == SELL else -place.price,
                        self.core.state.orders[OrderId(place.order_id)].priority,
                    )
                    for place in places
                ]
                assert keys == sorted(keys)

    @invariant()
    def groups_hold_together(self) -> None:
        state = self.core.state
        for members in state.groups.values():
            roles: dict[str, OrderState] = {}
            for order_id in members:
                order = state.orders[order_id]
                assert order.terms is not None
                role = str(order.terms.group_role)
                assert role not in roles, "one order has a role"
                roles[role] = order
            profit, loss = roles.get("take_profit"), roles.get("stop_loss")
            for leg in (profit, loss):
                assert leg is None or (leg.status is OrderStatus.HELD) == ("entry" in roles)
            if profit is not None and loss is not None:
                assert loss.waits, "a stop that goes ends the take-profit"
                assert loss.qty == profit.left

    @invariant()
    def no_stop_waits_that_the_newest_trade_has_reached(self) -> None:
        if self.just_traded is None:
            return
        symbol, price = self.just_traded
        if not self.core.state.may_trade(symbol, extended_hours=False):
            return
        for order in self.core.state.orders.values():
            if order.symbol == symbol and order.waits and order.status is OrderStatus.NEW:
                assert order.terms is not None
                assert order.terms.stop_price is not None
                assert not reaches(order.side, order.terms.stop_price, price)

    @invariant()
    def recovered_triggers_equal_the_live_ones(self) -> None:
        recovered, live = Books.of(self.core.state).triggers, self.core.books.triggers
        assert {s: set(ids) for s, ids in recovered.trailing.items()} == {
            s: set(ids) for s, ids in live.trailing.items()
        }
        for symbol in SYMBOLS:
            for side in OrderSide:
                extreme = 0 if side is OrderSide.SELL else 10**18
                ours = live.first_reached(symbol, side, extreme)
                assert ours == recovered.first_reached(symbol, side, extreme)

    @invariant()
    def what_is_on_its_way_has_traded_nothing_and_arrives_after_a_restart_too(self) -> None:
        state = self.core.state
        pending = {
            (at, is_cancel, order_id)
            for order_id, order in state.orders.items()
            for at, is_cancel in ((order.effective_at, False), (order.leaves_at, True))
            if at is not None
        }
        for at, is_cancel, order_id in pending:
            order = state.orders[order_id]
            if is_cancel:
                assert at > self.now, "a cancel that has arrived ends its order"
            else:
                assert not order.filled_qty
                assert order.status in (OrderStatus.PENDING_NEW, OrderStatus.PENDING_CANCEL)
        live, again = (
            {(at, is_cancel, order_id) for at, is_cancel, _, order_id in core.arrivals}
            for core in (self.core, Core(self.core.spec, state))
        )
        assert {each for each in pending if each[0] > self.now} <= live
        assert again == pending

    @invariant()
    def what_is_to_replace_an_open_order_is_on_its_way(self) -> None:
        state = self.core.state
        for order in state.orders.values():
            if order.replacing is None:
                continue
            if order.waits_to_replace:
                old, new = pending_replacement.old_of(state, order), order
            else:
                assert order.replacing.by is not None
                old, new = order, state.orders[order.replacing.by]
            assert old.replacing is not None
            assert old.replacing.by == new.order_id
            assert new.waits_to_replace
            assert new.effective_at is not None
            assert new.effective_at > self.now, "one that has arrived takes its place"
            assert (old.account_id, old.symbol, old.side) == (
                new.account_id, new.symbol, new.side
            )  # fmt: skip
            assert new.replaces == old.order_id

    @invariant()
    def recovered_auctions_equal_the_live_ones(self) -> None:
        recovered = Books.of(self.core.state).auctions
        assert {key: list(entered) for key, entered in recovered.items()} == {
            key: list(entered) for key, entered in self.core.books.auctions.items()
        }
        for (symbol, time), entered in recovered.items():
            for order in entered.values():
                assert (order.symbol, order.time_in_force) == (symbol, time)
                assert not order.filled_qty, "an auction fills it or ends it"

    @invariant()
    def no_order_for_the_open_works_once_depth_has_been_shown(self) -> None:
        for symbol, time in self.core.books.auctions:
            if time is TimeInForce.OPG:
                assert not self.core.view.instrument(symbol).has_shown

    @invariant()
    def the_journal_folds_into_the_live_state(self) -> None:
        assert self.replica == self.core.state

    @invariant()
    def recovered_books_equal_the_live_ones(self) -> None:
        recovered = Books.of(self.core.state)
        for symbol, book in self.core.books.books.items():
            other = recovered.books.get(symbol)
            for side in (BUY, SELL):
                ours = [(p.order_id, p.quantity) for p in book.walk(side)]
                theirs = [(p.order_id, p.quantity) for p in other.walk(side)] if other else []
                assert ours == theirs


CoreMachine.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestCore = CoreMachine.TestCase
