from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradewind.notification_service.domain.retrying import ATTEMPTS_MAX, next_attempt_at

NOW = datetime(2024, 1, 2, 15, tzinfo=UTC)


def test_pauses_double_and_end() -> None:
    pauses = []
    for attempts in range(1, ATTEMPTS_MAX):
        again = next_attempt_at(NOW, attempts)
        assert again is not None
        pauses.append((again - NOW).total_seconds())
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
    assert next_attempt_at(NOW, ATTEMPTS_MAX) is None


@given(st.integers(1, ATTEMPTS_MAX - 1))
def test_no_pause_is_longer_than_an_hour(attempts: int) -> None:
    again = next_attempt_at(NOW, attempts)
    assert again is not None
    assert timedelta(0) < again - NOW <= timedelta(hours=1)
