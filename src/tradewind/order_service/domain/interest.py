"""Interest on cash and on margin debt, and the fee on borrowed shares, posted at each close.

Actual/360: what stood at one close bears interest for every calendar day until the next, so that
Friday's cash earns three days. Cash that came from short sales is security for the shares and bears
none: the principal is cash less what the shorts are worth. Below zero it is margin debt. Borrowed
shares cost a rate of what they were worth, in the same way.
"""

from datetime import date
from decimal import Decimal

from tradewind.contracts.journal import BorrowFeePosted, InterestPosted
from tradewind.contracts.venues import VenueSpec
from tradewind.order_service.domain.core import Core
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import (
    CENT,
    SCALE,
    InexactAmount,
    MoneyUnits,
    Rounding,
    divide,
    to_units,
)

_BPS = 10_000
_DAYS_OF_YEAR = 360
_STEP = CENT // 100
"""Interest is brought to a hundredth of a cent, half-even: daily cents would lose too much."""
INTEREST_BPS_MAX = Decimal(10_000)


def check_interest(spec: VenueSpec) -> None:
    """Raise ``MalformedRequest`` for rates below zero, above all of it, or too fine to count."""
    for name in ("interest_bps", "debit_interest_bps", "borrow_bps"):
        bps: Decimal = getattr(spec, name)
        try:
            to_units(bps)
        except InexactAmount as error:
            raise MalformedRequest(f"{name}: {error}") from None
        if not 0 <= bps <= INTEREST_BPS_MAX:
            raise MalformedRequest(f"{name} {bps} must be between 0 and {INTEREST_BPS_MAX}")


def post(core: Core, trading_date: date) -> None:
    """Post what cash, debt and borrowed shares bore since the close before ``trading_date``'s."""
    spec, since = core.spec, core.state.closed_date
    if since is None or not (spec.interest_bps or spec.debit_interest_bps or spec.borrow_bps):
        return
    days = (trading_date - since).days
    if days <= 0:
        return
    for account in core.state.accounts.values():
        principal = account.closing_principal
        bps = spec.interest_bps if principal > 0 else spec.debit_interest_bps
        amount = interest(principal, bps, days)
        if amount:
            core.emit(InterestPosted(account.account_id, principal, bps, days, amount))
        borrowed = account.closing_borrowed
        fee = interest(borrowed, spec.borrow_bps, days)
        if fee:
            core.emit(BorrowFeePosted(account.account_id, borrowed, spec.borrow_bps, days, fee))


def interest(principal: MoneyUnits, bps: Decimal, days: int) -> MoneyUnits:
    """Return what a principal bears in some days, with its sign, to a hundredth of a cent."""
    whole = _BPS * _DAYS_OF_YEAR * SCALE
    steps = divide(principal * to_units(bps) * days, whole * _STEP, Rounding.HALF_EVEN)
    return MoneyUnits(steps * _STEP)
