"""Cross-origin requests from browsers: an allow-list, closed unless the settings open it."""

from collections.abc import Sequence

from tradewind.api_gateway.routing.headers import Headers

HeaderList = tuple[tuple[bytes, bytes], ...]

_ALLOW_HEADERS = (
    b"APCA-API-KEY-ID, APCA-API-SECRET-KEY, Authorization, Content-Type, X-CSRF-Token, "
    b"X-Request-ID, X-Tradewind-Account"
)
_EXPOSE_HEADERS = (
    b"X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After"
)
_ALLOW_METHODS = b"GET, POST, PUT, PATCH, DELETE"
_PREFLIGHT_AGE_S = b"600"


class CrossOrigin:
    """Answers which origins may read responses; ``*`` allows any, but never with cookies."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.rstrip("/").encode() for origin in origins)

    def allows(self, origin: bytes) -> bool:
        """Tell whether pages of an origin may call."""
        return self._any or origin in self._origins

    def response_headers(self, headers: Headers) -> HeaderList:
        """Return what to add to a response; nothing for same-origin and unknown callers."""
        if not self._origins:
            return ()
        origin = headers.get(b"origin")
        if origin is None or not self.allows(origin):
            return ((b"vary", b"Origin"),)
        return (*self._grant(origin), (b"access-control-expose-headers", _EXPOSE_HEADERS))

    def preflight_headers(self, headers: Headers) -> HeaderList | None:
        """Return the answer to a preflight request, or ``None`` when it is not allowed."""
        origin = headers.get(b"origin")
        if origin is None or not self.allows(origin):
            return None
        return (
            *self._grant(origin),
            (b"access-control-allow-methods", _ALLOW_METHODS),
            (b"access-control-allow-headers", _ALLOW_HEADERS),
            (b"access-control-max-age", _PREFLIGHT_AGE_S),
        )

    def may_carry_cookie(self, headers: Headers) -> bool:
        """Tell whether a request that a cookie authenticates comes from our own pages.

        Programs send no ``Origin``. For sign-in and for WebSocket handshakes, which a CSRF token
        cannot protect.
        """
        origin = headers.get(b"origin")
        if origin is None or origin in self._origins:
            return True
        return origin.partition(b"://")[2] == headers.get(b"host")

    def _grant(self, origin: bytes) -> HeaderList:
        shared = ((b"access-control-allow-origin", origin), (b"vary", b"Origin"))
        if origin not in self._origins:
            return shared
        return (*shared, (b"access-control-allow-credentials", b"true"))
