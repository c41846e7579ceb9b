"""The newest comparison of each live venue with its broker."""

import msgspec

from tradewind.contracts.brokers import Reconciliation
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.database import Database


class ReconciliationRepository:
    """Keeps one comparison for each venue, so that it can be read beside a running platform."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, found: Reconciliation) -> None:
        """Put a comparison in the place of the one before."""
        await self._database.execute(
            "INSERT INTO reconciliations (venue_id, compared_at, found) VALUES ($1, $2, $3) "
            "ON CONFLICT (venue_id) DO UPDATE SET compared_at = excluded.compared_at, "
            "found = excluded.found",
            found.venue_id,
            found.at,
            msgspec.json.encode(found).decode(),
        )

    async def newest(self) -> dict[VenueId, Reconciliation]:
        """Return the newest comparison of each venue that has one."""
        rows = await self._database.fetch("SELECT found FROM reconciliations")
        read = [msgspec.json.decode(row["found"], type=Reconciliation) for row in rows]
        return {found.venue_id: found for found in read}
