"""A running platform for the official clients, and a replay of real prices on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tradewind.testing.process import PlatformProcess, own_platform


@pytest.fixture(scope="session")
def platform() -> Iterator[PlatformProcess]:
    """Return a platform that runs as a child process for all compatibility tests."""
    with own_platform(
        "compat",
        feed_interval_ms="100",
        rate_limit_per_key="1000000/minute",
        rate_limit_per_address="1000000/minute",
    ) as process:
        yield process


@dataclass(frozen=True)
class Replay:
    """A venue that replays history, and the key of an account on it."""

    gateway_url: str
    venue_id: str
    key_id: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request."""
        return {"APCA-API-KEY-ID": self.key_id, "APCA-API-SECRET-KEY": self.secret}

    def step(self, days: int) -> str:
        """Advance by trading days and return the date reached."""
        answer = httpx.post(
            f"{self.gateway_url}/tradewind/v1/venues/{self.venue_id}/step",
            json={"days": days},
            headers=self.headers,
            timeout=60,
        )
        answer.raise_for_status()
        return str(answer.json()["now"])


def open_replay(platform: PlatformProcess, symbols: list[str], start: str, end: str) -> Replay:
    """Open a lockstep replay of the shipped daily prices."""
    answer = httpx.post(
        f"{platform.gateway_url}/tradewind/v1/venues",
        json={
            "name": "compat",
            "feed": {
                "kind": "replay",
                "symbols": symbols,
                "start_date": start,
                "end_date": end,
            },
        },
        headers=platform.headers,
        timeout=60,
    )
    answer.raise_for_status()
    opened = answer.json()
    return Replay(platform.gateway_url, opened["venue_id"], opened["key_id"], opened["secret_key"])


@pytest.fixture(scope="session")
def replay(platform: PlatformProcess) -> Replay:
    """Return a replay that stands at the close of 2005-03-04, a week after a split of AAPL."""
    opened = open_replay(platform, ["AAPL", "IBM"], "2005-02-22", "2005-03-31")
    assert opened.step(9).startswith("2005-03-04T21:00:00")
    return opened
