"""Clients that trade through the edge, with the retry that any client has."""

import ssl
import threading
import time
from dataclasses import dataclass, field

import httpx

_RETRIED = {429, 502, 503, 504}
_GIVE_UP_S = 45.0
_PAUSE_S = 0.05


@dataclass
class Load:
    """Send orders until told to stop; remember what was acknowledged and what failed for good."""

    url: str
    trust: ssl.SSLContext
    headers: dict[str, str]
    clients: int = 3
    every_s: float = 0
    """How long each client waits between two orders; a long test need not look at so many."""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Order ids by client order id."""
    failures: list[str] = field(default_factory=list)
    retries: int = 0

    def __enter__(self) -> "Load":
        """Start the clients."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._trade, args=(number,)) for number in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the clients and wait for them."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=_GIVE_UP_S + 30)

    def wait_for(self, more: int, timeout_s: float = 60) -> None:
        """Return when so many more orders have been acknowledged."""
        least = len(self.acknowledged) + more
        deadline = time.monotonic() + timeout_s
        while len(self.acknowledged) < least and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.acknowledged) >= least, self.failures[:3]

    def _trade(self, number: int) -> None:
        count = 0
        with httpx.Client(base_url=self.url, verify=self.trust, headers=self.headers) as client:
            while not self._stop.is_set():
                count += 1
                self._send(client, f"load-{number}-{count}-{time.monotonic_ns()}", count)
                self._stop.wait(self.every_s)

    def _send(self, client: httpx.Client, name: str, count: int) -> None:
        order = {
            "symbol": "AAPL",
            "side": "buy",
            "type": "limit" if count % 3 else "market",
            "time_in_force": "gtc" if count % 3 else "day",
            "qty": "1",
            "client_order_id": name,
        }
        if count % 3:
            order["limit_price"] = "1.00"
        deadline = time.monotonic() + _GIVE_UP_S
        while True:
            try:
                answer = client.post("/api/v2/orders", json=order, timeout=10)
                if answer.status_code == 200:
                    self.acknowledged[name] = answer.json()["id"]
                    return
                if answer.status_code == 422 and "client_order_id" in answer.text:
                    # An earlier try was taken, only its answer was lost.
                    self.acknowledged[name] = self._find(client, name)
                    return
                told = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code not in _RETRIED:
                    self.failures.append(told)
                    return
            except httpx.TransportError as error:
                told = repr(error)
            if time.monotonic() > deadline:
                self.failures.append(f"gave up: {told}")
                return
            self.retries += 1
            time.sleep(_PAUSE_S)

    def _find(self, client: httpx.Client, name: str) -> str:
        asked = {"client_order_id": name}
        return str(client.get("/api/v2/orders:by_client_order_id", params=asked).json()["id"])

    def lost(self) -> list[str]:
        """Return the acknowledged orders that the platform does not know any more, or doubled."""
        wrong = []
        with httpx.Client(base_url=self.url, verify=self.trust, headers=self.headers) as client:
            for name, order_id in self.acknowledged.items():
                answer = client.get(
                    "/api/v2/orders:by_client_order_id", params={"client_order_id": name}
                )
                if answer.status_code != 200 or answer.json()["id"] != order_id:
                    wrong.append(f"{name}: {answer.status_code} {answer.text[:100]}")
        return wrong
