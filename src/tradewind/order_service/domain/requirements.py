"""What a position requires of the equity of a margin account.

*Maintenance*: of a long position the listing's percentage, all of it where the instrument is not
marginable or costs less than 2.50; of a short one the same percentage but at least 30 and at least
5 a share, below 5 a share its whole value but at least 2.50 a share (FINRA Rule 4210(c)).
*Initial*: one part of the value in ``multiplier`` (Federal Reserve Regulation T: one in two), never
less than maintenance. All amounts are rounded up to a billionth.
"""

from tradewind.contracts.market_data import Listing
from tradewind.platform.money import SCALE, Rounding, divide

_CHEAP_LONG = 5 * SCALE // 2
_CHEAP_SHORT = 5 * SCALE
_SHORT_FLOOR = 5 * SCALE // 2
_SHORT_PERCENT = 30
_PERCENT = 100


def maintenance(listing: Listing, qty: int, value: int) -> int:
    """Return what a position of ``qty``, worth ``value`` above zero, requires of the equity.

    ``qty`` is below zero for a short position.
    """
    if qty >= 0:
        if not listing.marginable or value * SCALE < _CHEAP_LONG * qty:
            return value
        return divide(value * listing.maintenance_percent, _PERCENT, Rounding.UP)
    shares = -qty
    if not listing.marginable:
        share, least = _PERCENT, _CHEAP_SHORT
    elif value * SCALE < _CHEAP_SHORT * shares:
        share, least = _PERCENT, _SHORT_FLOOR
    else:
        share, least = max(listing.maintenance_percent, _SHORT_PERCENT), _CHEAP_SHORT
    return max(
        divide(value * share, _PERCENT, Rounding.UP), divide(least * shares, SCALE, Rounding.UP)
    )


def initial(listing: Listing, qty: int, value: int, multiplier: int) -> int:
    """Return what opening such a position requires."""
    if not listing.marginable:
        return max(value, maintenance(listing, qty, value))
    return max(divide(value, multiplier, Rounding.UP), maintenance(listing, qty, value))
