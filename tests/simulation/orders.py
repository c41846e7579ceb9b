"""The orders that clients of a simulation send: every type and every class, shares and coins."""

from collections.abc import Callable
from random import Random
from typing import Any

from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.vocabulary import (
    AccountId,
    GroupRole,
    OrderClass,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
)
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

SHARES = ("AAPL", "IBM")
COIN = "BTC/USD"
SYMBOLS = (*SHARES, COIN)
_ORDERED = (*SHARES, *SHARES, COIN)
PRICES = range(9_985, 10_016)
"""In cents."""

_STANDING = (TimeInForce.DAY, TimeInForce.DAY, TimeInForce.GTC)
_ELSE = (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.OPG, TimeInForce.CLS)
_COIN_TIMES = (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC)
_PERCENT = SCALE

Make = Callable[[OrderId], SubmitOrder]
"""Makes the order under an id: each try to send it has one of its own."""


def draw_order(
    draw: Random, account_id: AccountId, name: str, new_order_id: Callable[[], OrderId]
) -> Make:
    """Draw an order; the same dice give the same one."""
    fields: dict[str, Any] = {
        "account_id": account_id,
        "client_order_id": name,
        "symbol": draw.choice(_ORDERED),
        "side": draw.choice((OrderSide.BUY, OrderSide.BUY, OrderSide.SELL)),
        "qty": QuantityUnits(draw.choice((SCALE, 5 * SCALE, 40 * SCALE, SCALE // 3))),
    }
    if fields["symbol"] == COIN:
        more = _coin(draw)
        return lambda order_id: SubmitOrder(order_id=order_id, **fields, **more)
    kind = draw.choices((_plain, _notional, _stop, _trailing, _group), (50, 5, 15, 10, 20))[0]
    more = kind(draw)
    if kind is not _group:
        return lambda order_id: SubmitOrder(order_id=order_id, **fields, **more)
    role = GroupRole.TAKE_PROFIT if more["order_class"] is OrderClass.OCO else GroupRole.ENTRY

    def make(order_id: OrderId) -> SubmitOrder:
        goal, stop = more["goal"], more["stop"]
        return SubmitOrder(
            order_id=order_id,
            **fields,
            order_type=more["order_type"],
            time_in_force=more["time_in_force"],
            limit_price=more["limit_price"],
            terms=Terms(order_class=more["order_class"], group_id=order_id, group_role=role),
            take_profit=goal and Leg(order_id=new_order_id(), limit_price=goal),
            stop_loss=stop and Leg(order_id=new_order_id(), stop_price=stop),
        )

    return make


def _price(draw: Random) -> PriceUnits:
    return PriceUnits(draw.choice(PRICES) * CENT)


def _plain(draw: Random) -> dict[str, Any]:
    limit_price = draw.choice((None, *[_price(draw)] * 31))
    time_in_force = draw.choice((*_STANDING, *_ELSE))
    standing = limit_price is not None and time_in_force in _STANDING
    return {
        "order_type": OrderType.MARKET if limit_price is None else OrderType.LIMIT,
        "time_in_force": time_in_force,
        "limit_price": limit_price,
        "extended_hours": standing and draw.random() < 0.3,
    }


def _coin(draw: Random) -> dict[str, Any]:
    limit_price, stop_price = draw.choice((None, _price(draw))), draw.choice((None, _price(draw)))
    order_type = OrderType.MARKET if limit_price is None else OrderType.LIMIT
    is_stop = limit_price is not None and stop_price is not None
    return {
        "order_type": OrderType.STOP_LIMIT if is_stop else order_type,
        "time_in_force": TimeInForce.GTC if is_stop else draw.choice(_COIN_TIMES),
        "limit_price": limit_price,
        "terms": Terms(stop_price=stop_price) if is_stop else None,
    }


def _notional(draw: Random) -> dict[str, Any]:
    return {
        "order_type": OrderType.MARKET,
        "time_in_force": TimeInForce.DAY,
        "terms": Terms(notional=MoneyUnits(draw.randrange(100, 90_000) * CENT)),
    }


def _stop(draw: Random) -> dict[str, Any]:
    limit_price = draw.choice((None, _price(draw)))
    return {
        "order_type": OrderType.STOP if limit_price is None else OrderType.STOP_LIMIT,
        "time_in_force": draw.choice(_STANDING),
        "limit_price": limit_price,
        "terms": Terms(stop_price=_price(draw)),
    }


def _trailing(draw: Random) -> dict[str, Any]:
    terms = draw.choice(
        (
            Terms(trail_price=PriceUnits(draw.randrange(1, 15) * CENT)),
            Terms(trail_percent=_PERCENT * draw.randrange(1, 12) // 100),
        )
    )
    return {
        "order_type": OrderType.TRAILING_STOP,
        "time_in_force": draw.choice(_STANDING),
        "terms": terms,
    }


def _group(draw: Random) -> dict[str, Any]:
    order_class = draw.choice((OrderClass.BRACKET, OrderClass.OCO, OrderClass.OTO))
    one_leg = draw.choice(("goal", "stop")) if order_class is OrderClass.OTO else None
    low, high = sorted((_price(draw), _price(draw)))
    limit_price = draw.choice((None, _price(draw)))
    is_oco = order_class is OrderClass.OCO
    # Of an oco the order itself takes the profit.
    return {
        "order_class": order_class,
        "order_type": OrderType.LIMIT if is_oco or limit_price else OrderType.MARKET,
        "time_in_force": draw.choice(_STANDING),
        "limit_price": high if is_oco else limit_price,
        "goal": None if is_oco or one_leg == "stop" else high,
        "stop": None if one_leg == "goal" else low,
    }
