"""Price bands, limit up and limit down: nothing trades too far from where the market has traded.

Modelled on the plan that US exchanges follow (Regulation NMS Plan to Address Extraordinary Market
Volatility). The reference is the average of the trades of the last minutes; it moves when that
average has gone a percent away from it. The bands stand a percentage above and below. While the
best bid is at the upper band or above, or the best offer at the lower one or below, the instrument
is in a limit state. When that lasts, trading pauses and begins again with an auction.

Near the open and the close the bands may stand twice as far away. The plan had that for the first
15 and the last 25 minutes of trading (Appendix A, section I). Its eighteenth amendment (Release No.
34-84843, approved in 2019) took it away at the open, and at the close for all but tier 1 and
what costs up to 3 dollars; hence the defaults.

The bands and the pause are journaled, the trades are not: after a restart the bands stand where
they stood, and the average begins with the first trade.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from tradewind.contracts.market_data import Listing
from tradewind.contracts.venues import PriceBands
from tradewind.order_service.domain.state import BandsInForce
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import PriceUnits, Rounding, divide, round_to

_NONE_IN_FORCE: Mapping[str, BandsInForce] = MappingProxyType({})
_PERCENT = 100
_PERCENT_MAX = 50
_SECONDS_MAX = 3_600
_WIDER = 2
_MOVES_FROM = 1
"""Percent that the average must be away from the reference for the reference to follow."""


def check_bands(settings: PriceBands) -> None:
    """Raise ``MalformedRequest`` for settings that mean nothing."""
    for name, least, most in (
        ("percent", 0, _PERCENT_MAX),
        ("reference_s", 1, _SECONDS_MAX),
        ("limit_state_s", 0, _SECONDS_MAX),
        ("pause_s", 1, _SECONDS_MAX),
        ("wide_opening_s", 0, _SECONDS_MAX),
        ("wide_closing_s", 0, _SECONDS_MAX),
    ):
        value = getattr(settings, name)
        if not least <= value <= most:
            raise MalformedRequest(f"bands.{name} {value} must be between {least} and {most}")


class Bands:
    """The bands of one instrument; none before its first trade."""

    __slots__ = ("_is_wide", "_seconds", "_settings", "_sum", "_trades", "limit_since", "lower",
                 "reference", "upper")  # fmt: skip

    def __init__(self, settings: PriceBands, left: BandsInForce | None = None) -> None:
        self._settings = settings
        self._seconds: deque[tuple[datetime, int, int]] = deque()
        """Start of a second, the sum of its prices, and how many there were."""
        self._sum = self._trades = 0
        self._is_wide = False
        self.reference: PriceUnits | None = None
        self.lower = self.upper = PriceUnits(0)
        if left is not None:
            self.lower, self.upper = left.lower, left.upper
            # To the price step the middle is what they were worked out from.
            self.reference = PriceUnits((left.lower + left.upper) // 2)
        self.limit_since: datetime | None = None
        """Since when the instrument has been in a limit state."""

    @property
    def percent(self) -> int:
        """How far the bands are from the reference."""
        return self._settings.percent * (_WIDER if self._is_wide else 1)

    def allows(self, price: int) -> bool:
        """Tell whether a trade may happen at a price."""
        return self.reference is None or self.lower <= price <= self.upper

    def tell_trade(
        self, price: PriceUnits, at: datetime, listing: Listing, *, is_wide: bool = False
    ) -> bool:
        """Take a trade into the average; return whether the bands have moved."""
        self._add(price, at)
        average = PriceUnits(divide(self._sum, self._trades, Rounding.HALF_EVEN))
        reference = self.reference
        if reference is None or abs(average - reference) * _PERCENT >= reference * _MOVES_FROM:
            reference = average
        elif is_wide is self._is_wide:
            return False
        self.reference, self._is_wide = reference, is_wide
        self.lower, self.upper = (
            self._band(reference, listing, sign * self.percent) for sign in (-1, 1)
        )
        return True

    def tell_quote(self, bid: int | None, ask: int | None, at: datetime) -> bool:
        """Note whether this is a limit state; return whether it has lasted long enough to pause."""
        if self.reference is None or not (
            (bid is not None and bid >= self.upper) or (ask is not None and ask <= self.lower)
        ):
            self.limit_since = None
            return False
        if self.limit_since is None:
            self.limit_since = at
        return at - self.limit_since >= timedelta(seconds=self._settings.limit_state_s)

    def _add(self, price: PriceUnits, at: datetime) -> None:
        second = at.replace(microsecond=0)
        if self._seconds and self._seconds[-1][0] == second:
            _, total, trades = self._seconds.pop()
            self._seconds.append((second, total + price, trades + 1))
        else:
            self._seconds.append((second, price, 1))
        self._sum += price
        self._trades += 1
        oldest = second - timedelta(seconds=self._settings.reference_s)
        while self._seconds[0][0] <= oldest:
            _, total, trades = self._seconds.popleft()
            self._sum -= total
            self._trades -= trades

    def _band(self, reference: PriceUnits, listing: Listing, percent: int) -> PriceUnits:
        """Return a band, to the nearest price step."""
        raw = divide(reference * (_PERCENT + percent), _PERCENT, Rounding.HALF_EVEN)
        return PriceUnits(round_to(raw, listing.tick_at(PriceUnits(raw)), Rounding.HALF_EVEN))


class BandBoard:
    """The bands of all instruments of a venue."""

    __slots__ = ("_bands", "opened_at", "settings")

    def __init__(
        self, settings: PriceBands, in_force: Mapping[str, BandsInForce] = _NONE_IN_FORCE
    ) -> None:
        """``in_force`` has the bands that an earlier process left, by symbol."""
        self.settings = settings
        self.opened_at: datetime | None = None
        """When the session began, as far as this process has seen it."""
        self._bands = {
            symbol: Bands(settings, left) for symbol, left in in_force.items() if settings.percent
        }

    def are_wide(self, at: datetime, closes_at: datetime | None) -> bool:
        """Tell whether bands stand twice as far away, so near the open or the close."""
        after, before = (
            timedelta(seconds=seconds)
            for seconds in (self.settings.wide_opening_s, self.settings.wide_closing_s)
        )
        if self.opened_at is not None and at < self.opened_at + after:
            return True
        return closes_at is not None and at >= closes_at - before

    def allows(self, symbol: str, price: int) -> bool:
        """Tell whether a trade may happen at a price."""
        bands = self._bands.get(symbol)
        return bands is None or bands.allows(price)

    def find(self, symbol: str) -> Bands | None:
        """Return an instrument's bands to look at, ``None`` while it has none."""
        return self._bands.get(symbol)

    def learn(self, symbol: str) -> Bands:
        """Return an instrument's bands to change them."""
        bands = self._bands.get(symbol)
        if bands is None:
            bands = self._bands[symbol] = Bands(self.settings)
        return bands

    def forget(self, symbol: str) -> None:
        """Let the next trade give a new reference."""
        self._bands.pop(symbol, None)

    def forget_all(self) -> None:
        """Let the next session begin without bands."""
        self._bands.clear()
