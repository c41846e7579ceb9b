"""Who is calling: API keys in headers, HTTP Basic, or the session cookie of the web terminal."""

import binascii
import hmac
from base64 import b64decode

from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.routing.route import Access
from tradewind.contracts.accounts import AccountService, Identity
from tradewind.contracts.vocabulary import AccountId, Role
from tradewind.platform.errors import NotAuthenticated, NotPermitted
from tradewind.platform.ids import is_uuid

SESSION_COOKIE = "tradewind_session"
_SESSION_COOKIE = SESSION_COOKIE.encode()
CSRF_HEADER = b"x-csrf-token"
ACCOUNT_HEADER = b"x-tradewind-account"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CREDENTIAL_MAX = 512
_REFUSED = "request is not authorized"


class Authenticator:
    """Turns the credentials of a request into an identity, or refuses it."""

    def __init__(self, accounts: AccountService) -> None:
        self._accounts = accounts

    async def authenticate(self, method: str, headers: Headers) -> Identity:
        """Return the caller; raises ``NotAuthenticated`` or ``NotPermitted``.

        Credentials are looked for in this order and the first kind that is present decides: key
        headers, ``Authorization``, session cookie. A session must prove with ``X-CSRF-Token`` that
        an unsafe request comes from its own page.
        """
        key_id = headers.get(b"apca-api-key-id")
        if key_id is not None:
            secret = headers.get(b"apca-api-secret-key", b"")
            return await self._key(key_id.decode("latin-1"), secret.decode("latin-1"), headers)
        authorization = headers.get(b"authorization")
        if authorization is not None:
            return await self._key(*_basic_pair(authorization), headers)
        token = session_token(headers)
        if token is None:
            raise NotAuthenticated(
                f"{_REFUSED}: send APCA-API-KEY-ID and APCA-API-SECRET-KEY, or sign in"
            )
        return await self._session(token, method, headers)

    async def verify_key(self, key_id: str, secret: str) -> Identity | None:
        """Return the identity behind a key pair, or ``None``; for the streams' own messages."""
        if not (_is_plain(key_id) and _is_plain(secret)):
            return None
        return await self._accounts.verify_key(key_id, secret)

    async def identify_handshake(self, headers: Headers) -> Identity | None:
        """Return who opens a WebSocket by its handshake headers, ``None`` when they say nothing.

        Raises as ``authenticate`` does when credentials are there but do not hold. The caller of
        this checks ``Origin`` first, because a cookie comes along from any page.
        """
        has_credentials = (
            b"apca-api-key-id" in headers
            or b"authorization" in headers
            or session_token(headers) is not None
        )
        return await self.authenticate("GET", headers) if has_credentials else None

    async def _key(self, key_id: str, secret: str, headers: Headers) -> Identity:
        identity = await self.verify_key(key_id, secret)
        if identity is None:
            raise NotAuthenticated(f"{_REFUSED}: the key is unknown, revoked or its secret wrong")
        chosen = headers.get(ACCOUNT_HEADER)
        if chosen is not None and chosen.decode("latin-1") != identity.account_id:
            raise NotPermitted("the key belongs to another account than X-Tradewind-Account names")
        return identity

    async def _session(self, token: str, method: str, headers: Headers) -> Identity:
        chosen = headers.get(ACCOUNT_HEADER)
        account_id = None if chosen is None else chosen.decode("latin-1")
        if account_id is not None and not is_uuid(account_id):
            raise NotPermitted("X-Tradewind-Account is not one of your accounts")
        identity = await self._accounts.verify_session(
            token, None if account_id is None else AccountId(account_id.lower())
        )
        if identity is None:
            raise NotAuthenticated(f"{_REFUSED}: the session has ended; sign in again")
        if method not in _SAFE_METHODS:
            sent = headers.get(CSRF_HEADER, b"")
            expected = (identity.csrf_token or "").encode()
            if not expected or not hmac.compare_digest(sent, expected):
                raise NotPermitted("X-CSRF-Token is missing or not the one of this session")
        return identity


def authorize(identity: Identity, access: Access) -> None:
    """Refuse a caller whose role or kind of credentials does not reach; raises ``NotPermitted``."""
    match access:
        case Access.TRADE:
            if identity.role is Role.VIEWER:
                raise NotPermitted("a viewer may look, but not trade or change anything")
        case Access.PUBLIC | Access.READ:
            return
        case Access.SESSION:
            if identity.session_id is None:
                raise NotPermitted("an API key may not do this; sign in")
        case Access.ADMIN:
            if identity.role is not Role.ADMIN:
                raise NotPermitted("only an administrator may do this")


def session_token(headers: Headers) -> str | None:
    """Return the session cookie's value; cookies of other programs on this host do not matter."""
    for pair in headers.get(b"cookie", b"").split(b";"):
        name, _, value = pair.partition(b"=")
        if name.strip() == _SESSION_COOKIE:
            token = value.strip().decode("latin-1")
            return token if _is_plain(token) else None
    return None


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _CREDENTIAL_MAX and text.isascii() and text.isprintable()


def _basic_pair(authorization: bytes) -> tuple[str, str]:
    scheme, _, value = authorization.partition(b" ")
    match scheme.lower():
        case b"basic":
            try:
                pair = b64decode(value.strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise NotAuthenticated(f"{_REFUSED}: Basic needs base64 of key:secret") from None
            key_id, _, secret = pair.partition(":")
            return key_id, secret
        case b"bearer":
            raise NotAuthenticated(
                f"{_REFUSED}: Bearer tokens are not offered by this server; "
                "send APCA-API-KEY-ID and APCA-API-SECRET-KEY"
            )
        case _:
            raise NotAuthenticated(f"{_REFUSED}: unknown Authorization scheme")
