"""The connections that commits go over: few, used again, and never after an error."""

import asyncio

import asyncpg
import pytest
from tests.conftest import MakeDatabase

from tradewind.order_service.app import SCHEMA
from tradewind.order_service.writer_connections import WriterConnections
from tradewind.platform.database import Connection, Database


async def _process(connections: WriterConnections) -> int:
    async with connections.lend() as connection:
        process: int = await connection.fetchval("SELECT pg_backend_pid()")
        return process


async def test_connection_is_used_again(make_database: MakeDatabase) -> None:
    connections = WriterConnections(await make_database(SCHEMA), limit=1)
    assert await _process(connections) == await _process(connections)
    await connections.close()


async def test_connection_is_not_used_again_after_an_error(make_database: MakeDatabase) -> None:
    connections = WriterConnections(await make_database(SCHEMA), limit=1)
    before = await _process(connections)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with connections.lend() as connection:
            await connection.execute("SELECT 1 / 0")
    assert await _process(connections) != before
    await connections.close()


async def test_caller_that_is_canceled_leaves_its_connection_to_nobody(
    make_database: MakeDatabase,
) -> None:
    connections = WriterConnections(await make_database(SCHEMA), limit=1)
    before = await _process(connections)
    asleep = asyncio.Event()

    async def sleep() -> None:
        async with connections.lend() as connection:
            asleep.set()
            await connection.execute("SELECT pg_sleep(60)")

    sleeper = asyncio.create_task(sleep())
    await asleep.wait()
    waiting = asyncio.create_task(_process(connections))
    sleeper.cancel()
    await asyncio.gather(sleeper, return_exceptions=True)
    assert await waiting != before
    await connections.close()


async def test_no_more_are_lent_than_the_limit(make_database: MakeDatabase) -> None:
    connections = WriterConnections(await make_database(SCHEMA), limit=2)
    processes = await asyncio.gather(*(_process(connections) for _ in range(20)))
    assert len(set(processes)) <= 2
    await connections.close()


class Unreachable:
    """A database that refuses the first connections."""

    def __init__(self, database: Database, refusals: int) -> None:
        self._database = database
        self._refusals = refusals

    async def connect(self) -> Connection:
        if self._refusals:
            self._refusals -= 1
            raise ConnectionRefusedError("nobody listens")
        return await self._database.connect()


async def test_place_is_free_again_when_no_connection_can_be_made(
    make_database: MakeDatabase,
) -> None:
    database = Unreachable(await make_database(SCHEMA), refusals=2)
    connections = WriterConnections(database, limit=1)  # type: ignore[arg-type]  # it only connects
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            await _process(connections)
    assert await _process(connections)
    await connections.close()
