"""What a process answers while another one leads: it lives, it is not ready, try again soon."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.platform.errors import NotLeading
from tradewind.platform.http import STANDBY, create_app
from tradewind.platform.problems import PROBLEM_TYPE, problem_body
from tradewind.platform.rpc.refusals import KIND_HEADER, write_refusal
from tradewind.platform.settings import Settings

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class StandbyDoor:
    """Stand before an application, shut until it is opened and whenever this process may not serve.

    ``may_serve`` is asked for every request once the door is open.
    """

    def __init__(self, title: str, settings: Settings, may_serve: Callable[[], bool]) -> None:
        self._may_serve = may_serve
        self._inner: ASGIApp | None = None
        self.status = STANDBY
        """Why it is shut, for who asks whether this process is ready."""
        self._standby = create_app(
            title=title,
            ready=_never_ready,
            settings=settings,
            docs=False,
            unready=lambda: self.status,
        )
        self._standby.add_api_route(
            "/{path:path}", _refuse, methods=_METHODS, include_in_schema=False
        )

    def open(self, application: ASGIApp) -> None:
        """Let requests through to an application from now on."""
        self._inner = application

    @property
    def state(self) -> Any:  # Any: Starlette's bag, on which the server marks draining
        """Return the state in which the server notes that it drains."""
        inner = self._inner
        return self._standby.state if inner is None else inner.state  # type: ignore[attr-defined] # a gateway has one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection, or refuse it."""
        if self._inner is not None and self._may_serve():
            await self._inner(scope, receive, send)
        elif scope["type"] == "websocket":
            await _refuse_websocket(receive, send)
        else:
            path = scope["path"].removeprefix("/api") or "/"
            await self._standby({**scope, "path": path, "root_path": ""}, receive, send)


async def _never_ready() -> bool:
    return False


async def _refuse() -> Response:
    body, kind = write_refusal(NotLeading())
    headers = {"retry-after": "1", KIND_HEADER: kind}
    return Response(body, status_code=NotLeading.status, media_type=PROBLEM_TYPE, headers=headers)


async def _refuse_websocket(receive: Receive, send: Send) -> None:
    await receive()
    headers = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"retry-after", b"1"),
        (KIND_HEADER.encode(), NotLeading.__name__.encode()),
    ]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": problem_body(NotLeading())})
