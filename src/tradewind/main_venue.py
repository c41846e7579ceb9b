"""The venue ``main`` as the settings have it: opened at the first start, unchanged from then on."""

from tradewind.contracts.market_data import FeedSpec
from tradewind.contracts.orders import OrderService
from tradewind.contracts.venues import FeeSchedule, FillSettings, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import MAIN_VENUE
from tradewind.platform.errors import MalformedRequest, StartupRefused
from tradewind.platform.money import InexactAmount, MoneyUnits, to_units
from tradewind.platform.settings import Settings


async def open_main_venue(orders: OrderService, settings: Settings) -> None:
    """Open the main venue; raises ``StartupRefused`` for settings that no venue can have."""
    try:
        await orders.create_venue(main_venue(settings))
    except (MalformedRequest, InexactAmount) as error:
        raise StartupRefused(
            f"The main venue cannot be opened with these TRADEWIND_ settings: {error}."
        ) from error


def main_venue(settings: Settings) -> VenueSpec:
    """Return the main venue; raises ``InexactAmount`` for money finer than a billionth."""

    def money(name: str) -> MoneyUnits:
        return MoneyUnits(to_units(getattr(settings, name)))

    return VenueSpec(
        venue_id=MAIN_VENUE,
        name="Main",
        fees=FeeSchedule(
            fee_bps=settings.fee_bps,
            fee_per_share=money("fee_per_share"),
            fee_minimum=money("fee_minimum"),
            maker_bps=settings.maker_bps,
            maker_per_share=money("maker_per_share"),
            taker_bps=settings.taker_bps,
            taker_per_share=money("taker_per_share"),
            sell_fee_per_million=money("sell_fee_per_million"),
            sell_fee_per_share=money("sell_fee_per_share"),
            sell_fee_per_share_max=money("sell_fee_per_share_max"),
        ),
        fills=FillSettings(
            model=settings.fill_model,
            hidden_percent=settings.fill_hidden_percent,
            impact_bps=settings.fill_impact_bps,
            impact_half_life_s=settings.fill_impact_half_life_s,
        ),
        latency=Latency(
            model=settings.latency_model,
            ms=settings.latency_ms,
            spread_ms=settings.latency_spread_ms,
            seed=settings.feed_seed,
        ),
        bands=PriceBands(
            percent=settings.band_percent,
            reference_s=settings.band_reference_s,
            limit_state_s=settings.band_limit_state_s,
            pause_s=settings.band_pause_s,
            wide_opening_s=settings.band_wide_opening_s,
            wide_closing_s=settings.band_wide_closing_s,
        ),
        interest_bps=settings.interest_bps,
        debit_interest_bps=settings.debit_interest_bps,
        borrow_bps=settings.borrow_bps,
    )


def main_feed(settings: Settings) -> FeedSpec:
    """Return what feeds the main venue."""
    return FeedSpec(
        venue_id=MAIN_VENUE,
        kind=settings.feed,
        symbols=settings.feed_symbols,
        seed=settings.feed_seed,
        hours=settings.session_hours,
        lockstep=False,
    )
