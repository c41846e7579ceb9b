"""What price bands do to a market: they follow its trades, and pause it when they hold it up."""

from datetime import timedelta

from tradewind.contracts.journal import PriceBandsMoved, TradingHalted
from tradewind.order_service.domain.book import BUY, SELL
from tradewind.order_service.domain.core import Core
from tradewind.platform.money import PriceUnits

BY_BANDS = "price_bands"


def tell_trade(core: Core, symbol: str, price: PriceUnits) -> bool:
    """Let the bands follow a trade of the regular session; return whether they have moved."""
    if not core.bands.settings.percent or not core.state.may_trade(symbol, extended_hours=False):
        return False
    assert core.at is not None
    listing = core.listing(symbol)
    is_wide = not listing.is_round_the_clock and core.bands.are_wide(
        core.at, core.state.session_closes_at
    )
    bands = core.bands.learn(symbol)
    moved = bands.tell_trade(price, core.at, listing, is_wide=is_wide)
    if moved:
        core.emit(PriceBandsMoved(symbol, bands.lower, bands.upper))
    return _look(core, symbol) and moved


def tell_depth(core: Core, symbol: str) -> None:
    """See whether what is bid and asked makes a limit state, and pause once that has lasted."""
    if core.bands.settings.percent and core.state.may_trade(symbol, extended_hours=False):
        _look(core, symbol)


def _look(core: Core, symbol: str) -> bool:
    """Return whether the instrument trades on."""
    bands = core.bands.find(symbol)
    if bands is None:
        return True
    assert core.at is not None
    bids, asks = _best(core, symbol, BUY), _best(core, symbol, SELL)
    if not bands.tell_quote(max(bids, default=None), min(asks, default=None), core.at):
        return True
    settings, percent = core.bands.settings, bands.percent
    core.bands.forget(symbol)
    core.emit(
        TradingHalted(
            symbol,
            f"limit state of {settings.limit_state_s} seconds: {percent} percent from the "
            "reference price",
            BY_BANDS,
            core.at + timedelta(seconds=settings.pause_s),
        )
    )
    return False


def _best(core: Core, symbol: str, side: int) -> list[int]:
    """Return the best prices of a side: the feed's and the users'."""
    found = []
    level = core.view.instrument(symbol).shown[side].best()
    if level is not None:
        found.append(level[0])
    book = core.books.books.get(symbol)
    place = book.first(side) if book else None
    if place is not None:
        found.append(place.price)
    return found
