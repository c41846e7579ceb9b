"""What the order service does to whole venues, in memory: halts, corporate actions, live venues."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from tradewind.contracts.auctions import AuctionPage, AuctionQuery
from tradewind.contracts.brokers import LiveVenue, Reconciliation
from tradewind.contracts.corporate_actions import (
    ActionStatus,
    CorporateAction,
    OwedDividend,
    PendingActions,
)
from tradewind.contracts.notices import LatestStatus
from tradewind.contracts.venues import Halt, VenueSpec
from tradewind.contracts.vocabulary import MAIN_VENUE, VenueId
from tradewind.platform.errors import NotFound, Refusal

NOW = datetime(2024, 1, 2, 15, 0, 0, 123456, tzinfo=UTC)


class VenuesInMemory:
    """The part of ``OrdersInMemory`` that concerns no account; ``asked`` has what it was asked."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None
        """Raised by the next command."""
        self.delay_s = 0.0
        """How long a command takes."""
        self.asked: list[object] = []
        self.live_venues: list[LiveVenue] = []
        self.halts: dict[str, Halt] = {}
        self.statuses: list[LatestStatus] = []
        """How instruments stand."""
        self.auctions = AuctionPage([])
        """What every question about auctions is answered."""
        self.announced: dict[str, CorporateAction] = {}
        self.applied: list[CorporateAction] = []
        self.owed: list[OwedDividend] = []

    async def halt_trading(
        self,
        venue_id: VenueId,
        symbol: str,
        reason: str,
        by: str,
        *,
        resumes_at: datetime | None = None,
    ) -> Halt:
        """Remember a halt."""
        await self._note(("halt", venue_id, symbol, reason, by, resumes_at))
        halt = Halt(symbol=symbol, reason=reason, by=by, since=NOW, resumes_at=resumes_at)
        self.halts[symbol] = halt
        return halt

    async def resume_trading(self, venue_id: VenueId, symbol: str, by: str) -> None:
        """Forget a halt."""
        await self._note(("resume", venue_id, symbol, by))
        del self.halts[symbol]

    async def list_halts(self, venue_id: VenueId) -> list[Halt]:
        """Return the halts that were asked for."""
        return list(self.halts.values())

    async def latest_statuses(
        self, venue_id: VenueId, symbols: Sequence[str] = ()
    ) -> list[LatestStatus]:
        """Return the statuses that were put there."""
        await self._note(("statuses", venue_id, tuple(symbols)))
        return [each for each in self.statuses if not symbols or each.symbol in symbols]

    async def list_auctions(self, venue_id: VenueId, query: AuctionQuery) -> AuctionPage:
        """Return the auctions that were put there."""
        self.asked.append(query)
        return self.auctions

    async def enter_corporate_action(
        self, venue_id: VenueId, action: CorporateAction, by: str
    ) -> ActionStatus:
        """Announce an action."""
        await self._note((venue_id, action, by))
        self.announced[action.action_id] = action
        return ActionStatus.ANNOUNCED

    async def withdraw_corporate_action(self, venue_id: VenueId, action_id: str, by: str) -> None:
        """Take back an announced action."""
        await self._note(("withdraw action", venue_id, action_id, by))
        if self.announced.pop(action_id, None) is None:
            raise NotFound(f"no action {action_id} is announced")

    async def pending_corporate_actions(self, venue_id: VenueId) -> PendingActions:
        """Return the announced actions, and those that are said to have taken effect."""
        return PendingActions(
            announced=list(self.announced.values()), applied=self.applied, owed=self.owed
        )

    async def list_live_venues(self) -> list[LiveVenue]:
        """Return the live venues that the test has set."""
        return self.live_venues

    async def reconcile(self, venue_id: VenueId) -> Reconciliation:
        """Return the newest comparison of a live venue."""
        for venue in self.live_venues:
            if venue.venue_id == venue_id and venue.reconciliation is not None:
                return venue.reconciliation
        raise NotFound(f"there is no live venue {venue_id}")

    async def create_venue(self, spec: VenueSpec) -> None:
        """Remember a venue."""
        await self._note(spec)

    async def wait_for_feed(self, venue_id: VenueId, number: int, timeout_s: float = 30) -> None:
        """Return at once."""
        await self._note(("wait", venue_id, number))

    async def list_venues(self) -> list[VenueId]:
        """Return the main venue."""
        return [MAIN_VENUE]

    async def _note(self, command: object) -> None:
        self.asked.append(command)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
