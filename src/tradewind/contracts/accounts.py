"""What the account service offers: users, sessions, API keys and who a caller is."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId, Role, UserId, VenueId
from tradewind.platform.rpc.interface import repeatable


class Intervention(StrEnum):
    """What an administrator may do to somebody's account, or to all of a venue."""

    LIMITS_SET = "limits_set"
    KILL_SWITCH_ENGAGED = "kill_switch_engaged"
    KILL_SWITCH_RELEASED = "kill_switch_released"
    MARGIN_SET = "margin_set"
    LIVE_TRADING_ON = "live_trading_on"
    LIVE_TRADING_OFF = "live_trading_off"
    CORPORATE_ACTION_ENTERED = "corporate_action_entered"
    CORPORATE_ACTION_WITHDRAWN = "corporate_action_withdrawn"
    TRADING_HALTED = "trading_halted"
    TRADING_RESUMED = "trading_resumed"


class Identity(Struct, frozen=True, kw_only=True):
    """Who is calling, as the gateway has verified it.

    A key belongs to one account; a browser session to a user, whose accounts are in ``accounts``
    and whose chosen one is ``account_id``.
    """

    user_id: UserId
    role: Role
    account_id: AccountId
    venue_id: VenueId
    key_id: str | None = None
    session_id: str | None = None
    csrf_token: str | None = None
    session_expires_at: datetime | None = None


class BrokerageAccount(Struct, frozen=True, kw_only=True):
    """A customer's brokerage account as a record; its money lives in the order service."""

    account_id: AccountId
    account_number: str
    user_id: UserId
    venue_id: VenueId
    name: str
    created_at: datetime


class User(Struct, frozen=True, kw_only=True):
    """A person who may sign in."""

    user_id: UserId
    username: str
    role: Role
    created_at: datetime


class ApiKey(Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    key_id: str
    account_id: AccountId
    name: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class NewApiKey(Struct, frozen=True, kw_only=True):
    """An API key with its secret, which is shown this once and stored only as a hash."""

    key: ApiKey
    secret: str


class NewSession(Struct, frozen=True, kw_only=True):
    """A browser session just opened; ``token`` goes into the cookie and is stored as a hash."""

    token: str
    csrf_token: str
    expires_at: datetime
    user: User
    accounts: list[BrokerageAccount]


class Bootstrap(Struct, frozen=True, kw_only=True):
    """What the first start made: shown once, stored nowhere in clear."""

    user: User
    password: str
    account: BrokerageAccount
    key: NewApiKey


class AccountService(Protocol):
    """What other services may ask about callers."""

    @repeatable
    async def verify_key(self, key_id: str, secret: str) -> Identity | None:
        """Return the identity behind a key pair, or ``None``; answered from a short cache."""
        ...

    @repeatable
    async def verify_session(
        self, token: str, account_id: AccountId | None = None
    ) -> Identity | None:
        """Return the identity behind a session cookie, for one of the user's accounts."""
        ...

    async def sign_in(self, username: str, password: str, *, address: str) -> NewSession:
        """Open a session; raises ``NotAuthenticated``, or ``RateLimited`` after many failures."""
        ...

    @repeatable
    async def sign_out(self, token: str) -> None:
        """End a session."""
        ...

    @repeatable
    async def get_user(self, user_id: UserId) -> User:
        """Return a user; raises ``NotFound``."""
        ...

    @repeatable
    async def list_accounts(self, user_id: UserId) -> list[BrokerageAccount]:
        """Return a user's accounts, oldest first."""
        ...

    @repeatable
    async def get_account(self, account_id: AccountId) -> BrokerageAccount:
        """Return one account; raises ``NotFound``."""
        ...

    async def create_account(
        self, user_id: UserId, venue_id: VenueId, name: str
    ) -> BrokerageAccount:
        """Make an account record; the caller opens it in the order service."""
        ...

    async def create_key(self, account_id: AccountId, name: str) -> NewApiKey:
        """Make a key pair for an account."""
        ...

    @repeatable
    async def list_keys(self, account_id: AccountId) -> list[ApiKey]:
        """Return an account's keys without their secrets."""
        ...

    @repeatable
    async def record_cash_movement(
        self, user_id: UserId, account_id: AccountId, movement: str, *, address: str
    ) -> None:
        """Write into the audit log who moved an account's cash.

        ``movement`` says what was done and names it; saying it again adds nothing, so that a
        request that is repeated leaves one entry.
        """
        ...

    async def revoke_key(self, account_id: AccountId, key_id: str) -> None:
        """Revoke a key at once; raises ``NotFound``."""
        ...

    async def record_intervention(
        self, by: UserId, account_id: AccountId | None, intervention: "Intervention", subject: str
    ) -> None:
        """Add to the audit log what an administrator did to an account, ``None`` for all."""
        ...


class FirstStart(Protocol):
    """What the account service offers to whoever starts a platform for the first time."""

    async def bootstrap(
        self, venue_id: VenueId, fund: Callable[[AccountId], Awaitable[None]]
    ) -> Bootstrap | None:
        """Make the first administrator, account and key; ``None`` when there already is a user.

        ``fund`` makes the account ready to trade. It runs before anything is stored here, so that a
        start which dies half-way leaves no user whose account has no cash: the next start begins
        anew.
        """
        ...
