"""Short commands on the data of a platform, beside a running one or without one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.errors import NotFound, StartupRefused
from tradewind.platform.local_database import existing_database
from tradewind.platform.migrations import check_migrated, migrate
from tradewind.platform.settings import Settings

if TYPE_CHECKING:
    from tradewind.contracts.accounts import Bootstrap, NewApiKey
    from tradewind.contracts.brokers import Reconciliation
    from tradewind.contracts.orders import Verification
    from tradewind.market_data_service.price_files import ImportSummary
    from tradewind.order_service.archiving import ArchiveSummary
    from tradewind.platform.database_users import Outcome

FIRST_START_PATIENCE_S = 60.0
"""How long a first start waits for the order service, which may be starting too."""


async def verify(settings: Settings) -> "list[Verification]":
    """Fold every journal again and compare it with the tables."""
    from tradewind.order_service import app

    async with _database(settings, app.SCHEMA) as database:
        # Never started: it takes no lease and disturbs no running core.
        orders = app.build(
            settings, database, InProcessBus(), WallClock(), on_failure=lambda _: None
        )
        return await orders.verify()


async def reconciliations(settings: Settings) -> "list[Reconciliation]":
    """Return the newest comparison of each live venue with its broker."""
    from tradewind.order_service import app
    from tradewind.order_service.brokers.reconciliation_repository import ReconciliationRepository

    async with _database(settings, app.SCHEMA) as database:
        newest = await ReconciliationRepository(database).newest()
        return [newest[venue_id] for venue_id in sorted(newest)]


async def explain(settings: Settings, order_id: str) -> list[str]:
    """Return the life of an order, a line each."""
    from tradewind.contracts.vocabulary import OrderId
    from tradewind.order_service import app
    from tradewind.order_service.explain import explain_order
    from tradewind.order_service.journal_archive import ArchiveFolder
    from tradewind.order_service.journal_repository import JournalRepository
    from tradewind.order_service.repository import OrderRepository
    from tradewind.platform.ids import is_uuid

    if not is_uuid(order_id):
        raise NotFound(f"{order_id} is not an order id; it looks like a UUID")
    async with _database(settings, app.SCHEMA) as database:
        archive = settings.journal_archive_dir
        journal = JournalRepository(database, ArchiveFolder(archive) if archive else None)
        return await explain_order(OrderRepository(database), journal, OrderId(order_id))


class Archived(NamedTuple):
    """What was done to one venue's journal."""

    summary: "ArchiveSummary"
    dropped: int
    """Rows that went."""
    followed: int
    """The record up to which every consumer has followed; later ones stay."""


async def archive_journal(
    settings: Settings, before: datetime, folder: Path, *, drop: bool
) -> list[Archived]:
    """Write old records of every venue into files, and let their rows go if asked for.

    Rows go only up to where the portfolio and the notifications have followed the journal.
    """
    from tradewind.notification_service import app as notification_app
    from tradewind.notification_service.repository import Repository as Notifications
    from tradewind.order_service import app
    from tradewind.portfolio_service import app as portfolio_app
    from tradewind.portfolio_service.repository import Repository as Portfolio

    async with (
        _database(settings, app.SCHEMA) as database,
        _database(settings, portfolio_app.SCHEMA) as portfolio_database,
        _database(settings, notification_app.SCHEMA) as notification_database,
    ):
        portfolio, notifications = (
            Portfolio(portfolio_database),
            Notifications(notification_database),
        )
        archiving = app.build_archiving(database, folder, WallClock())
        done = []
        for venue_id in await app.list_venues(database):
            summary = await archiving.archive(venue_id, before)
            followed = await portfolio.last_number(venue_id)
            notified = await notifications.last_number(venue_id)
            followed = followed if notified is None else min(followed, notified)
            dropped = await archiving.drop(venue_id, followed) if drop else 0
            done.append(Archived(summary, dropped, followed))
        return done


async def restore_journal(settings: Settings, folder: Path) -> dict[str, int]:
    """Bring archived records back into every journal; return how many were missing, by venue."""
    from tradewind.order_service import app

    async with _database(settings, app.SCHEMA) as database:
        archiving = app.build_archiving(database, folder, WallClock())
        return {
            venue_id: await archiving.restore(venue_id)
            for venue_id in await app.list_venues(database)
        }


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


async def migrate_database(settings: Settings) -> list[tuple[str, str | None, str]]:
    """Bring the schemas of every service up to date; return each with its revisions then and now.

    Raises ``StartupRefused`` when no database of one's own is named: the embedded one is migrated
    by the platform that starts it.
    """
    from tradewind.all_in_one import schemas
    from tradewind.serving.requirements import migration_problems

    if wrong := migration_problems(settings):
        raise StartupRefused(" ".join(wrong))
    assert settings.database_url is not None
    return await migrate(settings.database_url, schemas())


async def ensure_database_users(
    settings: Settings, *, set_passwords: bool
) -> "list[tuple[str, Outcome]]":
    """Make a login user for each service, or bring its rights up to date; return what was done.

    Raises ``StartupRefused`` when no database of one's own is named, or it is not migrated.
    """
    from tradewind.all_in_one import schemas
    from tradewind.platform.database_users import ensure_users
    from tradewind.serving.requirements import migration_problems

    if wrong := migration_problems(settings):
        raise StartupRefused(" ".join(wrong))
    assert settings.database_url is not None
    passwords = {
        schema.user: getattr(
            settings, f"database_password_{schema.user.removeprefix('tradewind_')}"
        )
        or ""
        for schema in schemas()
    }
    return await ensure_users(
        settings.database_url, schemas(), passwords, set_passwords=set_passwords
    )


async def make_first_start(settings: Settings) -> "Bootstrap | None":
    """Make the first user, account and key of a distributed platform, unless there is a user.

    The order service has to run; the account service need not. The database has to be migrated: it
    takes no more rights there than those of the account service's own user.
    """
    from tradewind.account_service import app
    from tradewind.contracts.remote import remote_orders
    from tradewind.first_start import first_start
    from tradewind.platform.rpc.client import RpcConnection
    from tradewind.platform.rpc.identity import Identities
    from tradewind.serving.names import ServiceName
    from tradewind.serving.requirements import problems

    # It stands in the place of the account service, and calls the order service.
    if wrong := problems(settings, [ServiceName.ACCOUNT, ServiceName.PORTFOLIO]):
        raise StartupRefused(" ".join(wrong))
    clock = WallClock()
    identities = Identities(settings.identity_key, clock)
    async with (
        _database(settings, app.SCHEMA, make_ready=check_migrated) as database,
        RpcConnection(
            settings.orders_url,
            caller="first-start",
            service=ServiceName.ORDER,
            identities=identities,
            patience_s=FIRST_START_PATIENCE_S,
        ) as connection,
    ):
        accounts = app.build(settings, database, clock)
        try:
            return await first_start(settings, accounts, remote_orders(connection))
        finally:
            await accounts.stop()


async def _migrate(dsn: str, schema: ServiceSchema) -> None:
    await migrate(dsn, [schema])


@asynccontextmanager
async def _database(
    settings: Settings,
    schema: ServiceSchema,
    make_ready: Callable[[str, ServiceSchema], Awaitable[None]] = _migrate,
) -> AsyncIterator[Database]:
    async with existing_database(settings) as dsn:
        await make_ready(dsn, schema)
        database = await Database.open(dsn, schema, max_size=2)
        try:
            yield database
        finally:
            await database.close()
