"""Finds out who opens a stream: by handshake headers, session cookie, or a message."""

import asyncio
from urllib.parse import parse_qs

from tradewind.api_gateway.authentication import ACCOUNT_HEADER, Authenticator
from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.routing.route import Scope
from tradewind.api_gateway.streams.registry import Caller
from tradewind.contracts.accounts import Identity
from tradewind.platform.errors import Refusal

_ACCOUNT_PARAMETER = "account"
"""Browsers cannot send headers with a handshake; this stands for ``X-Tradewind-Account``."""

_SERVER_ERROR = 500

_REFUSED_AFTER_S = 0.5
"""Some clients try again in a tight loop, for ever: a refusal that takes its time slows them."""


class CredentialsRefused(Exception):
    """The handshake carried credentials that do not hold."""


class Callers:
    """Turns credentials into callers."""

    def __init__(
        self, authenticator: Authenticator, *, refused_after_s: float = _REFUSED_AFTER_S
    ) -> None:
        self._authenticator = authenticator
        self._refused_after_s = refused_after_s

    async def by_key(self, key_id: str, secret: str) -> Caller | None:
        """Return the caller behind a key pair, ``None`` when it does not hold."""

        async def verify() -> Identity | None:
            return await self._authenticator.verify_key(key_id, secret)

        identity = await verify()
        if identity is None:
            await asyncio.sleep(self._refused_after_s)
            return None
        return Caller(identity, verify)

    async def by_handshake(self, headers: Headers) -> Caller | None:
        """Return the caller whose credentials came with the handshake, ``None`` without any.

        Raises ``CredentialsRefused`` when they do not hold.
        """

        async def verify() -> Identity | None:
            return await self._authenticator.identify_handshake(headers)

        try:
            identity = await verify()
        except Refusal as refusal:
            if refusal.status >= _SERVER_ERROR:
                raise
            await asyncio.sleep(self._refused_after_s)
            raise CredentialsRefused from refusal
        return None if identity is None else Caller(identity, verify)


def handshake_headers(scope: Scope) -> Headers:
    """Return a handshake's headers, with the account that its query chooses."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    chosen = parse_qs(scope["query_string"].decode("latin-1")).get(_ACCOUNT_PARAMETER)
    if chosen:
        headers[ACCOUNT_HEADER] = chosen[-1].encode("latin-1", "replace")
    return headers
