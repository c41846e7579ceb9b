"""What may leave the journal, and what pages of activities find: by kinds of record."""

from typing import get_args

from tradewind.contracts.journal import Event
from tradewind.order_service.activity_repository import _kinds
from tradewind.order_service.journal_archive_repository import DROPPED_KINDS

KINDS = {event.__struct_config__.tag for event in get_args(Event)}
ACTIVITIES = set(_kinds(()))


def test_no_record_that_is_an_activity_leaves_the_journal() -> None:
    assert not ACTIVITIES & set(DROPPED_KINDS)


def test_what_leaves_and_what_is_an_activity_is_a_record() -> None:
    assert ACTIVITIES <= KINDS
    assert set(DROPPED_KINDS) <= KINDS


def test_activities_are_in_the_index_by_account_or_are_executions() -> None:
    left_out = {kind for kind in KINDS if kind.startswith("order") or kind == "trail_moved"}
    assert ACTIVITIES & left_out == {"order_filled"}
