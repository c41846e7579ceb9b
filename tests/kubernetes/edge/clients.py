"""Clients that ask for the edge's host by its name, from an address of their choice.

No name server knows that name: they go to this machine, and say it as on ports 80 and 443.
"""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import requests
from alpaca.trading.client import TradingClient
from requests.adapters import HTTPAdapter
from websockets.sync.client import ClientConnection, connect

from tradewind.testing.process import Credentials

VISITOR = "127.0.0.9"
"""An address that no proxy has."""


@dataclass(frozen=True)
class Visitor:
    """Somebody at an address who trusts the authority of one root certificate."""

    host: str
    http_port: int
    https_port: int
    root: Path
    address: str = VISITOR

    @property
    def trust(self) -> ssl.SSLContext:
        """Return what certificates are verified against: that root, and no other."""
        return ssl.create_default_context(cafile=str(self.root))

    def browse(self, **options: Any) -> httpx.Client:  # Any: whatever httpx takes
        """Return a client of the site over TLS; paths are enough for it."""
        transport = _ToThisMachine(self)
        return httpx.Client(
            base_url=f"https://{self.host}", transport=transport, timeout=60, **options
        )

    def ask_plainly(self, path: str, host: str = "") -> httpx.Response:
        """Return the answer to a request over plain HTTP."""
        url = f"http://127.0.0.1:{self.http_port}{path}"
        transport = httpx.HTTPTransport(local_address=self.address)
        with httpx.Client(transport=transport, timeout=60) as client:
            return client.get(url, headers={"Host": host or self.host})

    def stream(self, path: str, **options: Any) -> ClientConnection:  # Any: as above
        """Return a WebSocket."""
        plain = socket.create_connection(
            ("127.0.0.1", self.https_port), timeout=60, source_address=(self.address, 0)
        )
        url = f"wss://{self.host}{path}"
        return connect(url, sock=plain, ssl=self.trust, open_timeout=60, **options)

    def certificate(self, host: str = "") -> dict[str, Any]:  # Any: as ssl tells it
        """Return the certificate that is shown for a host, verified; raises ``ssl.SSLError``."""
        address = ("127.0.0.1", self.https_port)
        with (
            socket.create_connection(address, timeout=60) as plain,
            self.trust.wrap_socket(plain, server_hostname=host or self.host) as encrypted,
        ):
            shown = encrypted.getpeercert()
            assert shown is not None
            return shown

    def trader(self, credentials: Credentials) -> TradingClient:
        """Return the official client, unmodified but for the way to the host."""
        trading = TradingClient(
            credentials.key_id, credentials.secret, url_override=f"https://{self.host}/api"
        )
        # Whatever this machine trusts otherwise, by REQUESTS_CA_BUNDLE for one, is not asked.
        trading._session.trust_env = False
        trading._session.verify = str(self.root)
        trading._session.mount("https://", _AdapterToThisMachine(self))
        return trading


class _ToThisMachine(httpx.HTTPTransport):
    def __init__(self, visitor: Visitor) -> None:
        super().__init__(verify=visitor.trust, local_address=visitor.address)
        self._visitor = visitor

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._visitor.https_port),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": self._visitor.host},
        )
        return super().handle_request(sent)


class _AdapterToThisMachine(HTTPAdapter):
    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # Any: as its base has it
        name = self._visitor.host
        source = (self._visitor.address, 0)
        super().init_poolmanager(  # type: ignore[no-untyped-call] # its stubs say nothing
            *arguments, server_hostname=name, assert_hostname=name, source_address=source, **options
        )

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> Any:  # as above
        request.headers["Host"] = self._visitor.host
        assert request.url is not None
        here = f"https://127.0.0.1:{self._visitor.https_port}"
        request.url = request.url.replace(f"https://{self._visitor.host}", here, 1)
        return super().send(request, *args, **options)
