"""Prices, triggers and legs of an order request, as the core takes them."""

from decimal import Decimal

from tradewind.api_gateway.trading.order_bodies import NewOrderBody
from tradewind.api_gateway.trading.order_combinations import Words
from tradewind.api_gateway.trading.order_rules import read_percent, read_price
from tradewind.contracts.market_data import Instrument, Listing
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.vocabulary import GroupRole, OrderClass, OrderId, PositionIntent
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits, PriceUnits

_NOTHING = Terms()
_UNSAID = (None,) * 5


class PriceReader:
    """Reads prices in the steps of one instrument."""

    def __init__(self, instrument: Instrument | None) -> None:
        # An order may outlive the entry of its instrument: it keeps the steps of a share then.
        self._rules = Listing(symbol="it") if instrument is None else instrument

    def read(self, name: str, value: Decimal | None) -> PriceUnits | None:
        """Return a price in billionths, ``None`` where there is none."""
        return None if value is None else read_price(name, value, self._rules)


def read_terms(
    sent: NewOrderBody,
    words: Words,
    prices: PriceReader,
    order_id: OrderId,
    notional: MoneyUnits | None,
) -> Terms | None:
    """Return what the order says beyond side, quantity and limit, ``None`` when it is nothing."""
    percent = sent.trail_percent
    is_group = words.order_class is not OrderClass.SIMPLE
    said = (sent.stop_price, sent.trail_price, percent, sent.position_intent, notional)
    if said == _UNSAID and not is_group and not sent.do_not_reduce:
        return None
    role = GroupRole.TAKE_PROFIT if words.order_class is OrderClass.OCO else GroupRole.ENTRY
    terms = Terms(
        stop_price=prices.read("stop_price", sent.stop_price),
        trail_price=prices.read("trail_price", sent.trail_price),
        trail_percent=None if percent is None else read_percent("trail_percent", percent),
        order_class=words.order_class,
        group_id=order_id if is_group else None,
        group_role=role if is_group else None,
        notional=notional,
        intent=None if sent.position_intent is None else PositionIntent(sent.position_intent),
        do_not_reduce=bool(sent.do_not_reduce),
    )
    return None if terms == _NOTHING else terms


def read_legs(sent: NewOrderBody, prices: PriceReader) -> tuple[Leg | None, Leg | None]:
    """Return the take-profit and the stop-loss of an order."""
    take_profit = stop_loss = None
    if sent.take_profit is not None:
        take_profit = Leg(
            order_id=OrderId(new_id()),
            limit_price=prices.read("take_profit.limit_price", sent.take_profit.limit_price),
        )
    if sent.stop_loss is not None:
        stop_loss = Leg(
            order_id=OrderId(new_id()),
            limit_price=prices.read("stop_loss.limit_price", sent.stop_loss.limit_price),
            stop_price=prices.read("stop_loss.stop_price", sent.stop_loss.stop_price),
        )
    return take_profit, stop_loss
