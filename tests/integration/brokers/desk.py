"""A platform whose orders another one carries out: what the tests of this folder trade through."""

import json
import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tradewind.testing.process import Credentials, PlatformProcess
from tradewind.testing.waiting import wait_for

WAIT_S = 30


class Started(NamedTuple):
    """The data folder of a platform that has been started once and stopped, and its first key."""

    folder: Path
    credentials: Credentials

    def copy(self, folder: Path) -> None:
        """Let another folder hold the same; its files keep their owner, who runs the database."""
        subprocess.run(["cp", "-a", f"{self.folder}/.", folder], check=True, timeout=60)


class Desk:
    """A platform with one live venue, and an account there that may trade."""

    def __init__(
        self, started: Started, venue_id: str, broker: dict[str, object], cash: str = "100000"
    ) -> None:
        self.venue_id = venue_id
        self.folder = Path(tempfile.mkdtemp(prefix="tw-live-"))
        started.copy(self.folder)
        self.platform = PlatformProcess(self.folder, brokers=json.dumps({venue_id: broker}))
        self.platform.credentials = started.credentials
        self.brought = cash
        self.symbol, self.time_in_force = "AAPL", "day"
        self.account_id = ""
        self.headers: dict[str, str] = {}

    def start(self) -> None:
        """Start, for the first time with a new account that may trade, or again."""
        self.platform.start()
        if self.account_id:
            return
        opened = self.admin("POST", f"/live-venues/{self.venue_id}/accounts", {"name": "live"})
        self.account_id = opened["account_id"]
        self.headers = {
            "APCA-API-KEY-ID": opened["key_id"],
            "APCA-API-SECRET-KEY": opened["secret_key"],
        }
        self.deposit(self.brought)
        self.admin("PUT", f"/accounts/{self.account_id}/live-trading")

    def deposit(self, amount: str) -> None:
        """Post cash from outside."""
        made = httpx.post(
            f"{self.platform.gateway_url}/tradewind/v1/accounts/{self.account_id}/deposits",
            json={"amount": amount, "reference": "brought to the broker"},
            headers=self.platform.headers | {"Idempotency-Key": f"{self.account_id}-{amount}"},
        )
        assert made.status_code == 201, made.text

    def admin(self, method: str, path: str, body: object = None) -> Any:
        """Call one of our own routes as administrator."""
        answer = httpx.request(
            method,
            f"{self.platform.gateway_url}/tradewind/v1{path}",
            json=body,
            headers=self.platform.headers,
            timeout=60,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Call a trading route with the account's key."""
        url = f"{self.platform.gateway_url}/v2{path}"
        return httpx.request(method, url, json=body, headers=self.headers, timeout=60)

    def order(self, side: str = "buy", qty: str = "1", **more: str) -> dict[str, Any]:
        """Send an order, at market unless more is said, and return it."""
        body = {"symbol": self.symbol, "side": side, "qty": qty, "type": "market"}
        answer = self.call("POST", "/orders", body | {"time_in_force": self.time_in_force} | more)
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        return taken

    def limit(self, price: str, qty: str = "1", **more: str) -> dict[str, Any]:
        """Send a limit order that stands until it is canceled."""
        more = {"type": "limit", "limit_price": price, "time_in_force": "gtc"} | more
        return self.order(qty=qty, **more)

    def get(self, order_id: str) -> dict[str, Any]:
        """Return an order as it stands."""
        found: dict[str, Any] = self.call("GET", f"/orders/{order_id}").json()
        return found

    def wait(self, order: dict[str, Any], *statuses: str) -> dict[str, Any]:
        """Return an order once it has one of some statuses."""

        def reached() -> dict[str, Any] | None:
            now = self.get(order["id"])
            return now if now["status"] in statuses else None

        return wait_for(reached, f"{order['id']} becoming {' or '.join(statuses)}", WAIT_S)

    def cash(self) -> Decimal:
        """Return the account's cash here."""
        return Decimal(self.call("GET", "/account").json()["cash"])

    def reconcile(self) -> list[dict[str, Any]]:
        """Compare with the broker now and return what differs."""
        found: list[dict[str, Any]] = self.admin(
            "POST", f"/live-venues/{self.venue_id}/reconciliation"
        )["differences"]
        return found

    def agrees(self) -> None:
        """Check that broker and books agree, and journal and tables."""
        assert self.reconcile() == []
        verified = self.platform.run("verify")
        assert verified.returncode == 0, verified.stdout

    def end(self) -> None:
        """Stop and leave nothing behind."""
        if self.platform.is_running:
            self.platform.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
