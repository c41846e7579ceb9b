"""Short commands on the data of a platform, beside a running one or without one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.errors import NotFound
from tradewind.platform.local_database import existing_database
from tradewind.platform.migrations import migrate
from tradewind.platform.settings import Settings

if TYPE_CHECKING:
    from tradewind.contracts.accounts import NewApiKey
    from tradewind.contracts.orders import Verification
    from tradewind.market_data_service.price_files import ImportSummary


async def verify(settings: Settings) -> "list[Verification]":
    """Fold every journal again and compare it with the tables."""
    from tradewind.order_service import app

    async with _database(settings, app.SCHEMA) as database:
        # Never started: it takes no lease and disturbs no running core.
        orders = app.build(
            settings, database, InProcessBus(), WallClock(), on_failure=lambda _: None
        )
        return await orders.verify()


async def explain(settings: Settings, order_id: str) -> list[str]:
    """Return the life of an order, a line each."""
    from tradewind.contracts.vocabulary import OrderId
    from tradewind.order_service import app
    from tradewind.order_service.explain import explain_order
    from tradewind.order_service.journal_repository import JournalRepository
    from tradewind.order_service.repository import OrderRepository
    from tradewind.platform.ids import is_uuid

    if not is_uuid(order_id):
        raise NotFound(f"{order_id} is not an order id; it looks like a UUID")
    async with _database(settings, app.SCHEMA) as database:
        return await explain_order(
            OrderRepository(database), JournalRepository(database), OrderId(order_id)
        )


async def create_key(
    settings: Settings, username: str, account: str | None, name: str
) -> "NewApiKey":
    """Make an API key for one of a user's accounts, the oldest unless another is named."""
    from tradewind.account_service import app

    async with _database(settings, app.SCHEMA) as database:
        accounts = app.build(settings, database, WallClock())
        try:
            user = await accounts.get_user_by_name(username)
            for owned in await accounts.list_accounts(user.user_id):
                if account in (None, owned.account_id, owned.account_number):
                    return await accounts.create_key(owned.account_id, name)
            raise NotFound(f"The user {username} has no account {account or ''}".rstrip() + ".")
        finally:
            await accounts.stop()


async def reset_password(settings: Settings, username: str) -> str:
    """Give a user a new password and return it."""
    from tradewind.account_service import app

    async with _database(settings, app.SCHEMA) as database:
        accounts = app.build(settings, database, WallClock())
        try:
            return await accounts.reset_password(username)
        finally:
            await accounts.stop()


async def import_bars(settings: Settings, paths: Sequence[Path]) -> "list[ImportSummary]":
    """Bring the bars of CSV files into market data, each file whole or not at all."""
    from tradewind.market_data_service import app
    from tradewind.market_data_service.domain.market_time import date_of
    from tradewind.market_data_service.preparation import prepare
    from tradewind.market_data_service.price_files import import_price_file
    from tradewind.market_data_service.storage import Storage

    async with _database(settings, app.SCHEMA) as database:
        now = WallClock().now()
        storage = Storage.over(database)
        calendar = await prepare(storage, date_of(now))
        return [await import_price_file(storage, calendar, path, now) for path in paths]


@asynccontextmanager
async def _database(settings: Settings, schema: ServiceSchema) -> AsyncIterator[Database]:
    async with existing_database(settings) as dsn:
        await migrate(dsn, [schema])
        database = await Database.open(dsn, schema, max_size=2)
        try:
            yield database
        finally:
            await database.close()
