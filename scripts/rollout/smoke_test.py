"""See as a person would whether a platform works: terminal, API, version, an order with a key.

Everything is asked for again until it is right or the seconds are over, since proxies take a moment
to hear of new pods.
"""

import argparse
import os
import re
import ssl
import sys
import time
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

import httpx

PAUSE_S = 2.0
FAR_BELOW = Decimal("0.5")
CENT = Decimal("0.01")


class Wrong(Exception):
    """Something is not as it should be; the message says what."""


def terminal(site: httpx.Client) -> None:
    """Look at the page and at the script that it names."""
    page = _get(site, "/")
    if "text/html" not in page.headers.get("content-type", ""):
        raise Wrong(f"/ is no page: {page.headers.get('content-type')}")
    scripts = re.findall(r'<script[^>]+src="([^"]+)"', page.text)
    if not scripts:
        raise Wrong("the page of the terminal names no script")
    script = _get(site, scripts[0])
    if "javascript" not in script.headers.get("content-type", ""):
        raise Wrong(f"{scripts[0]} is no script: {script.headers.get('content-type')}")
    if _get(site, "/orders/of/nobody").text != page.text:
        raise Wrong("a deep link does not lead to the terminal")


def version(site: httpx.Client, wanted: str) -> None:
    """See that what answers is the version that was deployed."""
    # What the gateway tells its machines is not to be had from outside; its document is.
    told = _get(site, "/api/openapi.json").json()["info"]["version"]
    if told != wanted:
        raise Wrong(f"the gateway is of version {told}, not {wanted}")


def default_deny(site: httpx.Client) -> None:
    """See that nobody trades without a key."""
    answer = site.get("/api/v2/account")
    if answer.status_code not in (401, 403):
        raise Wrong(f"/api/v2/account answers {answer.status_code} to whoever has no key")


def trade(site: httpx.Client) -> None:
    """Place an order that cannot fill, find it, cancel it."""
    account = _get(site, "/api/v2/account").json()
    if account["status"] != "ACTIVE":
        raise Wrong(f"the account is {account['status']}")
    symbol = _get(site, "/api/v2/assets").json()[0]["symbol"]
    snapshot = _get(site, f"/api/v2/stocks/{symbol}/snapshot").json(parse_float=Decimal)
    far = snapshot["latestTrade"]["p"] * FAR_BELOW
    price = max(Decimal(1), far.quantize(CENT, ROUND_DOWN))
    order: dict[str, Any] = {"symbol": symbol, "qty": "1", "side": "buy", "type": "limit",
                             "limit_price": str(price), "time_in_force": "gtc"}  # fmt: skip
    placed = site.post("/api/v2/orders", json=order)
    if placed.status_code != 200:
        raise Wrong(f"an order was answered {placed.status_code}: {placed.text[:200]}")
    number = placed.json()["id"]
    _get(site, f"/api/v2/orders/{number}")
    cancelled = site.delete(f"/api/v2/orders/{number}")
    if cancelled.status_code != 204:
        raise Wrong(f"a cancel was answered {cancelled.status_code}: {cancelled.text[:200]}")


def _get(site: httpx.Client, path: str) -> httpx.Response:
    answer = site.get(path)
    if answer.status_code != 200:
        raise Wrong(f"{path} answers {answer.status_code}: {answer.text[:200]}")
    return answer


def passes(name: str, check: Callable[[], None], deadline: float) -> bool:
    """Try a check until it holds or time is over; say which."""
    while True:
        try:
            check()
        except (Wrong, httpx.HTTPError, KeyError, IndexError, ValueError) as error:
            if time.monotonic() + PAUSE_S > deadline:
                print(f"not ok  {name}: {str(error) or repr(error)}")
                return False
            time.sleep(PAUSE_S)
        else:
            print(f"ok      {name}")
            return True


def main() -> int:
    """Run every check that the arguments allow; return the exit code."""
    parser = argparse.ArgumentParser(prog="smoke-test", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--version", help="what the gateway has to say that it is")
    parser.add_argument("--trust", help="certificate of an authority of one's own")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    if os.environ.get("DRY_RUN"):
        print(f"+ look at {asked.url}")
        return 0
    trust = ssl.create_default_context(cafile=asked.trust) if asked.trust else True
    deadline = time.monotonic() + asked.seconds
    with httpx.Client(base_url=asked.url, verify=trust, timeout=10, trust_env=False) as site:
        checks: dict[str, Callable[[], None]] = {
            "the terminal is served": lambda: terminal(site),
            "nobody trades without a key": lambda: default_deny(site),
        }
        if asked.version:
            checks[f"it is version {asked.version}"] = lambda: version(site, asked.version)
        results = [passes(name, check, deadline) for name, check in checks.items()]
        if key := os.environ.get("SMOKE_TEST_KEY"):
            number, _, secret = key.partition(":")
            site.headers.update({"APCA-API-KEY-ID": number, "APCA-API-SECRET-KEY": secret})
            results.append(passes("an order is taken and cancelled", lambda: trade(site), deadline))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
