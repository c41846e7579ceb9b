"""A journal in memory that tells what happened to one account at one venue, step by step."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tradewind.contracts.journal import (
    AccountOpened,
    BorrowFeePosted,
    CashDeposited,
    CashInLieuPaid,
    CashWithdrawn,
    CorporateActionApplied,
    DividendPaid,
    Event,
    InterestPosted,
    JournalRecord,
    Liquidity,
    MergerPaid,
    OrderFilled,
    PositionRenamed,
    PositionSplit,
    SessionEnded,
    SessionStarted,
    StockDividendPaid,
)
from tradewind.contracts.vocabulary import (
    MAIN_VENUE,
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
    VenueId,
)
from tradewind.platform.ids import derived_id
from tradewind.platform.money import (
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    multiply_units,
    to_units,
)

Amount = Decimal | str | int

_OPEN = time(14, 30, tzinfo=UTC)
_CLOSE = time(21, tzinfo=UTC)


class JournalInMemory:
    """Implements ``tradewind.contracts.journal.JournalReader``."""

    def __init__(self) -> None:
        self.records: dict[VenueId, list[JournalRecord]] = {}
        self._grown = asyncio.Event()
        self._at_the_end = asyncio.Event()

    def append(self, venue_id: VenueId, at: datetime, event: Event) -> JournalRecord:
        """Add an event to a venue's journal and wake who follows."""
        records = self.records.setdefault(venue_id, [])
        records.append(JournalRecord(venue_id, len(records) + 1, at, event))
        self._at_the_end.clear()
        self._grown.set()
        return records[-1]

    async def wait_until_read(self) -> None:
        """Return when a follower has had every record and come back for more."""
        await self._at_the_end.wait()

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record, 0 when there is none."""
        return len(self.records.get(venue_id, []))

    async def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield records after a number in order, for ever."""
        while True:
            grown = self._grown
            found = self.records.get(venue_id, [])[after : after + batch]
            if found:
                after += len(found)
                yield found
                continue
            if grown.is_set():
                self._grown = asyncio.Event()
                continue
            self._at_the_end.set()
            await grown.wait()

    async def list_venues(self) -> list[VenueId]:
        """Return the venues that have a record."""
        return list(self.records)


