"""What an instrument allows: whether it trades at all, and the steps of prices and quantities."""

from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import AssetClass, OrderSide, OrderType, TimeInForce
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import (
    InstrumentDelisted,
    InstrumentNotTradable,
    NotForCrypto,
    PriceNotOnTick,
    QuantityNotInLots,
    QuantityTooSmall,
)
from tradewind.order_service.domain.state import AccountState
from tradewind.platform.money import PriceUnits, format_units

_COIN_TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_LIMIT})
_COIN_TIMES = frozenset({TimeInForce.GTC, TimeInForce.IOC})


def check(core: Core, account: AccountState, order: SubmitOrder) -> None:
    """Refuse an order that its instrument does not allow.

    What is left of a position may always be sold whole, whatever the lots are by now. At a live
    venue the broker judges what nobody has listed here.
    """
    since = core.state.delisted.get(order.symbol)
    if since is not None:
        raise InstrumentDelisted(
            f"{order.symbol} has not been traded since {since}, when a corporate action ended it; "
            "the account's activities say what took its place"
        )
    if core.spec.broker is not None and order.symbol not in core.state.instruments:
        return
    listing = core.listing(order.symbol)
    if not listing.tradable:
        raise InstrumentNotTradable(f"{order.symbol} is not tradable; open orders may be canceled")
    if listing.asset_class is AssetClass.CRYPTO:
        _check_coin(order)
    if order.limit_price is not None:
        _check_tick(listing, "limit_price", order.limit_price)
    if order.terms is not None:
        for name, price in _more_prices(order, order.terms):
            _check_tick(listing, name, price)
    sells_all = order.side is OrderSide.SELL and order.qty == core.state.qty(account, order.symbol)
    if not sells_all:
        _check_lots(listing, order)


def _check_coin(order: SubmitOrder) -> None:
    """Refuse what is not offered where there is no session that opens or closes."""
    if order.order_type not in _COIN_TYPES:
        raise NotForCrypto(
            f"crypto orders must be market, limit or stop_limit, not {order.order_type}"
        )
    if order.time_in_force not in _COIN_TIMES:
        raise NotForCrypto(f"crypto orders must be GTC or IOC orders, not {order.time_in_force}")
    if order.terms is not None and order.terms.group_id is not None:
        raise NotForCrypto(f"crypto orders must be simple, not {order.terms.order_class}")
    if order.extended_hours:
        raise NotForCrypto("crypto trades around the clock; leave extended_hours out")


def _more_prices(order: SubmitOrder, terms: Terms) -> list[tuple[str, PriceUnits]]:
    """Return every price that an order names besides its limit, and what it is called."""
    named = [("stop_price", terms.stop_price), ("trail_price", terms.trail_price)]
    if (profit := order.take_profit) is not None:
        named.append(("take_profit.limit_price", profit.limit_price))
    if (loss := order.stop_loss) is not None:
        named.append(("stop_loss.stop_price", loss.stop_price))
        named.append(("stop_loss.limit_price", loss.limit_price))
    return [(name, price) for name, price in named if price is not None]


def _check_tick(listing: Listing, name: str, price: PriceUnits) -> None:
    tick = listing.tick_at(price)
    if price % tick:
        raise PriceNotOnTick(
            f"invalid {name} {format_units(price)}. sub-penny increment does not fulfill minimum "
            f"pricing criteria: {listing.symbol} is quoted in steps of {format_units(tick)} there"
        )


def _check_lots(listing: Listing, order: SubmitOrder) -> None:
    lot = listing.quantity_increment
    if order.qty % lot:
        raise QuantityNotInLots(
            f"invalid qty {format_units(order.qty)}: {listing.symbol} trades in steps of "
            f"{format_units(lot)}"
        )
    if order.qty < listing.quantity_min:
        raise QuantityTooSmall(
            f"qty {format_units(order.qty)} is below the smallest order of {listing.symbol}, "
            f"{format_units(listing.quantity_min)}"
        )
