"""The account service in memory: three people, one account each, keys and sessions in clear."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

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
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, Role, UserId, VenueId
from tradewind.platform.errors import NotAuthenticated, NotFound
from tradewind.platform.ids import derived_id

BEGINNING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
PASSWORD = "correct horse"  # noqa: S105 of people who do not exist


async def fund_nothing(_: AccountId) -> None:
    """Leave the first account without a trading side: for tests of the account service alone."""


class AccountsInMemory:
    """Implements ``tradewind.contracts.accounts.AccountService``.

    Every role has a user of its name with one account, whose key id is ``KEY-<role>`` and whose
    secret is ``secret-<role>``.
    """

    def __init__(self, roles: Iterable[Role] = Role) -> None:
        self.users: dict[UserId, User] = {}
        self.accounts: dict[AccountId, BrokerageAccount] = {}
        self.keys: dict[str, tuple[ApiKey, str]] = {}
        self.sessions: dict[str, UserId] = {}
        self.movements: list[tuple[UserId, AccountId, str]] = []
        """What the audit log says of cash."""
        self.interventions: list[tuple[UserId, AccountId | None, Intervention, str]] = []
        self._made = 0
        for role in roles:
            user = User(
                user_id=UserId(self._id()), username=role.value, role=role, created_at=BEGINNING
            )
            self.users[user.user_id] = user
            account = self.add_account(user.user_id, MAIN_VENUE, "Main")
            self.add_key(account.account_id, f"KEY-{role}", f"secret-{role}")

    def add_account(self, user_id: UserId, venue_id: VenueId, name: str) -> BrokerageAccount:
        """Make an account."""
        account = BrokerageAccount(
            account_id=AccountId(self._id()),
            account_number=f"TW{self._made:06}",
            user_id=user_id,
            venue_id=venue_id,
            name=name,
            created_at=BEGINNING,
        )
        self.accounts[account.account_id] = account
        return account

    def add_key(self, account_id: AccountId, key_id: str, secret: str) -> NewApiKey:
        """Make a key."""
        key = ApiKey(key_id=key_id, account_id=account_id, name="first", created_at=BEGINNING)
        self.keys[key_id] = (key, secret)
        return NewApiKey(key=key, secret=secret)

    def account_of(self, role: Role) -> BrokerageAccount:
        """Return the first account of a role's user."""
        return next(a for a in self.accounts.values() if self.users[a.user_id].role is role)

    async def bootstrap(
        self, venue_id: VenueId, fund: Callable[[AccountId], Awaitable[None]]
    ) -> Bootstrap | None:
        """Do nothing: there are users already."""
        return None

    async def verify_key(self, key_id: str, secret: str) -> Identity | None:
        """Return the identity behind a key pair that is in force."""
        key, known = self.keys.get(key_id, (None, ""))
        if key is None or secret != known or key.revoked_at is not None:
            return None
        account = self.accounts[key.account_id]
        return Identity(
            user_id=account.user_id,
            role=self.users[account.user_id].role,
            account_id=account.account_id,
            venue_id=account.venue_id,
            key_id=key_id,
        )

    async def verify_session(
        self, token: str, account_id: AccountId | None = None
    ) -> Identity | None:
        """Return the identity behind a session."""
        user_id = self.sessions.get(token)
        if user_id is None:
            return None
        accounts = await self.list_accounts(user_id)
        chosen = next((a for a in accounts if account_id in (None, a.account_id)), None)
        if chosen is None:
            raise NotFound(f"account {account_id} is not one of your accounts")
        return Identity(
            user_id=user_id,
            role=self.users[user_id].role,
            account_id=chosen.account_id,
            venue_id=chosen.venue_id,
            session_id=f"session of {user_id}",
            csrf_token=f"csrf-{token}",
            session_expires_at=BEGINNING + timedelta(hours=12),
        )

    async def sign_in(self, username: str, password: str, *, address: str) -> NewSession:
        """Open a session for a user whose password is ``PASSWORD``."""
        user = next((u for u in self.users.values() if u.username == username), None)
        if user is None or password != PASSWORD:
            raise NotAuthenticated("username or password is wrong")
        token = f"token-{username}-{len(self.sessions)}"
        self.sessions[token] = user.user_id
        return NewSession(
            token=token,
            csrf_token=f"csrf-{token}",
            expires_at=BEGINNING + timedelta(hours=12),
            user=user,
            accounts=await self.list_accounts(user.user_id),
        )

    async def sign_out(self, token: str) -> None:
        """End a session."""
        self.sessions.pop(token, None)

    async def get_user(self, user_id: UserId) -> User:
        """Return a user."""
        return self.users[user_id]

    async def list_accounts(self, user_id: UserId) -> list[BrokerageAccount]:
        """Return a user's accounts."""
        return [account for account in self.accounts.values() if account.user_id == user_id]

    async def get_account(self, account_id: AccountId) -> BrokerageAccount:
        """Return one account."""
        return self.accounts[account_id]

    async def create_account(
        self, user_id: UserId, venue_id: VenueId, name: str
    ) -> BrokerageAccount:
        """Make an account."""
        return self.add_account(user_id, venue_id, name)

    async def create_key(self, account_id: AccountId, name: str) -> NewApiKey:
        """Make a key."""
        number = len(self.keys)
        return self.add_key(account_id, f"KEY-{number}", f"secret-{number}")

    async def list_keys(self, account_id: AccountId) -> list[ApiKey]:
        """Return an account's keys."""
        return [key for key, _ in self.keys.values() if key.account_id == account_id]

    async def record_cash_movement(
        self, user_id: UserId, account_id: AccountId, movement: str, *, address: str
    ) -> None:
        """Remember who moved an account's cash."""
        entry = (user_id, account_id, movement)
        if entry not in self.movements:
            self.movements.append(entry)

    async def revoke_key(self, account_id: AccountId, key_id: str) -> None:
        """Revoke a key."""
        key, _ = self.keys.get(key_id, (None, ""))
        if key is None or key.account_id != account_id:
            raise NotFound(f"there is no key {key_id}")
        del self.keys[key_id]

    async def record_intervention(
        self, by: UserId, account_id: AccountId | None, intervention: Intervention, subject: str
    ) -> None:
        """Remember what an administrator did."""
        self.interventions.append((by, account_id, intervention, subject))

    def _id(self) -> str:
        self._made += 1
        return derived_id(BEGINNING, "account", self._made)
