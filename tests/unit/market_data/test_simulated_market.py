"""The simulation is repeatable, whole in ticks and lots, and looks like a market."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

from tradewind.contracts.market_data import Depth, Trade
from tradewind.market_data_service.domain.backfill import backfill
from tradewind.market_data_service.domain.simulation import (
    LEVELS,
    SimulatedInstrument,
    SimulatedMarket,
)
from tradewind.platform.money import SCALE, PriceUnits
from tradewind.testing.market_data import CENT_TICK, exchange_session, price

START = datetime(2026, 1, 5, 15, tzinfo=UTC)
HALF_SECOND = timedelta(milliseconds=500)
APPLE = SimulatedInstrument(symbol="AAPL", tick=CENT_TICK, fair_price=price("430.47"))
IBM = SimulatedInstrument(symbol="IBM", tick=CENT_TICK, fair_price=price("202.91"))


def run(steps: int, *instruments: SimulatedInstrument, seed: str = "1") -> list[Trade | Depth]:
    market = SimulatedMarket(instruments or (APPLE,), seed, START)
    return [
        event
        for step in range(1, steps + 1)
        for event in market.advance(START + HALF_SECOND * step)
    ]


def test_same_seed_and_instants_give_the_same_events() -> None:
    assert run(300, APPLE, IBM) == run(300, APPLE, IBM)
    assert run(300) != run(300, seed="2")


def test_one_instrument_does_not_change_another() -> None:
    both = [event for event in run(200, APPLE, IBM) if event.symbol == "AAPL"]
    assert both == run(200)


def test_levels_are_whole_ticks_best_first_and_uncrossed() -> None:
    for depth in run(500):
        if isinstance(depth, Depth):
            bids, asks = [b.price for b in depth.bids], [a.price for a in depth.asks]
            assert len(bids) == len(asks) == LEVELS
            assert bids == sorted(bids, reverse=True)
            assert asks == sorted(asks)
            assert bids[0] < asks[0]
            assert all(p % CENT_TICK == 0 for p in (*bids, *asks))
            assert all(s.size > 0 and s.size % SCALE == 0 for s in (*depth.bids, *depth.asks))


def test_first_step_gives_every_instrument_a_price() -> None:
    for seed in map(str, range(50)):
        first = {
            event.symbol for event in run(1, APPLE, IBM, seed=seed) if isinstance(event, Trade)
        }
        assert first == {"AAPL", "IBM"}


def test_prints_happen_at_prices_that_were_shown() -> None:
    shown: Depth | None = None
    traded = 0
    for event in run(500):
        if isinstance(event, Depth):
            shown = event
        elif shown is not None:
            traded += 1
            assert event.price in {level.price for level in (*shown.bids, *shown.asks)}
    assert traded > 100


def test_prints_are_numbered_without_a_gap_and_in_order_of_time() -> None:
    trades = [event for event in run(500) if isinstance(event, Trade)]
    assert [each.trade_id for each in trades] == list(range(1, len(trades) + 1))
    assert [each.at for each in trades] == sorted(each.at for each in trades)


def test_spread_is_a_few_basis_points() -> None:
    spreads = [
        (depth.asks[0].price - depth.bids[0].price) / depth.bids[0].price
        for depth in run(2000)
        if isinstance(depth, Depth)
    ]
    assert 0.5e-4 < mean(spreads) < 4e-4


def test_trading_clusters() -> None:
    counts: list[int] = []
    for event in run(4000):
        if isinstance(event, Depth):
            counts.append(0)
        elif counts:
            counts[-1] += 1
    middle = mean(counts)
    neighbours = mean((a - middle) * (b - middle) for a, b in pairwise(counts))
    assert neighbours / mean((c - middle) ** 2 for c in counts) > 0.05


def test_later_run_goes_on_where_the_earlier_ended() -> None:
    market = SimulatedMarket([APPLE], "1", START)
    for step in range(1, 101):
        market.advance(START + HALF_SECOND * step)
    state = market.state()["AAPL"]
    resumed = SimulatedInstrument(
        symbol="AAPL",
        tick=CENT_TICK,
        fair_price=state.fair_price,
        next_trade_id=state.next_trade_id,
    )
    following = run(50, resumed, seed="2")
    first_depth = next(event for event in following if isinstance(event, Depth))
    assert abs(first_depth.bids[0].price - state.fair_price) < price(1)
    ids = [event.trade_id for event in following if isinstance(event, Trade)]
    assert ids[0] == state.next_trade_id


def test_price_near_zero_stays_above_it() -> None:
    penny = SimulatedInstrument(symbol="P", tick=CENT_TICK, fair_price=PriceUnits(CENT_TICK))
    for event in run(300, penny):
        if isinstance(event, Depth):
            assert event.bids
            assert all(level.price > 0 for level in event.bids)


def test_past_ends_at_the_starting_price_and_days_are_made_of_their_minutes() -> None:
    dates = [START.date() - timedelta(days=back) for back in range(20, -1, -1)]
    bars = backfill(APPLE, [exchange_session(day) for day in dates], START, "1")
    minutes = [bar for bar in bars if bar.timeframe == "1Min"]
    days = [bar for bar in bars if bar.timeframe == "1Day"]
    assert len(days) == len(dates)
    assert len(minutes) == 390 + 390 + 30
    assert minutes[-1].close == APPLE.fair_price
    assert minutes[-1].starts_at == START - timedelta(minutes=1)
    assert days[-1].high == max(bar.high for bar in minutes[-30:])
    assert days[-1].volume == sum(bar.volume for bar in minutes[-30:])
    for bar in bars:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    for earlier, later in pairwise(days):
        assert earlier.close == later.open
