"""SQL of feeds: what each venue's feed is, and where it stood."""

from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec import Struct

from tradewind.contracts.market_data import FeedSpec
from tradewind.contracts.vocabulary import VenueId
from tradewind.market_data_service.domain.simulation import InstrumentState
from tradewind.platform.database import Database, PooledConnection, Record

_COLUMNS = "spec, days_done, runs, trading_date, session_open, instruments, stopped"

_LIST = f"SELECT {_COLUMNS} FROM feeds ORDER BY venue_id"  # noqa: S608

_ADD = "INSERT INTO feeds (venue_id, spec) VALUES ($1, $2)"

_CHANGE = f"UPDATE feeds SET spec = $2 WHERE venue_id = $1 RETURNING {_COLUMNS}"  # noqa: S608

# Without a wait for the disk: when the journal has made what follows from the day durable, this is
# durable too, because it stands before it in the same log.
_SAVE_DAYS = """
UPDATE feeds SET days_done = $2
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE venue_id = $1
"""

_COUNT_RUN = "UPDATE feeds SET runs = runs + 1 WHERE venue_id = $1 RETURNING runs"

_STOP = "UPDATE feeds SET stopped = true WHERE venue_id = $1"

_SAVE_SIMULATION = """
UPDATE feeds SET trading_date = $2, session_open = $3, instruments = $4 WHERE venue_id = $1
"""


class StoredFeed(Struct, frozen=True, kw_only=True):
    """A feed as it was when it was last written."""

    spec: FeedSpec
    days_done: int = 0
    runs: int = 0
    trading_date: date | None = None
    session_open: bool = False
    instruments: Mapping[str, InstrumentState] = {}
    stopped: bool = False


class FeedRepository:
    """Reads and writes the state of feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_feeds(self) -> list[StoredFeed]:
        """Return every feed that was ever created."""
        return [_stored(row) for row in await self._database.fetch(_LIST)]

    async def add(self, spec: FeedSpec) -> StoredFeed:
        """Record a new feed."""
        await self._database.execute(_ADD, spec.venue_id, msgspec.json.encode(spec).decode())
        return StoredFeed(spec=spec)

    async def change(self, spec: FeedSpec) -> StoredFeed:
        """Give a feed that exists another specification."""
        encoded = msgspec.json.encode(spec).decode()
        row = await self._database.fetchrow(_CHANGE, spec.venue_id, encoded)
        assert row is not None, "the feed was there a moment ago"
        return _stored(row)

    async def count_run(self, venue_id: VenueId) -> int:
        """Count another start of a feed and return which it is."""
        return int(await self._database.fetchval(_COUNT_RUN, venue_id))

    async def save_days_done(self, venue_id: VenueId, days_done: int) -> None:
        """Record how far a replay has come."""
        await self._database.execute(_SAVE_DAYS, venue_id, days_done)

    async def stop(self, venue_id: VenueId) -> None:
        """Record that a feed has ended for good."""
        await self._database.execute(_STOP, venue_id)


async def save_simulation(
    connection: PooledConnection,
    venue_id: VenueId,
    trading_date: date | None,
    session_open: bool,
    instruments: Mapping[str, InstrumentState],
) -> None:
    """Record where a simulated feed stands, inside a transaction."""
    encoded = msgspec.json.encode(instruments).decode()
    await connection.execute(_SAVE_SIMULATION, venue_id, trading_date, session_open, encoded)


def _stored(row: Record) -> StoredFeed:
    return StoredFeed(
        spec=msgspec.json.decode(row["spec"], type=FeedSpec),
        days_done=row["days_done"],
        runs=row["runs"],
        trading_date=row["trading_date"],
        session_open=row["session_open"],
        instruments=msgspec.json.decode(row["instruments"], type=dict[str, InstrumentState]),
        stopped=row["stopped"],
    )
