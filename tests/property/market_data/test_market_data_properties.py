"""What must hold for any bar, any actions and any file."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from tradewind.contracts.market_data import Bar, CashDividend, Split
from tradewind.market_data_service.domain.corporate_actions import AdjustedDay, recover_actions
from tradewind.market_data_service.domain.paging import Position, read_token
from tradewind.market_data_service.domain.price_import import PriceFileRefused, PriceRows
from tradewind.market_data_service.domain.replay import day_depths, day_prints
from tradewind.market_data_service.domain.running_bars import BarBoard
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.platform.money import PriceUnits, QuantityUnits, from_units
from tradewind.testing.market_data import CENT_TICK, exchange_session, midnight

DAY = date(2005, 2, 28)
SESSION = exchange_session(DAY)

prices = st.integers(1, 10**6 * 10**9).map(PriceUnits)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low, second, third, high = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
    opened, close = draw(st.permutations([second, third]))
    volume = QuantityUnits(draw(st.integers(0, 10**10)) * 10**9)
    return Bar("X", "1Day", midnight(DAY), opened, high, low, close, volume, 4, opened)


@given(bars())
def test_prints_of_a_replayed_day_give_its_bar_back(bar: Bar) -> None:
    board = BarBoard()
    for trade in day_prints(bar, SESSION):
        board.take(trade, midnight(DAY))
    (again,) = board.days()
    assert (again.open, again.high, again.low, again.close) == (
        bar.open,
        bar.high,
        bar.low,
        bar.close,
    )
    assert again.volume == bar.volume


@given(bars(), st.integers())
def test_levels_of_a_replayed_day_never_cross(bar: Bar, seed: int) -> None:
    for depth, trade in zip(
        day_depths(bar, SESSION, seed, CENT_TICK), day_prints(bar, SESSION), strict=True
    ):
        assert all(level.price > 0 and level.size > 0 for level in (*depth.bids, *depth.asks))
        assert depth.asks[0].price > trade.price
        assert not depth.bids or depth.bids[0].price < trade.price
        assert [b.price for b in depth.bids] == sorted({b.price for b in depth.bids}, reverse=True)
        assert [a.price for a in depth.asks] == sorted({a.price for a in depth.asks})


@given(
    st.lists(
        st.tuples(
            st.integers(1_000, 100_000).map(lambda cents: Decimal(cents) / 100),
            st.integers(0, 400).map(lambda cents: Decimal(cents) / 100),
        ),
        min_size=2,
        max_size=30,
    ),
    st.sampled_from([None, Fraction(2), Fraction(3, 2), Fraction(1, 10)]),
)
@example([(Decimal(10), Decimal(0)), (Decimal(10), Decimal(2))], None)
def test_dividends_and_splits_are_recovered_from_what_they_did(
    closes_and_dividends: list[tuple[Decimal, Decimal]], split: Fraction | None
) -> None:
    """Adjust a series by the source's rule, and recover what it was adjusted for."""
    days: list[AdjustedDay] = []
    factor = Decimal(1)
    last = len(closes_and_dividends) - 1
    rows = [
        (close, min(dividend, (close / 4).quantize(Decimal("0.01"))) if index else Decimal(0))
        for index, (close, dividend) in enumerate(closes_and_dividends)
    ]
    for index in range(last, -1, -1):
        close, dividend = rows[index]
        ratio = split if split and index == last else Fraction(1)
        before = rows[index - 1][0] if index else close
        opened = before * ratio.denominator / ratio.numerator
        days.insert(
            0,
            AdjustedDay(
                trading_date=date.fromordinal(730_000 + index),
                open=opened,
                close=close,
                adjusted_close=close * factor,
            ),
        )
        factor = factor * close / (close + dividend) * ratio.denominator / ratio.numerator
    found = recover_actions("X", days)
    paid = {}
    for action in found:
        if isinstance(action, CashDividend):
            paid[action.ex_date] = paid.get(action.ex_date, 0) + from_units(action.rate)
    assert paid == {
        day.trading_date: dividend
        for day, (_, dividend) in zip(days, rows, strict=True)
        if dividend
    }
    ratios = [(a.new_rate, a.old_rate) for a in found if isinstance(a, Split)]
    assert ratios == ([(split.numerator, split.denominator)] if split else [])


@given(st.text(max_size=40), st.datetimes(timezones=st.just(UTC)), st.integers())
def test_page_token_gives_its_position_back(symbol: str, at: datetime, number: int) -> None:
    position = Position(symbol.replace("|", ""), at, number)
    assert read_token(position.token()) == position


@given(st.lists(st.text(max_size=12), max_size=9))
def test_any_row_is_taken_or_refused_with_its_line(cells: list[str]) -> None:
    header = ["symbol", "date", "open", "high", "low", "close", "volume"]
    rows = PriceRows(header, Calendar([SESSION]), datetime(2026, 1, 1, tzinfo=UTC))
    message = ""
    taken = []
    try:
        taken = list(rows.read([(7, cells)]))
    except PriceFileRefused as refused:
        message = refused.message
    if any(cell.strip() for cell in cells):
        assert len(taken) == 1 or message.startswith("line 7: ")
    else:
        assert (taken, message) == ([], "")
