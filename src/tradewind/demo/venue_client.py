"""The few requests that are no Alpaca's: open a replay, move its time, ask how it went."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

from tradewind.demo.errors import DemoRefused

_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Credentials:
    """A key pair."""

    key_id: str
    secret_key: str


@dataclass(frozen=True)
class ReplayPlan:
    """What is to be replayed, and on what terms."""

    symbols: tuple[str, ...]
    start: date | None
    end: date | None
    seed: int
    cash: Decimal
    fee_bps: Decimal


@dataclass(frozen=True)
class Standing:
    """Where the replay stands."""

    now: datetime
    days_done: int
    days_total: int
    finished: bool


@dataclass(frozen=True)
class OpenedVenue:
    """A venue with an account, the account's key, and where it stands."""

    venue_id: str
    account_id: str
    credentials: Credentials
    standing: Standing


@dataclass(frozen=True)
class AccountPerformance:
    """How the account did; ratios as fractions."""

    start_equity: Decimal
    end_equity: Decimal
    time_weighted_return: Decimal
    max_drawdown: Decimal
    fees: Decimal
    dividends: Decimal
    fills: int


class VenueClient:
    """Speaks ``/tradewind/v1`` with one key."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={
                "APCA-API-KEY-ID": credentials.key_id,
                "APCA-API-SECRET-KEY": credentials.secret_key,
            },
            timeout=_TIMEOUT_S,
            # A proxy of the environment has no business between two processes of one machine.
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def open_venue(self, plan: ReplayPlan) -> OpenedVenue:
        """Open a venue that replays history; takes an administrator's key."""
        body = {
            "name": "Demo",
            "feed": {
                "kind": "replay",
                "symbols": list(plan.symbols),
                "start_date": plan.start and plan.start.isoformat(),
                "end_date": plan.end and plan.end.isoformat(),
                "seed": plan.seed,
            },
            "fees": {"fee_bps": str(plan.fee_bps)},
            "cash": str(plan.cash),
        }
        answer = self._request("POST", "/tradewind/v1/venues", body)
        return OpenedVenue(
            venue_id=answer["venue_id"],
            account_id=answer["account_id"],
            credentials=Credentials(answer["key_id"], answer["secret_key"]),
            standing=_standing(answer["state"]),
        )

    def step(self, venue_id: str, days: int = 1) -> Standing:
        """Advance by trading days; everything that they do to the account has happened."""
        path = f"/tradewind/v1/venues/{venue_id}/step"
        return _standing(self._request("POST", path, {"days": days}))

    def performance(self) -> AccountPerformance:
        """Return how the key's account did."""
        answer = self._request("GET", "/tradewind/v1/performance")
        amounts = (
            "start_equity",
            "end_equity",
            "time_weighted_return",
            "max_drawdown",
            "fees",
            "dividends",
        )
        return AccountPerformance(
            **{name: Decimal(answer[name]) for name in amounts}, fills=answer["fills"]
        )

    def _request(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise DemoRefused(
                f"{self._client.base_url} does not answer ({error}); check the address, or leave "
                "--url out to start a platform"
            ) from error
        if response.status_code in (401, 403):
            raise DemoRefused(
                f"the platform refused the key ({response.json().get('message', '')}); pass the "
                "administrator's with --key-id and --secret-key"
            )
        if not response.is_success:
            raise DemoRefused(
                f"{method} {path} was answered {response.status_code}: {response.text}"
            )
        answer: dict[str, Any] = response.json()  # any JSON object
        return answer


def _standing(state: dict[str, Any]) -> Standing:
    return Standing(
        now=datetime.fromisoformat(state["now"]),
        days_done=state["days_done"],
        days_total=state["days_total"],
        finished=state["finished"],
    )
