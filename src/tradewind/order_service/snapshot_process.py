"""A snapshot made beside the live core: a child process recovers the venue and writes it down.

The child reads nothing but the database, so what it writes is what the journal says, and the live
core neither stops nor copies anything. It runs at the lowest priority, ends with its parent (whose
end of its standard input closes), and writes only while its parent leads.
"""

import asyncio
import contextlib
import os
import sys
import threading
from pathlib import Path

import msgspec

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.journal_archive import ArchiveFolder
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import recover
from tradewind.order_service.snapshots import encode_state, pack
from tradewind.platform.database import Database, ServiceSchema

TIMEOUT_S = 900.0
_END_TIMEOUT_S = 5.0
_LOWEST_PRIORITY = 19
_MOST_EXPENDABLE = "1000"


class SnapshotFailed(Exception):
    """The child ended without a snapshot; it has told why on standard error."""


class Job(msgspec.Struct, frozen=True):
    """What the child is told; by its standard input, for the database's address may be secret."""

    dsn: str
    schema: str
    role: str
    migrations: str
    user: str
    venue_id: VenueId
    epoch: int
    process: str
    archive: str | None


async def take_snapshot(journal: JournalRepository, venue_id: VenueId, epoch: int) -> int:
    """Fold a venue's journal, write down what comes of it, and return its number.

    Raises ``Deposed`` when the epoch does not lead the venue any more.
    """
    state = (await recover(journal, venue_id)).state
    if state.number > await journal.snapshot_number(venue_id):
        parts = pack(encode_state(state))
        await journal.save_snapshot(venue_id, state.number, parts, epoch=epoch)
    return state.number


class SnapshotProcess:
    """Makes snapshots in child processes, for the leader of an epoch; the caller makes one a time.

    ``process`` is at the end of the application name of the sessions, so that whoever replaces
    this leader cuts its children off as well.
    """

    def __init__(
        self,
        database: Database,
        process: str,
        archive: ArchiveFolder | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._database = database
        self._process = process
        self._archive = archive
        self._timeout_s = timeout_s

    async def take(self, venue_id: VenueId, epoch: int) -> int:
        """Return the number of the record that the snapshot shows.

        Raises ``SnapshotFailed`` when the child ends without one, ``TimeoutError`` when it takes
        too long; it has been ended then.
        """
        schema = self._database.schema
        job = Job(
            self._database.dsn,
            schema.schema,
            schema.role,
            schema.migrations,
            schema.user,
            venue_id,
            epoch,
            self._process,
            None if self._archive is None else str(self._archive.path),
        )
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tradewind.order_service.snapshot_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C is for the parent, which ends its children itself.
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _result(child, job)
        finally:
            await _end(child)


async def _result(child: asyncio.subprocess.Process, job: Job) -> int:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(msgspec.json.encode(job) + b"\n")
    # Left open: the child takes its end for ours.
    with contextlib.suppress(ConnectionError):
        await child.stdin.drain()
    number = await child.stdout.read()
    if await child.wait():
        raise SnapshotFailed(f"the snapshot of {job.venue_id} ended with {child.returncode}")
    return int(number)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        async with asyncio.timeout(_END_TIMEOUT_S):
            await child.wait()


async def _run(job: Job) -> int:
    # What its user may change is known to the server; that it may is enough here.
    schema = ServiceSchema(job.schema, job.role, job.migrations, job.user, changes={})
    database = await Database.open(job.dsn, schema, max_size=1, process=job.process)
    try:
        archive = None if job.archive is None else ArchiveFolder(Path(job.archive))
        journal = JournalRepository(database, archive)
        return await take_snapshot(journal, job.venue_id, job.epoch)
    finally:
        await database.close()


def _end_with_parent() -> None:
    with contextlib.suppress(OSError):
        os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def main() -> None:
    """Do what the first line of standard input asks for and print the number of the snapshot."""
    os.nice(_LOWEST_PRIORITY)
    with contextlib.suppress(OSError):
        # Where memory runs out, this process goes and not the one that trades.
        Path("/proc/self/oom_score_adj").write_text(_MOST_EXPENDABLE)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    number = asyncio.run(_run(job))
    sys.stdout.write(f"{number}\n")


if __name__ == "__main__":
    main()
