"""Whatever an account lives through, its income is what the core's ledger has posted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tradewind.contracts.corporate_actions import CashDividend
from tradewind.contracts.journal import (
    BorrowFeePosted,
    DividendPaid,
    InterestPosted,
    JournalRecord,
)
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import FeeSchedule, VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.ledger import CORPORATE_ACTIONS, FEES, INTEREST
from tradewind.platform.errors import Refusal
from tradewind.platform.money import SCALE, MoneyUnits, PriceUnits, QuantityUnits
from tradewind.portfolio_service.domain.income import IncomeKind
from tradewind.portfolio_service.domain.projection import Projection

VENUE = VenueId("test")
CASH, MARGIN = (AccountId(f"00000000-0000-7000-8000-00000000000{n}") for n in "ab")
SYMBOLS = ("AAPL", "IBM")
START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
PRICE = PriceUnits(100 * SCALE)
SPEC = VenueSpec(
    venue_id=VENUE,
    name="Test",
    fees=FeeSchedule(fee_bps=Decimal("2.5"), maker_bps=Decimal("-1.5"), taker_bps=Decimal(3)),
    interest_bps=Decimal(400),
    debit_interest_bps=Decimal(900),
    borrow_bps=Decimal(300),
)


class Market:
    """A real core with an account that pays cash and one on margin, and all that it journaled."""

    def __init__(self) -> None:
        self.core, self.now, self.day = Core(SPEC), START, date(2024, 1, 2)
        self.records: list[JournalRecord] = []
        self.posted: Counter[tuple[AccountId, IncomeKind]] = Counter()
        """What income events posted to the cash of accounts."""
        self.number = 0
        for account_id in (CASH, MARGIN):
            self.do(commands.OpenAccount(account_id))
            self.do(commands.Deposit(account_id, MoneyUnits(50_000 * SCALE), "start"))
        margin = MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2)
        self.do(commands.SetMargin(MARGIN, margin, "admin"))
        self.feed(*(Listing(symbol=symbol) for symbol in SYMBOLS))
        self.feed(SessionOpened(self.day, self.now))

    def do(self, command: commands.Command) -> None:
        """Carry out a command, or see it refused."""
        self.now += timedelta(seconds=1)
        try:
            decide(self.core, command, self.now)
        except Refusal:
            event("refused")
        for each in self.core.drain()[0]:
            self.records.append(JournalRecord(VENUE, each.number, each.at, each.event))
            match each.event:
                case DividendPaid(account_id=account_id):
                    kind, sign = IncomeKind.DIVIDENDS, 1
                case InterestPosted(account_id=account_id):
                    kind, sign = IncomeKind.INTEREST, 1
                case BorrowFeePosted(account_id=account_id):
                    kind, sign = IncomeKind.BORROW_FEES, -1
                case _:
                    continue
            cash = self.core.state.accounts[account_id].ledger_available
            amounts = [
                amount for to, asset, amount in each.postings if (to, asset) == (cash, "USD")
            ]
            self.posted[account_id, kind] += sign * sum(amounts)

    def feed(self, *events: FeedEvent) -> None:
        self.number += 1
        self.do(FeedMessage(VENUE, self.number, self.now, list(events)))

    def trade(self, account_id: AccountId, symbol: str, side: OrderSide, qty: int) -> None:
        """Show a level on each side and send an order that meets it."""
        level = (DepthLevel(PRICE, QuantityUnits(1_000 * SCALE)),)
        self.feed(
            Depth(symbol, self.now, level, ()),
            Trade(symbol, self.now, PRICE, QuantityUnits(SCALE), self.number),
            Depth(symbol, self.now, (), level)
            if side is OrderSide.BUY
            else Depth(symbol, self.now, level, ()),
        )
        order_id = OrderId(f"00000000-0000-7000-9000-{self.number:012d}")
        self.do(
            SubmitOrder(
                order_id=order_id,
                account_id=account_id,
                client_order_id=order_id,
                symbol=symbol,
                side=side,
                order_type=OrderType.LIMIT,
                time_in_force=TimeInForce.DAY,
                qty=QuantityUnits(qty * SCALE),
                limit_price=PRICE,
            )
        )

    def next_day(self, days: int, dividend: tuple[str, int, int] | None) -> None:
        """Close, and open some days later, with a dividend that may be paid later still."""
        self.feed(SessionClosed(self.day, self.now, dict.fromkeys(SYMBOLS, PRICE)))
        self.now += timedelta(days=days)
        self.day += timedelta(days=days)
        actions = []
        if dividend is not None:
            symbol, cents, later = dividend
            payable = self.day + timedelta(days=later) if later else None
            amount = MoneyUnits(cents * SCALE // 1_000)
            name = f"{symbol} {self.day}"
            actions = [CashDividend(name, symbol, self.day, amount, payable_date=payable)]
        self.feed(*actions, SessionOpened(self.day, self.now))


STEPS = st.one_of(
    st.tuples(
        st.sampled_from([CASH, MARGIN, MARGIN]),
        st.sampled_from(SYMBOLS),
        st.sampled_from(OrderSide),
        st.integers(1, 600),
    ),
    st.tuples(
        st.integers(1, 4),
        st.none()
        | st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 1_000), st.sampled_from([0, 0, 2, 9])),
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=15))
def test_income_sums_to_what_the_ledger_posted(steps: list[tuple]) -> None:
    market = Market()
    for step in steps:
        if len(step) == 4:
            market.trade(*step)
        else:
            market.next_day(*step)
    projection = Projection(VENUE)
    for record in market.records:
        projection.apply(record)
    income: Counter[tuple[AccountId, IncomeKind]] = Counter()
    for (_, whose), amount in projection.take_changes().income.items():
        income[whose.account_id, whose.kind] += amount
        event(whose.kind)

    state = market.core.state
    for account_id, account in state.accounts.items():
        for kind in (IncomeKind.DIVIDENDS, IncomeKind.INTEREST, IncomeKind.BORROW_FEES):
            assert income[account_id, kind] == market.posted[account_id, kind]
        fees = income[account_id, IncomeKind.FEES] + income[account_id, IncomeKind.BORROW_FEES]
        assert fees == account.fees_paid

    def total(kind: IncomeKind) -> int:
        return sum(income[account_id, kind] for account_id in state.accounts)

    posted = state.ledger.posted
    owed = sum(posted(each.ledger_receivable, "USD") for each in state.accounts.values())
    assert total(IncomeKind.DIVIDENDS) + owed == -posted(CORPORATE_ACTIONS, "USD")
    assert total(IncomeKind.INTEREST) == -posted(INTEREST, "USD")
    assert total(IncomeKind.FEES) + total(IncomeKind.BORROW_FEES) == posted(FEES, "USD")
