"""When snapshots are made: by records, by time, one at a time, and never at trading's expense."""

from types import SimpleNamespace

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.snapshot_schedule import (
    TIMED_RECORDS_MIN,
    SnapshotPolicy,
    SnapshotSchedule,
)

POLICY = SnapshotPolicy(records=5_000, seconds=60)


class Stage:
    """Venues as far as the schedule looks at them; what it has made is in ``taken``."""

    def __init__(self, *names: str) -> None:
        self.venues = {VenueId(name): self.venue(name) for name in names}
        self.taken: list[tuple[str, int]] = []
        self.failure: Exception | None = None
        self.schedule = SnapshotSchedule(self.venues, self.take, POLICY)  # type: ignore[arg-type]

    @staticmethod
    def venue(name: str) -> SimpleNamespace:
        return SimpleNamespace(
            spec=SimpleNamespace(venue_id=VenueId(name)),
            tail=SimpleNamespace(number=0),
            snapshot_number=0,
        )

    async def take(self, venue_id: VenueId) -> int:
        if self.failure is not None:
            raise self.failure
        number = self.venues[venue_id].tail.number
        self.taken.append((venue_id, number))
        return number

    async def look(self, now_s: float, **numbers: int) -> list[tuple[str, int]]:
        for name, number in numbers.items():
            self.venues[VenueId(name)].tail.number = number
        before = len(self.taken)
        await self.schedule.look(now_s)
        return self.taken[before:]


async def test_snapshot_is_due_after_so_many_records() -> None:
    stage = Stage("main")
    assert await stage.look(0, main=4_999) == []
    assert await stage.look(1, main=5_000) == [("main", 5_000)]
    assert await stage.look(2, main=9_999) == []
    assert await stage.look(3, main=10_500) == [("main", 10_500)]


async def test_snapshot_is_due_after_so_long_with_fewer_records() -> None:
    stage = Stage("main")
    assert await stage.look(0, main=0) == []
    assert await stage.look(59, main=TIMED_RECORDS_MIN) == []
    assert await stage.look(60, main=TIMED_RECORDS_MIN) == [("main", TIMED_RECORDS_MIN)]
    assert await stage.look(119, main=3_000) == []
    assert await stage.look(120, main=3_000) == [("main", 3_000)]


async def test_few_records_are_never_worth_a_snapshot() -> None:
    stage = Stage("main")
    assert await stage.look(0, main=0) == []
    assert await stage.look(10_000, main=TIMED_RECORDS_MIN - 1) == []


async def test_start_counts_from_the_newest_snapshot_and_not_from_itself() -> None:
    stage = Stage("main")
    stage.venues[VenueId("main")].snapshot_number = 100
    assert await stage.look(0, main=5_099) == []
    assert await stage.look(1, main=5_100) == [("main", 5_100)]


async def test_snapshot_that_fails_is_tried_again_after_as_much_has_happened() -> None:
    stage = Stage("main")
    stage.failure = RuntimeError("no memory")
    assert await stage.look(0, main=5_000) == []
    stage.failure = None
    assert await stage.look(1, main=6_000) == []
    assert await stage.look(2, main=10_000) == [("main", 10_000)]


async def test_each_venue_has_its_turn() -> None:
    stage = Stage("main", "day")
    assert await stage.look(0, main=7_000, day=10) == [("main", 7_000)]
    assert await stage.look(1, main=7_001, day=6_000) == [("day", 6_000)]
