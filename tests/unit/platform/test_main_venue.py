from decimal import Decimal
from pathlib import Path

import pytest

from tradewind.contracts.venues import FeeSchedule, FillSettings, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import FillModel, LatencyModel
from tradewind.main_venue import main_venue, open_main_venue
from tradewind.order_service.domain.fees import check_fees
from tradewind.order_service.domain.market_view import check_fills
from tradewind.platform.errors import StartupRefused
from tradewind.platform.money import CENT, SCALE, MoneyUnits
from tradewind.platform.settings import load_settings
from tradewind.testing.orders import OrdersInMemory


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_main_venue_charges_nothing_and_fills_by_queue_when_nothing_is_said() -> None:
    venue = main_venue(load_settings())
    assert venue.fees == FeeSchedule()
    assert venue.fills == FillSettings()


def test_every_fee_of_a_venue_can_be_set_for_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FeeSchedule.__struct_fields__:
        monkeypatch.setenv(f"TRADEWIND_{name.upper()}", "0.25")
    fees = main_venue(load_settings()).fees
    for name in FeeSchedule.__struct_fields__:
        expected = Decimal("0.25") if name.endswith("bps") else MoneyUnits(25 * CENT)
        assert getattr(fees, name) == expected, name
    check_fees(fees)


def test_makers_may_be_paid_for_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_MAKER_PER_SHARE", "-0.002")
    monkeypatch.setenv("TRADEWIND_TAKER_PER_SHARE", "0.003")
    fees = main_venue(load_settings()).fees
    assert (fees.maker_per_share, fees.taker_per_share) == (-2 * SCALE // 1000, 3 * SCALE // 1000)
    check_fees(fees)


def test_fill_model_of_the_main_venue_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_FILL_MODEL", "top_of_book")
    monkeypatch.setenv("TRADEWIND_FILL_HIDDEN_PERCENT", "20")
    monkeypatch.setenv("TRADEWIND_FILL_IMPACT_BPS", "15")
    monkeypatch.setenv("TRADEWIND_FILL_IMPACT_HALF_LIFE_S", "30")
    fills = main_venue(load_settings()).fills
    assert fills == FillSettings(
        model=FillModel.TOP_OF_BOOK, hidden_percent=20, impact_bps=15, impact_half_life_s=30
    )
    check_fills(fills)


def test_interest_of_the_main_venue_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_INTEREST_BPS", "425")
    monkeypatch.setenv("TRADEWIND_DEBIT_INTEREST_BPS", "825.5")
    monkeypatch.setenv("TRADEWIND_BORROW_BPS", "30")
    venue = main_venue(load_settings())
    assert (venue.interest_bps, venue.debit_interest_bps) == (Decimal(425), Decimal("825.5"))
    assert venue.borrow_bps == 30


def test_price_bands_of_the_main_venue_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_BAND_PERCENT", "5")
    monkeypatch.setenv("TRADEWIND_BAND_PAUSE_S", "60")
    monkeypatch.setenv("TRADEWIND_BAND_WIDE_OPENING_S", "900")
    bands = PriceBands(percent=5, pause_s=60, wide_opening_s=900)
    assert main_venue(load_settings()).bands == bands


def test_latency_of_the_main_venue_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_LATENCY_MODEL", "long_tail")
    monkeypatch.setenv("TRADEWIND_LATENCY_MS", "5")
    monkeypatch.setenv("TRADEWIND_LATENCY_SPREAD_MS", "10")
    monkeypatch.setenv("TRADEWIND_FEED_SEED", "7")
    latency = Latency(model=LatencyModel.LONG_TAIL, ms=5, spread_ms=10, seed=7)
    assert main_venue(load_settings()).latency == latency


class CheckedOrders(OrdersInMemory):
    """Refuses what the order service refuses."""

    async def create_venue(self, spec: VenueSpec) -> None:
        """Take a venue whose settings mean something."""
        check_fees(spec.fees)
        check_fills(spec.fills)
        await super().create_venue(spec)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("FILL_HIDDEN_PERCENT", "2000", "hidden_percent 2000 must be between 0 and 1000"),
        ("MAKER_BPS", "-1", "maker_bps"),
        ("FEE_PER_SHARE", "0.0000000001", "TRADEWIND_"),
    ],
)
async def test_start_with_settings_that_no_venue_can_have_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(f"TRADEWIND_{name}", value)
    orders = CheckedOrders()
    with pytest.raises(StartupRefused, match=why):
        await open_main_venue(orders, load_settings())
    assert orders.asked == []


async def test_settings_that_are_right_open_the_main_venue() -> None:
    orders = CheckedOrders()
    await open_main_venue(orders, load_settings())
    assert [type(asked) for asked in orders.asked] == [VenueSpec]
