"""A process whose lease has run out ends at once, whichever of its parts notices first."""

import pytest
from tests.conftest import MakeDatabase

from tradewind.order_service.app import SCHEMA
from tradewind.order_service.leadership import Leadership


@pytest.mark.parametrize(("ttl_s", "is_held", "told"), [(0.0, False, 1), (60.0, True, 0)])
async def test_failure_ends_the_process_once_its_lease_has_run_out(
    make_database: MakeDatabase, ttl_s: float, is_held: bool, told: int
) -> None:
    lost: list[BaseException] = []
    leadership = Leadership(
        await make_database(SCHEMA), "one", exclusive=False, on_lost=lost.append, ttl_s=ttl_s
    )
    try:
        assert await leadership.try_acquire()
        assert leadership.is_held is is_held
        leadership.end_if_lapsed(ConnectionError("the writer's connection was cut"))
        assert len(lost) == told
    finally:
        await leadership.release()
        await leadership.close()
