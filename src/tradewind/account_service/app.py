"""Builds the account service."""

from asyncpg import InterfaceError, PostgresError

from tradewind.account_service.passwords import Passwords
from tradewind.account_service.repository import Repository
from tradewind.account_service.schema import SCHEMA as SCHEMA
from tradewind.account_service.service import AccountsOfUsers
from tradewind.account_service.session_repository import SessionRepository
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.settings import Settings


class AccountApp(AccountsOfUsers):
    """The account service as a part of the platform."""

    name = "account-service"

    def __init__(
        self, settings: Settings, database: Database, passwords: Passwords, clock: Clock
    ) -> None:
        super().__init__(
            settings, Repository(database), SessionRepository(database), passwords, clock
        )
        self._database = database

    async def start(self) -> None:
        """Do nothing: the database is open and there is nothing to run."""

    async def stop(self) -> None:
        """Let the threads that hash passwords go."""
        self._passwords.close()

    async def ready(self) -> bool:
        """Tell whether the database answers."""
        try:
            return bool(await self._database.fetchval("SELECT true"))
        except (OSError, TimeoutError, PostgresError, InterfaceError):
            return False


def build(settings: Settings, database: Database, clock: Clock) -> AccountApp:
    """Return the account service; the database must have been migrated to ``SCHEMA``."""
    return AccountApp(settings, database, Passwords(), clock)
