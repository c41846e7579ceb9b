"""How to connect to Valkey: the same for everybody who does."""

from typing import Any
from urllib.parse import urlsplit

_ENCRYPTED = ("valkeys", "rediss")


def connection_options(url: str, *, timeout_s: float) -> dict[str, Any]:  # as the client takes them
    """Return what the client is told beside the URL.

    Over TLS it verifies not only who signed the server's certificate, which it does by itself, but
    also whose name it bears. ``ssl_ca_certs`` in the URL names a file of other authorities.
    """
    options: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
    if urlsplit(url).scheme in _ENCRYPTED:
        options["ssl_check_hostname"] = True
    return options
