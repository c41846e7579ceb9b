"""A broker's numbers: decimal text in and out, never floating point on the way."""

from decimal import Decimal, InvalidOperation

from tradewind.order_service.brokers.broker import BrokerUnreachable
from tradewind.platform.money import SCALE


def read_units(name: str, value: object) -> int:
    """Return billionths from a broker's number, finer digits half-even.

    Raises ``BrokerUnreachable`` for what is no number: an answer that cannot be read is none.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise BrokerUnreachable(f"the broker's {name} is not a number: {value!r}") from None
    if not amount.is_finite():
        raise BrokerUnreachable(f"the broker's {name} is not a number: {value!r}")
    return int((amount * SCALE).to_integral_value())
