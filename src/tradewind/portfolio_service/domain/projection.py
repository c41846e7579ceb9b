"""What a venue's journal says about the worth of its accounts.

A ``Projection`` is folded from records in order and remembers what changed since it was last
written down. Folding the same records again, in whatever batches, gives the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tradewind.contracts.journal import (
    AccountOpened,
    BorrowFeePosted,
    CashDeposited,
    CashInLieuPaid,
    CashTransferred,
    CashWithdrawn,
    CorporateActionApplied,
    DividendPaid,
    InterestPosted,
    JournalRecord,
    MergerPaid,
    OrderFilled,
    PositionRenamed,
    PositionSplit,
    SessionEnded,
    SessionStarted,
    StockDividendPaid,
)
from tradewind.contracts.vocabulary import EXCHANGE_ZONE, AccountId, OrderSide, VenueId
from tradewind.platform.errors import InvariantBroken
from tradewind.platform.money import (
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    multiply_units,
)
from tradewind.portfolio_service.domain.income import Earning, Received, received


@dataclass(slots=True)
class AccountState:
    """An account's holdings now, and what happened to it since the newest close."""

    cash: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    """Quantity by symbol; no entry for nothing."""
    close_equity: int = 0
    """Equity at the newest close, 0 before the first."""
    closes: int = 0
    """How many closes it has seen."""
    flow: int = 0
    fees: int = 0
    dividends: int = 0
    fills: int = 0


