"""How margin accounts stand at the newest prices: their equity, and what of it is free."""

from msgspec import Struct

from tradewind.contracts.margin import MarginFigures
from tradewind.contracts.market_data import Listing
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.requirements import initial, maintenance
from tradewind.order_service.domain.state import AccountState
from tradewind.order_service.domain.valuation import current_price
from tradewind.platform.money import (
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    multiply_units,
)

EQUITY_MIN = 2_000 * SCALE
"""Below it an account has no margin: FINRA Rule 4210(b)(4)."""
OVERNIGHT_MULTIPLIER = 2
INTRADAY_MULTIPLIER = 4


class Holding(Struct, frozen=True, gc=False):
    """A position with its value, above zero, and what it requires to be kept."""

    symbol: str
    qty: QuantityUnits
    value: int
    maintenance: int


class Standing(Struct, frozen=True):
    """How a margin account stands at the newest prices."""

    equity: MoneyUnits
    held: MoneyUnits
    """What open orders reserve of the equity."""
    multiplier: int
    holdings: list[Holding]
    maintenance: MoneyUnits


def multiplier_of(core: Core, account: AccountState, equity: int) -> int:
    """Return how many times its equity an account may hold now."""
    if equity < EQUITY_MIN:
        return 1
    most = multiplier_max(account)
    return most if core.is_open else min(most, OVERNIGHT_MULTIPLIER)


def multiplier_max(account: AccountState) -> int:
    """Return the lower of what the administrator and the owner set."""
    return min(account.margin.multiplier_max, int(account.configuration.max_margin_multiplier))


def standing(core: Core, account: AccountState) -> Standing:
    """Value a margin account at the newest prices; positions without one count at cost."""
    state = core.state
    held = state.cash_held(account)
    equity = state.cash_available(account) + held
    holdings = []
    required = 0
    for symbol, position in account.positions.items():
        qty, price = state.qty(account, symbol), current_price(core, symbol)
        worth = position.cost_basis if price is None else multiply_units(price, qty)
        equity += worth
        value = abs(worth)
        kept = maintenance(state.listing(symbol), qty, value)
        required += kept
        holdings.append(Holding(symbol, qty, value, kept))
    return Standing(
        equity=MoneyUnits(equity),
        held=held,
        multiplier=multiplier_of(core, account, equity),
        holdings=holdings,
        maintenance=MoneyUnits(required),
    )


def initial_of(core: Core, holdings: list[Holding], multiplier: int) -> MoneyUnits:
    """Return what positions require at a multiplier."""
    listing = core.state.listing
    return MoneyUnits(sum(initial(listing(h.symbol), h.qty, h.value, multiplier) for h in holdings))


def free(core: Core, now: Standing) -> MoneyUnits:
    """Return what new orders may reserve; below zero when positions require more than there is."""
    return MoneyUnits(now.equity - initial_of(core, now.holdings, now.multiplier) - now.held)


def requirement(core: Core, account: AccountState, symbol: str, qty: int, value: int) -> int:
    """Return what opening a position requires of this account now."""
    multiplier = standing(core, account).multiplier
    return initial(core.state.listing(symbol), qty, value, multiplier)


def per_share(listing: Listing, price: PriceUnits, multiplier: int, *, short: bool) -> PriceUnits:
    """Return what one share at a price requires to be opened."""
    return PriceUnits(initial(listing, -SCALE if short else SCALE, price, multiplier))


def spendable(core: Core, account: AccountState) -> MoneyUnits:
    """Return what new orders may reserve: available cash, of a margin account free equity."""
    if account.is_margin:
        return max(MoneyUnits(0), free(core, standing(core, account)))
    return core.state.cash_available(account)


def withdrawable(core: Core, account: AccountState) -> MoneyUnits:
    """Return the cash that may leave: never what is borrowed or needed as margin."""
    available = core.state.cash_available(account)
    return min(available, free(core, standing(core, account))) if account.is_margin else available


def shorting_enabled(account: AccountState) -> bool:
    """Tell whether the account may sell what it has not got."""
    allowed = not account.configuration.no_shorting
    return account.is_margin and allowed and multiplier_max(account) >= OVERNIGHT_MULTIPLIER


def figures(core: Core, account: AccountState) -> MarginFigures:
    """Return how a margin account stands, as other services see it."""
    now = standing(core, account)
    overnight = min(now.multiplier, OVERNIGHT_MULTIPLIER)
    regt = initial_of(core, now.holdings, overnight) + now.held
    spare = free(core, now)
    buying_power = max(0, spare) * now.multiplier
    return MarginFigures(
        multiplier=now.multiplier,
        buying_power=MoneyUnits(buying_power),
        regt_buying_power=MoneyUnits(max(0, now.equity - regt) * overnight),
        daytrading_buying_power=MoneyUnits(
            buying_power if now.multiplier == INTRADAY_MULTIPLIER else 0
        ),
        cash_buying_power=MoneyUnits(max(0, min(core.state.cash_available(account), spare))),
        initial_margin=MoneyUnits(regt),
        maintenance_margin=now.maintenance,
        last_maintenance_margin=account.last_maintenance,
        withdrawable=max(MoneyUnits(0), withdrawable(core, account)),
        shorting_enabled=shorting_enabled(account),
        day_trade_count=sum(account.day_trades),
        settings=account.margin,
        call=account.margin_call,
    )
