"""When somebody who failed to sign in must wait."""

from datetime import UTC, datetime, timedelta

from tradewind.account_service.domain.throttle import Throttle

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
THROTTLE = Throttle(3, timedelta(minutes=1))


def test_fewer_failures_than_the_limit_may_try_again() -> None:
    assert THROTTLE.retry_after_s(0, None, NOW) is None
    assert THROTTLE.retry_after_s(2, NOW, NOW) is None


def test_waiting_ends_when_the_oldest_failure_leaves_the_window() -> None:
    assert THROTTLE.retry_after_s(3, NOW - timedelta(seconds=20), NOW) == 40
    assert THROTTLE.retry_after_s(9, NOW - timedelta(seconds=59.5), NOW) == 1


def test_waiting_is_at_least_a_second() -> None:
    assert THROTTLE.retry_after_s(3, NOW - timedelta(minutes=1), NOW) == 1
