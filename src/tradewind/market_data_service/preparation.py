"""What a first start fills the tables with: the calendar and the sample."""

import asyncio
from datetime import date, timedelta

from tradewind.market_data_service import sample
from tradewind.market_data_service.bar_repository import SAMPLE_SOURCE
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.exchange_calendar import generate_trading_days
from tradewind.market_data_service.instruments import CRYPTO_INSTRUMENTS, SAMPLE_INSTRUMENTS
from tradewind.market_data_service.storage import Storage

_CALENDAR_LEFT_MIN = timedelta(days=365)
"""A calendar that ends sooner is made anew."""


async def prepare(storage: Storage, today: date) -> Calendar:
    """Load the sample and make the calendar where they are missing; return the calendar."""
    calendar, _, _ = await asyncio.gather(
        _load_calendar(storage, today),
        _load_sample(storage),
        storage.reference.add_instruments(CRYPTO_INSTRUMENTS),
    )
    return calendar


async def _load_sample(storage: Storage) -> None:
    if await storage.bars.has_source(SAMPLE_SOURCE):
        return
    prices = await asyncio.to_thread(sample.read_prices)
    await storage.reference.load_sample(prices, SAMPLE_INSTRUMENTS, sample.read_actions())


async def _load_calendar(storage: Storage, today: date) -> Calendar:
    days = await storage.reference.list_trading_days()
    if not days or days[-1].trading_date < today + _CALENDAR_LEFT_MIN:
        days = await generate_trading_days(today)
        await storage.reference.save_trading_days(days)
    return Calendar(days)
