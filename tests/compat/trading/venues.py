"""Replays for single tests."""

from typing import Any

import httpx

from tradewind.testing.process import PlatformProcess


class Venue:
    """A venue that replays the first quarter of 2008, and the key of an account on it."""

    def __init__(self, platform: PlatformProcess) -> None:
        self.gateway_url = platform.gateway_url
        made = httpx.post(
            f"{self.gateway_url}/tradewind/v1/venues",
            headers=platform.headers,
            json={
                "name": "first quarter of 2008",
                "feed": {
                    "kind": "replay",
                    "symbols": ["AAPL", "IBM", "MSFT"],
                    "start_date": "2008-01-02",
                    "end_date": "2008-03-31",
                    "seed": 1,
                },
                "fees": {"fee_bps": "1"},
                "cash": "100000",
            },
        )
        assert made.status_code == 201, made.text
        self.venue_id: str = made.json()["venue_id"]
        self.key_id: str = made.json()["key_id"]
        self.secret: str = made.json()["secret_key"]

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request with the account's key."""
        return {"APCA-API-KEY-ID": self.key_id, "APCA-API-SECRET-KEY": self.secret}

    def step(self, days: int = 1) -> dict[str, Any]:
        """Advance by trading days and return where the venue stands."""
        stepped = httpx.post(
            f"{self.gateway_url}/tradewind/v1/venues/{self.venue_id}/step",
            headers=self.headers,
            json={"days": days},
            timeout=60,
        )
        assert stepped.status_code == 200, stepped.text
        state: dict[str, Any] = stepped.json()
        return state
