"""The account service's use cases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from limits import parse

from tradewind.account_service.cache import ReadThroughCache
from tradewind.account_service.domain import credentials
from tradewind.account_service.domain.names import normalize_username, require_name
from tradewind.account_service.domain.throttle import Throttle
from tradewind.account_service.passwords import Passwords
from tradewind.account_service.repository import FirstStart, KeyRecord, Repository
from tradewind.account_service.session_repository import SessionRecord, SessionRepository
from tradewind.contracts.accounts import (
    ApiKey,
    Bootstrap,
    BrokerageAccount,
    Identity,
    Intervention,
    NewApiKey,
    NewSession,
    User,
)
from tradewind.contracts.vocabulary import AccountId, Role, UserId, VenueId
from tradewind.platform.clock import Clock
from tradewind.platform.errors import NotAuthenticated, NotFound, RateLimited, Refusal
from tradewind.platform.ids import is_uuid, new_id
from tradewind.platform.settings import Settings

FIRST_USERNAME = "admin"
_FIRST_ACCOUNT_NAME = "Main"
_FIRST_KEY_NAME = "first key"
_UNKNOWN_USERNAME = "?"
"""Under which attempts with an impossible username are counted; no user can be called so."""

_CACHE_SIZE_MAX = 10_000
_ABSENT_S_MAX = 2.0
_ADDRESS_LENGTH_MAX = 64
_SHOWN_LENGTH_MAX = 64
_ACCOUNTS_MAX = 1_000
_KEYS_MAX = 100
_KEYS_LISTED_MAX = 1_000


class TooManyAccounts(Refusal):
    """The user has as many accounts as one may have."""

    status = 422
    code = 42210000
    title = "Too many accounts"


class TooManyKeys(Refusal):
    """The account has as many keys in force as one may have."""

    status = 422
    code = 42210000
    title = "Too many API keys"


class AccountsOfUsers:
    """Implements ``tradewind.contracts.accounts.AccountService`` on PostgreSQL."""

    def __init__(
        self,
        settings: Settings,
        repository: Repository,
        sessions: SessionRepository,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock
        self._lifetime = timedelta(hours=settings.session_lifetime_hours)
        limit = parse(settings.rate_limit_sign_in)
        self._throttle = Throttle(limit.amount, timedelta(seconds=limit.get_expiry()))
        absent_s = min(settings.key_cache_s, _ABSENT_S_MAX)
        self._keys = ReadThroughCache[str, _VerifiedKey](
            self._load_key,
            found_s=settings.key_cache_s,
            absent_s=absent_s,
            size_max=_CACHE_SIZE_MAX,
        )
        self._signed_in = ReadThroughCache[bytes, SessionRecord](
            self._sessions.find_session,
            found_s=settings.key_cache_s,
            absent_s=absent_s,
            size_max=_CACHE_SIZE_MAX,
        )

    async def bootstrap(
        self, venue_id: VenueId, fund: Callable[[AccountId], Awaitable[None]]
    ) -> Bootstrap | None:
        """Make the first administrator, account and key; ``None`` when there already is a user."""
        if await self._repository.has_users():
            return None
        now = self._clock.now()
        password = credentials.new_password()
        secret = credentials.new_token()
        user = User(
            user_id=UserId(new_id()), username=FIRST_USERNAME, role=Role.ADMIN, created_at=now
        )
        account_id = AccountId(new_id())
        key = ApiKey(
            key_id=credentials.new_key_id(),
            account_id=account_id,
            name=_FIRST_KEY_NAME,
            created_at=now,
        )
        await fund(account_id)
        account = await self._repository.create_first(
            FirstStart(
                user=user,
                password_hash=await self._passwords.hash(password),
                account_id=account_id,
                account_name=_FIRST_ACCOUNT_NAME,
                venue_id=venue_id,
                key=key,
                secret_hash=credentials.hash_credential(secret),
            )
        )
        if account is None:
            return None
        return Bootstrap(
            user=user,
            password=password,
            account=account,
            key=NewApiKey(key=key, secret=secret),
        )

    async def verify_key(self, key_id: str, secret: str) -> Identity | None:
        """Return the identity behind a key pair, or ``None``; answered from a short cache.

        This runs before every order: while the key is in the cache it costs a look-up, one
        SHA-256 of a short text and a comparison.
        """
        verified = await self._keys.get(key_id)
        if verified is None or not credentials.is_credential(secret):
            return None
        if not credentials.matches(secret, verified.record.secret_hash):
            return None
        if not verified.touched:
            verified.touched = True
            await self._repository.touch_key(verified.record, self._clock.now())
        return verified.identity

    async def verify_session(
        self, token: str, account_id: AccountId | None = None
    ) -> Identity | None:
        """Return the identity behind a session cookie, for one of the user's accounts.

        ``None`` when there is no such session or it has expired; raises ``NotFound`` when the
        account is not one of the user's. Without ``account_id`` it is the oldest account.
        """
        if not credentials.is_credential(token):
            return None
        token_hash = credentials.hash_credential(token)
        session = await self._signed_in.get(token_hash)
        if session is None or session.expires_at <= self._clock.now():
            return None
        if account_id is not None and account_id not in session.accounts and is_uuid(account_id):
            # It may just have been made by another process.
            self._signed_in.discard(token_hash)
            session = await self._signed_in.get(token_hash)
            if session is None:
                return None
        chosen = next(iter(session.accounts), None) if account_id is None else account_id
        if chosen is None:
            raise NotFound("you have no account yet")
        if chosen not in session.accounts:
            raise NotFound(f"account {chosen[:_SHOWN_LENGTH_MAX]} is not one of your accounts")
        return Identity(
            user_id=session.user_id,
            role=session.role,
            account_id=chosen,
            venue_id=session.accounts[chosen],
            session_id=session.session_id,
            csrf_token=credentials.csrf_token_of(token),
            session_expires_at=session.expires_at,
        )

    async def sign_in(self, username: str, password: str, *, address: str) -> NewSession:
        """Open a session; raises ``NotAuthenticated``, or ``RateLimited`` after many failures.

        An unknown name costs the same work as a wrong password and gets the same answer.
        """
        now = self._clock.now()
        address = "".join(filter(str.isprintable, address))[:_ADDRESS_LENGTH_MAX]
        name = normalize_username(username)
        counted_as = name or _UNKNOWN_USERNAME
        wait_s = await self._sessions.reserve_attempt(counted_as, address, self._throttle, now)
        if wait_s is not None:
            raise RateLimited(
                f"too many failed attempts to sign in; try again in {wait_s} seconds",
                retry_after_s=wait_s,
            )
        # An impossible name is looked up too, so that it takes as long as any other.
        found = await self._repository.find_user(counted_as)
        user, stored = found if found is not None else (None, None)
        correct = await self._passwords.verify(stored, password)
        if user is None or stored is None or not correct:
            user_id = user.user_id if user is not None else None
            await self._sessions.record_failed_sign_in(user_id, address, now)
            raise NotAuthenticated("the username or the password is wrong")
        if self._passwords.needs_rehash(stored):
            renewed = await self._passwords.hash(password)
            await self._repository.set_password_hash(user.user_id, stored, renewed)
        token = credentials.new_token()
        expires_at = now + self._lifetime
        await self._sessions.open_session(
            new_id(),
            credentials.hash_credential(token),
            user,
            username=counted_as,
            address=address,
            at=now,
            expires_at=expires_at,
        )
        return NewSession(
            token=token,
            csrf_token=credentials.csrf_token_of(token),
            expires_at=expires_at,
            user=user,
            accounts=await self._repository.list_accounts(user.user_id),
        )

    async def sign_out(self, token: str) -> None:
        """End a session."""
        if not credentials.is_credential(token):
            return
        token_hash = credentials.hash_credential(token)
        await self._sessions.close_session(token_hash, self._clock.now())
        self._signed_in.discard(token_hash)

    async def get_user(self, user_id: UserId) -> User:
        """Return a user; raises ``NotFound``."""
        user = await self._repository.get_user(user_id) if is_uuid(user_id) else None
        if user is None:
            raise NotFound(f"user {user_id} does not exist")
        return user

    async def get_user_by_name(self, username: str) -> User:
        """Return a user by the name they sign in with; raises ``NotFound``."""
        name = normalize_username(username)
        found = await self._repository.find_user(name) if name else None
        if found is None:
            raise NotFound(f"there is no user called {username[:_SHOWN_LENGTH_MAX]!r}")
        return found[0]

    async def reset_password(self, username: str) -> str:
        """Give a user a new password, end their sessions, and return it; raises ``NotFound``.

        Another process may still know a session for as long as its cache keeps it.
        """
        user = await self.get_user_by_name(username)
        password = credentials.new_password()
        password_hash = await self._passwords.hash(password)
        await self._repository.reset_password(user, password_hash, self._clock.now())
        self._signed_in.discard_where(lambda session: session.user_id == user.user_id)
        return password

    async def list_accounts(self, user_id: UserId) -> list[BrokerageAccount]:
        """Return a user's accounts, oldest first."""
        return await self._repository.list_accounts(user_id) if is_uuid(user_id) else []

    async def get_account(self, account_id: AccountId) -> BrokerageAccount:
        """Return one account; raises ``NotFound``."""
        account = await self._repository.get_account(account_id) if is_uuid(account_id) else None
        if account is None:
            raise NotFound(f"account {account_id} does not exist")
        return account

    async def create_account(
        self, user_id: UserId, venue_id: VenueId, name: str
    ) -> BrokerageAccount:
        """Make an account record; the caller opens it in the order service."""
        name = require_name(name, "an account")
        await self.get_user(user_id)
        account = await self._repository.create_account(
            AccountId(new_id()),
            user_id,
            venue_id,
            name,
            self._clock.now(),
            accounts_max=_ACCOUNTS_MAX,
        )
        if account is None:
            raise TooManyAccounts(f"a user may have {_ACCOUNTS_MAX} accounts")
        self._signed_in.discard_where(lambda session: session.user_id == user_id)
        return account

    async def create_key(self, account_id: AccountId, name: str) -> NewApiKey:
        """Make a key pair for an account; its secret is in the answer and nowhere else."""
        name = require_name(name, "an API key")
        account = await self.get_account(account_id)
        secret = credentials.new_token()
        key = ApiKey(
            key_id=credentials.new_key_id(),
            account_id=account_id,
            name=name,
            created_at=self._clock.now(),
        )
        made = await self._repository.create_key(
            key, credentials.hash_credential(secret), account.user_id, keys_max=_KEYS_MAX
        )
        if not made:
            raise TooManyKeys(
                f"an account may have {_KEYS_MAX} API keys in force; revoke one that is not used"
            )
        return NewApiKey(key=key, secret=secret)

    async def list_keys(self, account_id: AccountId) -> list[ApiKey]:
        """Return an account's keys without their secrets, newest first."""
        if not is_uuid(account_id):
            return []
        return await self._repository.list_keys(account_id, _KEYS_LISTED_MAX)

    async def record_cash_movement(
        self, user_id: UserId, account_id: AccountId, movement: str, *, address: str
    ) -> None:
        """Write into the audit log who moved an account's cash; once for each movement."""
        address = "".join(filter(str.isprintable, address))[:_ADDRESS_LENGTH_MAX]
        await self._repository.record_cash_movement(
            user_id, account_id, movement, address, self._clock.now()
        )

    async def revoke_key(self, account_id: AccountId, key_id: str) -> None:
        """Revoke a key at once; raises ``NotFound``."""
        known = is_uuid(account_id) and credentials.is_key_id(key_id)
        if not known or not await self._repository.revoke_key(
            account_id, key_id, self._clock.now()
        ):
            raise NotFound(f"API key {key_id[:_SHOWN_LENGTH_MAX]} does not exist")
        self._keys.discard(key_id)

    async def record_intervention(
        self, by: UserId, account_id: AccountId | None, intervention: Intervention, subject: str
    ) -> None:
        """Add to the audit log what an administrator did to an account."""
        await self._repository.record_intervention(
            by, account_id, intervention, subject, self._clock.now()
        )

    async def _load_key(self, key_id: str) -> "_VerifiedKey | None":
        if not credentials.is_key_id(key_id):
            return None
        record = await self._repository.find_key(key_id)
        return _VerifiedKey(record) if record is not None else None


class _VerifiedKey:
    """A key as the cache keeps it: the identity is made once, not at every request."""

    __slots__ = ("identity", "record", "touched")

    def __init__(self, record: KeyRecord) -> None:
        self.record = record
        self.touched = False
        self.identity = Identity(
            user_id=record.user_id,
            role=record.role,
            account_id=record.account_id,
            venue_id=record.venue_id,
            key_id=record.key_id,
        )
