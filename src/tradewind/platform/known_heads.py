"""Heads of HTTP requests that the parser has taken before, with what it made of them.

A program that trades sends the same lines above each of its orders. What they mean does not change,
so a head that is byte for byte one of the last few need not be parsed, split and decoded again.
Only heads that the parser has taken are kept, and only the plain ones: HTTP/1.1, no upgrade, no
``Expect``, no transfer coding, a connection that stays open.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_HEADS_MAX = 1024
_HEAD_BYTES_MAX = 4096
_END = b"\r\n\r\n"
_UNUSUAL = frozenset({b"expect", b"trailer", b"transfer-encoding", b"upgrade"})
_STAYS_OPEN = b"keep-alive"


class Head(NamedTuple):
    """What the scope of a request takes from its head, and the length of the body that follows."""

    method: str
    path: str
    raw_path: bytes
    query_string: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body_bytes: int


class KnownHeads:
    """Remembers heads; the one that was learnt first is forgotten first."""

    def __init__(self, limit: int = _HEADS_MAX) -> None:
        self._limit = limit
        self._heads: dict[bytes, Head] = {}

    def find(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return head and body of a request, ``None`` unless it is a known one and nothing else."""
        end = data.find(_END)
        if end < 0:
            return None
        end += len(_END)
        head = self._heads.get(data[:end])
        if head is None or len(data) - end != head.body_bytes:
            return None
        return head, data[end:]

    # Any: the values of an ASGI scope are not typed by the protocol.
    def learn(self, data: bytes, scope: Mapping[str, Any]) -> None:
        """Keep the head that ``data`` begins with, of which the parser has made ``scope``.

        ``data`` is one whole request.
        """
        end = data.find(_END) + len(_END)
        if not len(_END) <= end <= _HEAD_BYTES_MAX or scope["http_version"] != "1.1":
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        by_name = dict(headers)
        if not _UNUSUAL.isdisjoint(by_name):
            return
        if by_name.get(b"connection", _STAYS_OPEN).lower() != _STAYS_OPEN:
            return
        body_bytes = int(by_name.get(b"content-length", b"0"))
        if len(data) - end != body_bytes:
            return
        if len(self._heads) >= self._limit:
            del self._heads[next(iter(self._heads))]
        self._heads[data[:end]] = Head(
            scope["method"],
            scope["path"],
            scope["raw_path"],
            scope["query_string"],
            tuple(headers),
            body_bytes,
        )
