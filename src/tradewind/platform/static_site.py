"""A built single-page application, served from memory."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Receive, Scope, Send

_BYTES_MAX = 64 * 1024 * 1024
_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NOT_BUILT = (
    b"<!doctype html><title>Tradewind</title><h1>The web terminal is not built</h1>"
    b"<p>Run <code>make web</code> in the checkout, then start Tradewind again.</p>"
)


@dataclass(frozen=True)
class _File:
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    tag: bytes


class StaticSite:
    """Answer GET and HEAD with the site's files, and any other page with ``index.html``.

    Files are read once, so that no path of a request ever reaches the file system. A path whose
    last part has a dot names a file and is 404 when the site has none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._files = _load(folder) if folder else {}
        if "/index.html" not in self._files:
            self._files = {"/index.html": _file("/index.html", _NOT_BUILT)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        found = self._find(scope["path"])
        if found is None:
            await _respond(send, 404, [(b"content-type", b"text/plain")], b"Not found")
            return
        headers = list(found.headers)
        if any(name == b"if-none-match" and found.tag in value for name, value in scope["headers"]):
            await _respond(send, 304, headers, b"")
            return
        headers.append((b"content-length", str(len(found.body)).encode()))
        await _respond(send, 200, headers, b"" if scope["method"] == "HEAD" else found.body)

    def _find(self, path: str) -> _File | None:
        if found := self._files.get(path):
            return found
        is_file = "." in path.rsplit("/", 1)[-1]
        return None if is_file else self._files["/index.html"]


def _load(folder: Path) -> dict[str, _File]:
    files: dict[str, _File] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total += path.stat().st_size
            if total > _BYTES_MAX:
                raise ValueError(f"the site in {folder} is larger than {_BYTES_MAX} bytes")
            name = f"/{path.relative_to(folder).as_posix()}"
            files[name] = _file(name, path.read_bytes())
    return files


def _file(name: str, body: bytes) -> _File:
    kind, _ = mimetypes.guess_type(name)
    if kind is None:
        kind = "application/octet-stream"
    elif kind.startswith("text/") or kind.endswith(("javascript", "json")):
        kind = f"{kind}; charset=utf-8"
    # The build puts a digest into the name of everything below /assets/.
    cache = "public, max-age=31536000, immutable" if name.startswith("/assets/") else "no-cache"
    tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'.encode()
    headers = [
        (b"content-type", kind.encode()),
        (b"cache-control", cache.encode()),
        (b"etag", tag),
        (b"referrer-policy", b"same-origin"),
    ]
    if kind.startswith("text/html"):
        headers.append((b"content-security-policy", _CONTENT_POLICY.encode()))
        headers.append((b"cross-origin-opener-policy", b"same-origin"))
    return _File(body, tuple(headers), tag)


async def _respond(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
