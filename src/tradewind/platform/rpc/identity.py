"""Who calls whom between services: short-lived tokens, signed with a key that only services have.

A token is a JWT (RFC 7519, HMAC-SHA256). It names the calling service, the called one, and the user
for whom the call is made, if there is one.
"""

from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import jwt
from msgspec import Struct

from tradewind.platform.clock import Clock
from tradewind.platform.errors import NotAuthenticated, StartupRefused

LIFETIME_S = 60
KEY_LENGTH_MIN = 32
"""Characters of a key: what HMAC-SHA256 makes use of."""

_RENEW_BEFORE_S = 30
_CLOCK_SKEW_S = 10
_ALGORITHM = "HS256"
_REMEMBERED_MAX = 4_096


class OnBehalfOf(Struct, frozen=True):
    """The user whose request led to a call."""

    user_id: str
    account_id: str | None
    """The account that the request is about; ``None`` for an administrator, who may name any."""


class Caller(Struct, frozen=True):
    """Who calls: a service, and on whose behalf."""

    service: str
    user: OnBehalfOf | None = None


acting_for: ContextVar[OnBehalfOf | None] = ContextVar("acting_for", default=None)
"""The user of the request that is being served; set at the edge."""


class Identities:
    """Signs with the first of the keys and believes all of them, so that keys can be changed."""

    def __init__(self, keys: tuple[str, ...], clock: Clock) -> None:
        if not keys:
            raise StartupRefused(
                "TRADEWIND_IDENTITY_KEY is not set: services could not tell who calls them. "
                "Set it to the same random text of 32 characters or more for every service."
            )
        if any(len(key) < KEY_LENGTH_MIN for key in keys):
            raise StartupRefused(
                f"TRADEWIND_IDENTITY_KEY is shorter than {KEY_LENGTH_MIN} characters and could be "
                "guessed. Use a random one, for example of `openssl rand -hex 32`."
            )
        self._keys = keys
        self._clock = clock
        self._signed: dict[tuple[str, str, OnBehalfOf | None], tuple[str, datetime]] = {}
        self._verified: dict[tuple[str, str], tuple[Caller, datetime]] = {}

    def token(self, service: str, audience: str, user: OnBehalfOf | None) -> str:
        """Return a token of a service for another one; the same one as long as it is fresh."""
        now = self._clock.now()
        known = self._signed.get((service, audience, user))
        if known is not None and now < known[1]:
            return known[0]
        claims: dict[str, Any] = {  # Any: as JWT has it
            "iss": service,
            "aud": audience,
            "iat": now,
            "exp": now + timedelta(seconds=LIFETIME_S),
        }
        if user is not None:
            claims |= {"sub": user.user_id, "account": user.account_id}
        token = jwt.encode(claims, self._keys[0], algorithm=_ALGORITHM)
        _bound(self._signed)
        fresh_until = now + timedelta(seconds=LIFETIME_S - _RENEW_BEFORE_S)
        self._signed[service, audience, user] = token, fresh_until
        return token

    def verify(self, token: str, audience: str) -> Caller:
        """Return who calls; raises ``NotAuthenticated``."""
        now = self._clock.now()
        known = self._verified.get((token, audience))
        if known is not None and now < known[1]:
            return known[0]
        claims = self._claims(token, audience)
        expires_at = datetime.fromtimestamp(claims["exp"], now.tzinfo)
        if expires_at + timedelta(seconds=_CLOCK_SKEW_S) <= now:
            raise NotAuthenticated("the identity of the calling service has expired")
        if datetime.fromtimestamp(claims["iat"], now.tzinfo) > now + timedelta(
            seconds=_CLOCK_SKEW_S
        ):
            raise NotAuthenticated("the identity of the calling service is of the future")
        user = None
        if "sub" in claims:
            user = OnBehalfOf(claims["sub"], claims["account"])
        caller = Caller(str(claims["iss"]), user)
        _bound(self._verified)
        self._verified[token, audience] = caller, expires_at
        return caller

    def _claims(self, token: str, audience: str) -> dict[str, Any]:  # Any: as JWT has it
        for key in self._keys:
            try:
                return jwt.decode(
                    token,
                    key,
                    algorithms=[_ALGORITHM],
                    audience=audience,
                    # By our clock, above.
                    options={
                        "require": ["iss", "aud", "iat", "exp"],
                        "verify_exp": False,
                        "verify_iat": False,
                    },
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise NotAuthenticated(
                    f"the identity of the calling service does not hold: {error}"
                ) from None
        raise NotAuthenticated(
            "the identity of the calling service is signed with another key; every service needs "
            "the same TRADEWIND_IDENTITY_KEY"
        )


def _bound(remembered: dict[Any, Any]) -> None:  # Any: either of the two
    if len(remembered) >= _REMEMBERED_MAX:
        remembered.clear()
