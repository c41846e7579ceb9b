"""The web terminal's server: the built site, and the gateway under ``/api`` of the same origin."""

from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.platform.http import create_app
from tradewind.platform.settings import Settings
from tradewind.platform.static_site import StaticSite


class WebTerminal:
    """Route ``/api`` to the gateway, which answers there itself, and the rest to the site."""

    def __init__(self, gateway: ASGIApp, settings: Settings) -> None:
        self._gateway = gateway
        self._site = create_app(title="web-ui", ready=_ready, settings=settings, docs=False)
        self._site.mount("/", StaticSite(settings.find_web_dist()))

    @property
    def state(self) -> State:
        """Return the site's state, where a stopping server marks that it drains."""
        return self._site.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        path = scope.get("path", "")
        to_gateway = path == "/api" or path.startswith("/api/")
        await (self._gateway if to_gateway else self._site)(scope, receive, send)


async def _ready() -> bool:
    return True
