"""Old records leave the journal for files and come back, and nothing can tell the difference."""

import asyncio
import gzip
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import MakeDatabase
from tests.integration.orders.stage import AT, Stage, price, shares

from tradewind.contracts.activities import ActivityQuery
from tradewind.contracts.auctions import AuctionQuery
from tradewind.contracts.market_data import AuctionPrint
from tradewind.contracts.orders import OrderQuery
from tradewind.contracts.vocabulary import AuctionKind
from tradewind.order_service.app import SCHEMA
from tradewind.order_service.archiving import Archiving
from tradewind.order_service.explain import explain_order
from tradewind.order_service.invariants.verification import verify_venue
from tradewind.order_service.journal_archive import (
    ArchiveDamaged,
    ArchiveFolder,
    JournalArchived,
)
from tradewind.order_service.journal_archive_repository import JournalArchiveRepository
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.repository import OrderRepository
from tradewind.platform.clock import WallClock

FILE_RECORDS = 7
ALL = 10**9


class Past:
    """A venue with a past, stopped, and what moves that past out and in."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = ArchiveFolder(folder)
        self.journal = JournalRepository(stage.database)
        self.rows = JournalArchiveRepository(stage.database)
        self.archiving = Archiving(self.rows, self.folder, WallClock(), FILE_RECORDS)
        self.venue_id = stage.venue_id

    async def archive(self) -> int:
        """Archive everything that there is and return the newest record in it."""
        later: datetime = WallClock().now() + timedelta(days=1)
        return (await self.archiving.archive(self.venue_id, later)).last

    async def count(self) -> int:
        count: int = await self.stage.database.fetchval(
            "SELECT count(*) FROM journal WHERE venue_id = $1", self.venue_id
        )
        return count

    async def differences(self, archive: ArchiveFolder | None) -> list[str]:
        (spec,) = [
            each
            for each in await OrderRepository(self.stage.database).list_venues()
            if each.venue_id == self.venue_id
        ]
        return (await verify_venue(self.stage.database, spec, None, archive)).differences


@asynccontextmanager
async def past(make_database: MakeDatabase, folder: Path) -> AsyncIterator[Past]:
    stage = Stage(await make_database(SCHEMA))
    app = await stage.open()
    await stage.feed(AuctionPrint("AAPL", AT, AuctionKind.CLOSING, price(100), shares(80)))
    for number in range(5):
        await app.submit_order(stage.order(qty=2))
        resting = await app.submit_order(stage.order(limit_price=price(20 + number)))
        await app.cancel_order(stage.account_id, resting.order_id)
    await app.submit_order(stage.order(limit_price=price(51), time_in_force="gtc"))
    await app.stop()
    yield Past(stage, folder)


async def test_archived_rows_leave_and_everything_is_as_before(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        before = await old.journal.read_journal(old.venue_id, 0, ALL)
        count = await old.count()
        assert await old.archive() == len(before) == count
        assert await old.archiving.drop(old.venue_id, ALL) > 10
        assert await old.count() < count - 10

        whole = JournalRepository(old.stage.database, old.folder)
        after = []
        while page := await whole.read_journal(old.venue_id, len(after), 3):
            after += page
        assert after == before
        from_zero = Recovered.nothing(old.venue_id)
        await from_zero.catch_up(whole)
        assert from_zero.state == (await recover(old.journal, old.venue_id)).state
        assert await old.differences(old.folder) == []

        app = await old.stage.start()
        account = old.stage.account_id
        orders = await app.list_orders(account, OrderQuery(status="all"))
        assert len(orders) == 11
        activities = await app.list_activities(account, ActivityQuery())
        assert len(activities) == 6, "five fills and a deposit are still told"
        auctions = AuctionQuery(symbols=("AAPL",), start=AT, end=WallClock().now())
        (day,) = (await app.list_auctions(old.venue_id, auctions)).days
        assert [each.price for each in day.auctions] == [price(100)]
        await app.submit_order(old.stage.order(qty=1, limit_price=price(30)))
        await app.stop()
        assert await old.differences(old.folder) == []


async def test_archived_records_are_explained_with_the_archive_and_refused_without(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        (canceled, *_) = [
            record.event.order_id
            for record in await old.journal.read_journal(old.venue_id, 0, ALL)
            if type(record.event).__struct_config__.tag == "order_canceled"
        ]
        orders = OrderRepository(old.stage.database)
        told = await explain_order(orders, old.journal, canceled)
        await old.archive()
        await old.archiving.drop(old.venue_id, ALL)
        whole = JournalRepository(old.stage.database, old.folder)
        assert await explain_order(orders, whole, canceled) == told
        elsewhere = JournalRepository(old.stage.database, ArchiveFolder(tmp_path / "elsewhere"))
        with pytest.raises(JournalArchived, match="TRADEWIND_JOURNAL_ARCHIVE_DIR"):
            await explain_order(orders, old.journal, canceled)
        with pytest.raises(JournalArchived, match="cannot be read in"):
            await explain_order(orders, elsewhere, canceled)
        with pytest.raises(JournalArchived):
            await old.differences(None)


async def test_restored_journal_is_the_one_that_was_archived(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        rows = await old.rows.records(old.venue_id, 1, ALL)
        await old.archive()
        dropped = await old.archiving.drop(old.venue_id, ALL)
        assert await old.archiving.restore(old.venue_id) == dropped
        assert await old.rows.records(old.venue_id, 1, ALL) == rows
        assert await old.differences(None) == []
        assert await old.archiving.restore(old.venue_id) == 0
        assert await old.archiving.drop(old.venue_id, ALL) == dropped


async def test_rows_stay_that_no_snapshot_or_no_consumer_has_reached(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        await old.archive()
        assert await old.archiving.drop(old.venue_id, FILE_RECORDS - 1) == 0
        assert await old.archiving.drop(old.venue_id, FILE_RECORDS) > 0
        assert [file.dropped for file in await old.rows.files(old.venue_id)][:2] == [True, False]
        state = (await recover(old.journal, old.venue_id)).state
        await old.stage.database.execute("DELETE FROM snapshots WHERE venue_id = $1", old.venue_id)
        assert await old.archiving.drop(old.venue_id, ALL) == 0
        # A version that cannot read the snapshots finds them as good as gone.
        with pytest.raises(JournalArchived):
            await recover(old.journal, old.venue_id)
        whole = JournalRepository(old.stage.database, old.folder)
        assert (await recover(whole, old.venue_id)).state == state
        await old.archiving.restore(old.venue_id)


async def test_database_refuses_to_lose_a_record_itself(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        database, venue_id = old.stage.database, old.venue_id
        delete = "DELETE FROM journal WHERE venue_id = $1"
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await database.execute(delete, venue_id)
        await old.archive()
        await database.execute("DELETE FROM snapshots WHERE venue_id = $1", venue_id)
        with pytest.raises(asyncpg.RaiseError, match="in no archive or no snapshot"):
            await database.execute(delete, venue_id)


async def test_damaged_file_is_found_before_its_rows_go(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        await old.archive()
        file = (await old.rows.files(old.venue_id))[0]
        path = tmp_path / file.name
        lines = gzip.decompress(path.read_bytes()).replace(b'"number":2', b'"number":9')
        path.write_bytes(gzip.compress(lines, mtime=0))
        count = await old.count()
        with pytest.raises(ArchiveDamaged, match="differs from its checksum"):
            await old.archiving.drop(old.venue_id, ALL)
        assert await old.count() == count


async def test_changed_row_is_found_when_the_archive_comes_back(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        await old.archive()
        async with old.stage.database.transaction() as connection:
            await connection.execute("ALTER TABLE journal DISABLE TRIGGER USER")
            await connection.execute(
                "UPDATE journal SET at = at + interval '1 s' WHERE venue_id = $1 AND number = 2",
                old.venue_id,
            )
            await connection.execute("ALTER TABLE journal ENABLE TRIGGER USER")
        with pytest.raises(ArchiveDamaged, match="one of them has been changed"):
            await old.archiving.restore(old.venue_id)


async def test_files_can_be_checked_and_read_by_anybody(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        last = await old.archive()
        folder = tmp_path / old.venue_id
        checking = await asyncio.create_subprocess_exec(
            "sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder, stdout=subprocess.PIPE
        )
        told, _ = await checking.communicate()
        assert checking.returncode == 0, told
        assert told.count(b": OK") == -(-last // FILE_RECORDS)
        assert await old.archive() == last, "nothing is written twice"
        first = sorted(folder.glob("*.gz"))[0]
        lines = gzip.decompress(first.read_bytes()).decode().splitlines()
        assert lines[0].startswith('{"tradewind_journal":1,')
        assert '"kind":"account_opened"' in lines[1]


async def test_archive_ends_at_its_day_and_goes_on_from_there(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    async with past(make_database, tmp_path) as old:
        records = await old.journal.read_journal(old.venue_id, 0, ALL)
        cut = records[10].at
        expected = sum(record.at < cut for record in records)
        summary = await old.archiving.archive(old.venue_id, cut)
        assert summary.last == summary.records == expected
        assert (await old.archiving.archive(old.venue_id, cut)).records == 0
        rest = await old.archiving.archive(old.venue_id, records[-1].at + timedelta(seconds=1))
        assert rest.records == len(records) - expected
