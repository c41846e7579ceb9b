"""What a visitor would find, asked inside the cluster by `helm test`.

It needs nothing but the standard library and prints a line for each thing that it looks at.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

GATEWAY = os.environ.get("GATEWAY", "http://api-gateway:8000")
TERMINAL = os.environ.get("TERMINAL", "http://web-ui:3000")
NOBODY = {"APCA-API-KEY-ID": "PKSMOKETESTSMOKETEST", "APCA-API-SECRET-KEY": "nobody-has-this"}


def ask(base: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Return status and body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def check(what: str, *, holds: bool, seen: object) -> None:
    """Say what was looked at, and end with the first thing that is wrong."""
    sys.stdout.write(f"{'ok' if holds else 'WRONG'}: {what}\n")
    if not holds:
        sys.exit(f"{what}: got {seen}")


def main() -> None:
    """Look at everything that can be reached."""
    status, body = ask(GATEWAY, "/healthz/ready")
    check("the gateway is ready", holds=status == 200, seen=(status, body))
    status, body = ask(GATEWAY, "/api/openapi.json")
    described = status == 200 and "/v2/orders" in json.loads(body)["paths"]
    check("the gateway describes its API under /api", holds=described, seen=status)
    status, body = ask(GATEWAY, "/api/v2/account")
    check("nobody comes in without a key", holds=status == 401, seen=(status, body))
    # Only the account service and the database behind it can tell that no such key is there.
    status, body = ask(GATEWAY, "/api/v2/account", NOBODY)
    check("the account service knows no such key", holds=status == 401, seen=(status, body))
    status, body = ask(TERMINAL, "/")
    served = status == 200 and "<html" in body.lower()
    check("the web terminal is served", holds=served, seen=(status, body[:200]))


if __name__ == "__main__":
    main()