@dataclass(frozen=True, slots=True)
class DailyPoint:
    """An account at the close of a trading date, with what happened since the close before."""

    account_id: AccountId
    trading_date: date
    at: datetime
    equity: int
    net_cash_flow: int
    profit_loss: int
    fees: int
    dividends: int
    fills: int

    @property
    def equity_before(self) -> int:
        """Equity at the close before."""
        return self.equity - self.net_cash_flow - self.profit_loss

    def followed_by(self, later: "DailyPoint") -> "DailyPoint":
        """Return one point of a trading date that ended twice."""
        return DailyPoint(
            account_id=self.account_id,
            trading_date=self.trading_date,
            at=later.at,
            equity=later.equity,
            net_cash_flow=self.net_cash_flow + later.net_cash_flow,
            profit_loss=self.profit_loss + later.profit_loss,
            fees=self.fees + later.fees,
            dividends=self.dividends + later.dividends,
            fills=self.fills + later.fills,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a venue has been folded."""

    last_number: int = 0
    at: datetime | None = None
    """Instant of the newest record."""
    trading_date: date | None = None
    """Of the session that has begun and not ended."""
    closed_date: date | None = None
    """Of the newest session that has ended."""


@dataclass(slots=True)
class Changes:
    """What differs from what was last written down."""

    accounts: set[AccountId] = field(default_factory=set)
    positions: set[tuple[AccountId, str]] = field(default_factory=set)
    prices: set[str] = field(default_factory=set)
    points: list[DailyPoint] = field(default_factory=list)
    income: dict[tuple[date, Received], int] = field(default_factory=dict)
    """What was added, by trading date."""


class Projection:
    """One venue, folded record by record."""

    def __init__(
        self,
        venue_id: VenueId,
        progress: Progress | None = None,
        accounts: dict[AccountId, AccountState] | None = None,
        prices: dict[str, int] | None = None,
    ) -> None:
        progress = progress or Progress()
        self.venue_id = venue_id
        self.last_number = progress.last_number
        self.at = progress.at
        self.trading_date = progress.trading_date
        self.closed_date = progress.closed_date
        self.accounts = accounts or {}
        self.prices = prices or {}
        """The newest price of each symbol that the venue's own fills or closes showed."""
        self._changes = Changes()
        # Each function takes the event that it stands beside, which the type of the table
        # cannot say.
        self._folds: dict[type, Callable[[Any], None]] = {
            AccountOpened: self._open,
            CashDeposited: self._deposit,
            CashWithdrawn: self._withdraw,
            CashTransferred: self._transfer,
            OrderFilled: self._fill,
            SessionStarted: self._start_session,
            SessionEnded: self._end_session,
            PositionSplit: self._split,
            StockDividendPaid: self._split,
            CashInLieuPaid: self._give_up,
            MergerPaid: self._give_up,
            PositionRenamed: self._rename,
            InterestPosted: self._post_interest,
            BorrowFeePosted: self._charge_borrow_fee,
            DividendPaid: self._pay_dividend,
            CorporateActionApplied: self._adjust_price,
        }

    def apply(self, record: JournalRecord) -> None:
        """Fold the next record; raises ``InvariantBroken`` when one is missing or out of order."""
        if record.number != self.last_number + 1:
            raise InvariantBroken(
                f"record {record.number} of venue {self.venue_id} came after {self.last_number}"
            )
        self.at = record.at
        fold = self._folds.get(type(record.event))
        if fold is not None:
            fold(record.event)
        self.last_number = record.number

    def progress(self) -> Progress:
        """Return how far the venue has been folded."""
        return Progress(self.last_number, self.at, self.trading_date, self.closed_date)

    def take_changes(self) -> Changes:
        """Return what changed since the last call and begin to collect anew."""
        changes, self._changes = self._changes, Changes()
        return changes

    def restore_changes(self, changes: Changes) -> None:
        """Take back changes that could not be written down."""
        self._changes.accounts |= changes.accounts
        self._changes.positions |= changes.positions
        self._changes.prices |= changes.prices
        self._changes.points[:0] = changes.points
        for key, amount in changes.income.items():
            self._changes.income[key] = self._changes.income.get(key, 0) + amount

    def current_point(self, account_id: AccountId) -> DailyPoint:
        """Return the account as it stands, valued at the newest prices known.

        It is dated by the running session, else by the exchange's date of the newest record.
        """
        return self._point(account_id, self.accounts[account_id], self._today())

    def _today(self) -> date:
        assert self.at is not None
        return self.trading_date or self.at.astimezone(EXCHANGE_ZONE).date()

    def _receive(self, event: Earning) -> None:
        whose, amount = received(event)
        if amount:
            key = self._today(), whose
            self._changes.income[key] = self._changes.income.get(key, 0) + amount

    def _open(self, event: AccountOpened) -> None:
        self.accounts.setdefault(event.account_id, AccountState())
        self._changes.accounts.add(event.account_id)

    def _deposit(self, event: CashDeposited) -> None:
        self._move_cash(event.account_id, event.amount)

    def _withdraw(self, event: CashWithdrawn) -> None:
        self._move_cash(event.account_id, -event.amount)

    def _transfer(self, event: CashTransferred) -> None:
        self._move_cash(event.account_id, -event.amount)
        self._move_cash(event.to_account_id, event.amount)

    def _move_cash(self, account_id: AccountId, amount: int) -> None:
        state = self._touch(account_id)
        state.cash += amount
        state.flow += amount

    def _fill(self, event: OrderFilled) -> None:
        state = self._touch(event.account_id)
        # As the core rounds each fill: see ``OrderFilled.filled_value``.
        value = multiply_units(event.price, event.qty, Rounding.DOWN)
        state.cash += (-value if event.side is OrderSide.BUY else value) - event.fee
        state.fees += event.fee
        state.fills += 1
        self._receive(event)
        self._hold(event.account_id, state, event.symbol, event.position_qty)
        self._mark(event.symbol, event.price)

    def _pay_dividend(self, event: DividendPaid) -> None:
        state = self._touch(event.account_id)
        state.cash += event.amount
        state.dividends += event.amount
        self._receive(event)

    def _post_interest(self, event: InterestPosted) -> None:
        """Count interest as profit: it is no flow of cash from or to outside."""
        self._touch(event.account_id).cash += event.amount
        self._receive(event)

    def _charge_borrow_fee(self, event: BorrowFeePosted) -> None:
        state = self._touch(event.account_id)
        state.cash -= event.amount
        state.fees += event.amount
        self._receive(event)

    def _split(self, event: PositionSplit | StockDividendPaid) -> None:
        state = self._touch(event.account_id)
        self._hold(event.account_id, state, event.symbol, event.qty_after)

    def _give_up(self, event: CashInLieuPaid | MergerPaid) -> None:
        """Take shares away for cash, as a sale does."""
        state = self._touch(event.account_id)
        state.cash += event.amount
        left = state.positions.get(event.symbol, 0) - event.qty
        self._hold(event.account_id, state, event.symbol, left)

    def _rename(self, event: PositionRenamed) -> None:
        state = self._touch(event.account_id)
        both = state.positions.get(event.new_symbol, 0) + event.qty
        self._hold(event.account_id, state, event.symbol, 0)
        self._hold(event.account_id, state, event.new_symbol, both)
        price = self.prices.get(event.symbol)
        if price is not None:
            self._mark(event.new_symbol, price)

    def _adjust_price(self, event: CorporateActionApplied) -> None:
        price = self.prices.get(event.symbol)
        if price is not None and event.new_rate:
            adjusted = divide(price * event.old_rate, event.new_rate, Rounding.HALF_EVEN)
            self._mark(event.symbol, adjusted)

    def _start_session(self, event: SessionStarted) -> None:
        self.trading_date = event.trading_date

    def _end_session(self, event: SessionEnded) -> None:
        day = event.trading_date
        if self.closed_date is not None:
            # A date that ends again, or an earlier one, adds to the newest.
            day = max(day, self.closed_date)
        for symbol in self.prices.keys() & event.closing_prices.keys():
            self._mark(symbol, event.closing_prices[symbol])
        for account_id, state in self.accounts.items():
            point = self._point(account_id, state, day)
            self._changes.points.append(point)
            self._changes.accounts.add(account_id)
            state.close_equity = point.equity
            state.closes += 1
            state.flow = state.fees = state.dividends = state.fills = 0
        self.closed_date = day
        self.trading_date = None

    def _point(self, account_id: AccountId, state: AccountState, day: date) -> DailyPoint:
        assert self.at is not None
        equity = state.cash + sum(
            multiply_units(PriceUnits(self.prices[symbol]), QuantityUnits(qty))
            for symbol, qty in state.positions.items()
        )
        return DailyPoint(
            account_id=account_id,
            trading_date=day,
            at=self.at,
            equity=equity,
            net_cash_flow=state.flow,
            profit_loss=equity - state.close_equity - state.flow,
            fees=state.fees,
            dividends=state.dividends,
            fills=state.fills,
        )

    def _touch(self, account_id: AccountId) -> AccountState:
        state = self.accounts.get(account_id)
        if state is None:
            raise InvariantBroken(f"account {account_id} was never opened at {self.venue_id}")
        self._changes.accounts.add(account_id)
        return state

    def _hold(self, account_id: AccountId, state: AccountState, symbol: str, qty: int) -> None:
        if qty:
            state.positions[symbol] = qty
        else:
            state.positions.pop(symbol, None)
        self._changes.positions.add((account_id, symbol))

    def _mark(self, symbol: str, price: int) -> None:
        if self.prices.get(symbol) != price:
            self.prices[symbol] = price
            self._changes.prices.add(symbol)
