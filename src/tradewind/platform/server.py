"""An HTTP server inside the process, which starts, drains and stops with its component."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Generator, Sequence

import uvicorn
from starlette.types import ASGIApp

from tradewind.platform.errors import StartupRefused
from tradewind.platform.http_protocol import TradewindHttpProtocol
from tradewind.platform.logging import get_logger

_BACKLOG = 2048
_KEEP_ALIVE_S = 5
_CUT_MARGIN_S = 5.0
_HEADERS = [("x-content-type-options", "nosniff")]


class HttpServer:
    """Serve an ASGI application on one address.

    ``port`` 0 takes a free port; ``port`` tells the real one after ``start``. ``listener`` is a
    socket that ``reserve_port`` took before. ``port_setting`` names the variable that moves the
    server, for the message about a taken port.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        drain_timeout_s: float,
        name: str = "http",
        listener: socket.socket | None = None,
        port_setting: str = "TRADEWIND_GATEWAY_PORT",
        trusted_proxies: Sequence[str] = (),
        message_bytes_max: int = 1_048_576,
        keep_alive_s: int = _KEEP_ALIVE_S,
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self._app = app
        self._port_setting = port_setting
        self._drain_timeout_s = drain_timeout_s
        self._server = _EmbeddedServer(
            uvicorn.Config(
                app,
                http=TradewindHttpProtocol,
                ws="websockets-sansio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=_HEADERS,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                backlog=_BACKLOG,
                ws_max_size=message_bytes_max,
                # Compressing costs a client of a busy stream more than all the rest of its work.
                ws_per_message_deflate=False,
                timeout_keep_alive=keep_alive_s,
                timeout_graceful_shutdown=max(1, round(drain_timeout_s)),
            )
        )
        self._listener = listener
        self._task: asyncio.Task[None] | None = None
        self._log = get_logger(name)

    @property
    def url(self) -> str:
        """Return the address to open."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else self.host  # noqa: S104 compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Listen; raises ``StartupRefused`` when the port cannot be had."""
        if self._listener is None:
            self._listener = reserve_port(self.host, self.port, self._port_setting)
        self.port = self._listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve([self._listener]), name=self.name)
        started = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({self._task, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._task.done():
            error = self._task.exception()
            self._close()
            if isinstance(error, OSError):
                raise StartupRefused(
                    _refusal(error, self.host, self.port, self._port_setting)
                ) from error
            raise StartupRefused(f"The server {self.name} ended while starting.") from error
        self._log.debug("listening", url=self.url)

    def begin_drain(self) -> None:
        """Be ready no more, so that nobody sends anything new here; everything is still served."""
        state = getattr(self._app, "state", None)
        if state is not None:
            state.draining = True

    async def stop(self) -> None:
        """Take no new connection, let running requests end, cut the rest after the drain time."""
        self.begin_drain()
        if self._task is not None:
            self._server.should_exit = True
            done, _ = await asyncio.wait(
                {self._task}, timeout=self._drain_timeout_s + _CUT_MARGIN_S
            )
            if not done:
                self._log.warning("connections were cut after the drain time")
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._close()

    async def ready(self) -> bool:
        """Tell whether the server listens."""
        return self._server.started and not self._server.should_exit

    def _close(self) -> None:
        self._task = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def reserve_port(host: str, port: int, port_setting: str) -> socket.socket:
    """Take a port without listening yet; raises ``StartupRefused`` when it cannot be had.

    Long preparations follow this, so that a taken port is told at once.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named, and with it on every
    # answer waits for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartupRefused(_refusal(error, host, port, port_setting)) from error
    return listener


def _refusal(error: OSError, host: str, port: int, port_setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Stop that program, or choose "
            f"another port with {port_setting}."
        )
    if error.errno == errno.EACCES:
        return (
            f"Port {port} needs rights that this user does not have. Choose one above 1023 with "
            f"{port_setting}."
        )
    return (
        f"The server cannot listen on {host}:{port} ({error.strerror or error}). "
        "Check TRADEWIND_HOST."
    )


class _EmbeddedServer(uvicorn.Server):
    """Leaves signals to the process's owner and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()
