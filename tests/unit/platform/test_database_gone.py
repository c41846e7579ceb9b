"""A database that has gone is told from a statement that is wrong."""

import asyncpg
import pytest

from tradewind.platform.database_errors import is_gone


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 15"),
        asyncpg.CannotConnectNowError("the database system is in recovery mode"),
        asyncpg.CrashShutdownError("terminating connection because of crash"),
        ConnectionRefusedError("nobody listens"),
    ],
)
def test_lost_way_to_the_database_is_gone(error: Exception) -> None:
    assert is_gone(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DataError("invalid input for query argument $1"),
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedColumnError("column does not exist"),
        TimeoutError(),
        ValueError(),
    ],
)
def test_wrong_statement_is_not(error: Exception) -> None:
    assert not is_gone(error)