class AccountStory:
    """Writes a journal as an account lives through it: amounts are decimals, dates are days."""

    def __init__(
        self,
        journal: JournalInMemory | None = None,
        *,
        venue_id: VenueId = MAIN_VENUE,
        start: str = "2024-01-02",
    ) -> None:
        self.journal = journal or JournalInMemory()
        self.venue_id = venue_id
        self._at = datetime.combine(date.fromisoformat(start), _OPEN)
        self._positions: dict[str, int] = {}
        self._ids = 0
        self.account_id = AccountId(self._new_id())
        self._tell(AccountOpened(self.account_id))

    @property
    def records(self) -> list[JournalRecord]:
        """Everything that has happened at the venue."""
        return self.journal.records[self.venue_id]

    def deposit(self, amount: Amount) -> None:
        """Bring cash in."""
        self._tell(CashDeposited(self.account_id, MoneyUnits(to_units(amount)), "test"))

    def withdraw(self, amount: Amount) -> None:
        """Take cash out."""
        self._tell(CashWithdrawn(self.account_id, MoneyUnits(to_units(amount)), "test"))

    def buy(self, symbol: str, qty: Amount, price: Amount, fee: Amount = 0) -> None:
        """Fill a buy order."""
        self._fill(OrderSide.BUY, symbol, to_units(qty), to_units(price), to_units(fee))

    def sell(self, symbol: str, qty: Amount, price: Amount, fee: Amount = 0) -> None:
        """Fill a sell order."""
        self._fill(OrderSide.SELL, symbol, to_units(qty), to_units(price), to_units(fee))

    def dividend(self, symbol: str, rate: Amount) -> None:
        """Pay a dividend on what is held."""
        qty = QuantityUnits(self._positions.get(symbol, 0))
        rate_units = MoneyUnits(to_units(rate))
        amount = multiply_units(PriceUnits(rate_units), qty)
        self._tell(DividendPaid(self._new_id(), self.account_id, symbol, qty, rate_units, amount))

    def split(self, symbol: str, new: int, old: int, action_id: str = "split") -> None:
        """Split what this account holds, ``new`` shares for ``old``."""
        before = self._positions[symbol]
        after = before * new // old
        self._positions[symbol] = after
        self._tell(
            PositionSplit(
                action_id, self.account_id, symbol, QuantityUnits(before), QuantityUnits(after)
            )
        )

    def reverse_split(self, symbol: str, new: int, old: int, price: Amount) -> None:
        """Merge shares; the fraction of a new one is paid out at ``price``."""
        self.split(symbol, new, old)
        qty = self._positions[symbol]
        fraction = QuantityUnits(qty % SCALE)
        self._positions[symbol] = qty - fraction
        each = PriceUnits(to_units(price))
        amount = multiply_units(each, fraction)
        self._tell(CashInLieuPaid("split", self.account_id, symbol, fraction, each, amount))
        self.split_done(symbol, new, old)

    def stock_dividend(self, symbol: str, rate: Amount) -> None:
        """Add ``rate`` of a share for each that is held."""
        before, more = self._positions[symbol], to_units(rate)
        after = before * (SCALE + more) // SCALE
        self._positions[symbol] = after
        shares = QuantityUnits(before), QuantityUnits(after)
        self._tell(StockDividendPaid("stock", self.account_id, symbol, *shares))
        self._tell(CorporateActionApplied("stock", symbol, self._at.date(), SCALE + more, SCALE))

    def rename(self, symbol: str, new_symbol: str) -> None:
        """Let what is held be traded under another symbol."""
        qty = self._positions.pop(symbol)
        self._positions[new_symbol] = qty
        self._tell(PositionRenamed("name", self.account_id, symbol, new_symbol, QuantityUnits(qty)))

    def merge(self, symbol: str, rate: Amount) -> None:
        """Give what is held for cash."""
        qty = QuantityUnits(self._positions.pop(symbol))
        each = MoneyUnits(to_units(rate))
        amount = multiply_units(PriceUnits(each), qty)
        self._tell(MergerPaid("merger", self.account_id, symbol, qty, each, amount))

    def interest(self, amount: Amount) -> None:
        """Credit interest, or charge it when below zero."""
        units = MoneyUnits(to_units(amount))
        self._tell(InterestPosted(self.account_id, units, Decimal(100), 1, units))

    def borrow_fee(self, amount: Amount) -> None:
        """Charge for borrowed shares."""
        units = MoneyUnits(to_units(amount))
        self._tell(BorrowFeePosted(self.account_id, units, Decimal(100), 1, units))

    def split_done(self, symbol: str, new: int, old: int, action_id: str = "split") -> None:
        """Say that a split has reached every account."""
        self._tell(CorporateActionApplied(action_id, symbol, self._at.date(), new, old))

    def begin(self, day: str) -> None:
        """Begin a trading date."""
        trading_date = date.fromisoformat(day)
        self._at = max(self._at, datetime.combine(trading_date, _OPEN))
        self._tell(SessionStarted(trading_date))

    def end(self, day: str, **closing_prices: Amount) -> None:
        """End a trading date at closing prices."""
        trading_date = date.fromisoformat(day)
        self._at = max(self._at, datetime.combine(trading_date, _CLOSE))
        closes = {symbol: PriceUnits(to_units(price)) for symbol, price in closing_prices.items()}
        self._tell(SessionEnded(trading_date, closes))

    def _fill(self, side: OrderSide, symbol: str, qty: int, price: int, fee: int) -> None:
        held = self._positions.get(symbol, 0) + (qty if side is OrderSide.BUY else -qty)
        self._positions[symbol] = held
        self._tell(
            OrderFilled(
                order_id=OrderId(self._new_id()),
                account_id=self.account_id,
                execution_id=ExecutionId(self._new_id()),
                symbol=symbol,
                side=side,
                price=PriceUnits(price),
                qty=QuantityUnits(qty),
                fee=MoneyUnits(fee),
                liquidity=Liquidity.TAKER,
                hold_released=0,
                filled_qty=QuantityUnits(qty),
                filled_value=multiply_units(PriceUnits(price), QuantityUnits(qty), Rounding.DOWN),
                status=OrderStatus.FILLED,
                position_qty=QuantityUnits(held),
            )
        )

    def _new_id(self) -> str:
        # Named, not drawn: the same story has the same ids, also when a property test shrinks it.
        told = len(self.journal.records.get(self.venue_id, []))
        self._ids += 1
        return derived_id(self._at, self.venue_id, told, self._ids)

    def _tell(self, event: Event) -> None:
        self._at += timedelta(milliseconds=1)
        self.journal.append(self.venue_id, self._at, event)
