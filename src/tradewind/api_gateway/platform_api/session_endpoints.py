"""``/tradewind/v1/session``: sign in and out of the web terminal."""

from datetime import datetime
from email.utils import format_datetime

import msgspec
from msgspec import Struct

from tradewind.api_gateway.authentication import SESSION_COOKIE, session_token
from tradewind.api_gateway.cross_origin import CrossOrigin
from tradewind.api_gateway.platform_api.shapes import SessionShape, shape_account, shape_user
from tradewind.api_gateway.rate_limit import RateLimits
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body, require_json
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.contracts.accounts import AccountService, Identity
from tradewind.platform.errors import MalformedRequest, NotAuthenticated, NotPermitted

_TAG = "Session"
_PATH = "/tradewind/v1/session"
_USERNAME_MAX = 200
_PASSWORD_MAX = 1000
_EXPIRED = "Thu, 01 Jan 1970 00:00:00 GMT"


class SignInBody(Struct, frozen=True, kw_only=True):
    """Who signs in."""

    username: str
    password: str


_sign_in = msgspec.json.Decoder(SignInBody)


class SessionEndpoints:
    """Opens, shows and ends browser sessions."""

    def __init__(
        self, accounts: AccountService, limits: RateLimits, cross_origin: CrossOrigin
    ) -> None:
        self._accounts = accounts
        self._limits = limits
        self._cross_origin = cross_origin

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(
                "POST",
                _PATH,
                self.sign_in,
                Access.PUBLIC,
                "Sign in",
                _TAG,
                ErrorStyle.PROBLEM,
                body=SignInBody,
                response=SessionShape,
                status=201,
                description="Sets the session cookie.",
            ),
            Route(
                "GET",
                _PATH,
                self.get,
                Access.SESSION,
                "Get the session",
                _TAG,
                ErrorStyle.PROBLEM,
                response=SessionShape,
            ),
            Route(
                "DELETE",
                _PATH,
                self.sign_out,
                Access.SESSION,
                "Sign out",
                _TAG,
                ErrorStyle.PROBLEM,
                status=204,
            ),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Open a session and set its cookie.

        Only JSON from our own pages: another site must not be able to sign its visitor in.
        """
        if not self._cross_origin.may_carry_cookie(request.headers):
            raise NotPermitted("sign in from the terminal's own pages")
        require_json(request.headers)
        await self._limits.hit_sign_in(request.address)
        sent = decode_body(_sign_in, request.body)
        if not 0 < len(sent.username) <= _USERNAME_MAX or not sent.password:
            raise MalformedRequest("username and password are required")
        if len(sent.password) > _PASSWORD_MAX:
            raise MalformedRequest(f"password must have at most {_PASSWORD_MAX} characters")
        session = await self._accounts.sign_in(
            sent.username, sent.password, address=request.address
        )
        response = json_response(
            SessionShape(
                user=shape_user(session.user),
                accounts=[shape_account(account) for account in session.accounts],
                csrf_token=session.csrf_token,
                expires_at=session.expires_at,
            ),
            201,
        )
        response.headers = (_cookie(session.token, session.expires_at, request),)
        return response

    async def get(self, request: Request) -> Response:
        """Answer the live session, as sign-in did."""
        identity = request.identity
        csrf_token, expires_at = _of_session(identity)
        user = await self._accounts.get_user(identity.user_id)
        accounts = await self._accounts.list_accounts(identity.user_id)
        return json_response(
            SessionShape(
                user=shape_user(user),
                accounts=[shape_account(account) for account in accounts],
                csrf_token=csrf_token,
                expires_at=expires_at,
            )
        )

    async def sign_out(self, request: Request) -> Response:
        """End the session and clear its cookie."""
        token = session_token(request.headers)
        if token is not None:
            await self._accounts.sign_out(token)
        return Response(status=204, headers=(_cookie("", None, request),))


def _of_session(identity: Identity) -> tuple[str, datetime]:
    if identity.csrf_token is None or identity.session_expires_at is None:
        raise NotAuthenticated("there is no session; sign in")
    return identity.csrf_token, identity.session_expires_at


def _cookie(token: str, expires_at: datetime | None, request: Request) -> tuple[bytes, bytes]:
    ends = _EXPIRED if expires_at is None else format_datetime(expires_at, usegmt=True)
    parts = [
        f"{SESSION_COOKIE}={token}",
        "Path=/",
        f"Expires={ends}",
        "HttpOnly",
        "SameSite=Strict",
    ]
    if request.scheme == "https":
        parts.append("Secure")
    return b"set-cookie", "; ".join(parts).encode()
