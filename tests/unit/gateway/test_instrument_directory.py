"""The gateway's memory of instruments, for every order that is sent or shown."""

import asyncio

import pytest

from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.contracts.market_data import Instrument
from tradewind.platform.errors import Unavailable
from tradewind.testing.prices import MarketDataInMemory


class MarketDataThatMayBeAway(MarketDataInMemory):
    """Answers, refuses or hangs as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.hangs = False

    async def find_instrument(self, symbol_or_id: str) -> Instrument | None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return await super().find_instrument(symbol_or_id)


@pytest.mark.parametrize("error", [Unavailable("away"), ConnectionError("away")])
async def test_known_instrument_stays_known_while_market_data_is_away(error: Exception) -> None:
    market_data = MarketDataThatMayBeAway()
    directory = InstrumentDirectory(market_data, fresh_s=0)
    known = await directory.find("AAPL")
    assert known is not None
    market_data.error = error
    assert await directory.find("AAPL") == known
    with pytest.raises(type(error)):
        await directory.find("MSFT")


async def test_known_instrument_does_not_wait_for_market_data_that_hangs() -> None:
    market_data = MarketDataThatMayBeAway()
    directory = InstrumentDirectory(market_data, fresh_s=0)
    known = await directory.find("AAPL")
    market_data.hangs = True
    async with asyncio.timeout(5):
        assert await directory.find("AAPL") == known
