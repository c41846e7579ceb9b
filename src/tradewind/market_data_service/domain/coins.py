"""The crypto pairs of the simulated market: where they begin, and how they are quoted.

The prices are invented: no real past of them is shipped.
"""

from typing import NamedTuple

from tradewind.market_data_service.domain.simulation import InstrumentState, SimulatedInstrument
from tradewind.platform.money import PriceUnits, QuantityUnits, to_units

VOLATILITY = 0.6


class Coin(NamedTuple):
    """How a pair is simulated."""

    fair_price: PriceUnits
    quoting_step: PriceUnits
    """Makers quote in larger steps than the smallest that an order may have."""
    lot: QuantityUnits


COINS = {
    "BTC/USD": Coin(
        PriceUnits(to_units("60000")), PriceUnits(to_units("1")), QuantityUnits(to_units("0.1"))
    ),
    "ETH/USD": Coin(
        PriceUnits(to_units("3000")), PriceUnits(to_units("0.1")), QuantityUnits(to_units("1"))
    ),
}


def simulated(symbol: str, tick: PriceUnits, state: InstrumentState) -> SimulatedInstrument:
    """Return an instrument as the simulation takes it, a share or a pair."""
    fair_price, next_trade_id = state.fair_price, state.next_trade_id
    coin = COINS.get(symbol)
    if coin is None:
        return SimulatedInstrument(
            symbol=symbol, tick=tick, fair_price=fair_price, next_trade_id=next_trade_id
        )
    return SimulatedInstrument(
        symbol=symbol,
        tick=coin.quoting_step,
        fair_price=fair_price,
        next_trade_id=next_trade_id,
        lot=coin.lot,
        volatility=VOLATILITY,
    )
