"""What our own routes answer with."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.contracts.accounts import ApiKey, BrokerageAccount, User
from tradewind.contracts.market_data import FeedState
from tradewind.contracts.portfolio import Income, Performance
from tradewind.contracts.vocabulary import FeedKind, Role


class UserShape(Struct, frozen=True, kw_only=True):
    """A person who may sign in."""

    user_id: str
    username: str
    role: Role


class AccountShape(Struct, frozen=True, kw_only=True):
    """A brokerage account of the caller."""

    account_id: str
    account_number: str
    name: str
    venue_id: str
    created_at: datetime


class AccountList(Struct, frozen=True):
    """The caller's accounts, oldest first."""

    accounts: list[AccountShape]


class SessionShape(Struct, frozen=True, kw_only=True):
    """A signed-in session; ``csrf_token`` goes into ``X-CSRF-Token`` of unsafe requests."""

    user: UserShape
    accounts: list[AccountShape]
    csrf_token: str
    expires_at: datetime


class KeyShape(Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    key_id: str
    name: str
    account_id: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyList(Struct, frozen=True):
    """The account's keys."""

    keys: list[KeyShape]


class NewKeyShape(Struct, frozen=True, kw_only=True):
    """A key just made; the secret is shown this once."""

    key_id: str
    secret_key: str
    name: str
    account_id: str
    created_at: datetime


class FeedShape(Struct, frozen=True, kw_only=True):
    """Where a venue's feed stands."""

    venue_id: str
    kind: FeedKind
    now: datetime
    is_open: bool
    trading_date: date | None
    number: int
    finished: bool
    days_done: int
    days_total: int


class NewVenueShape(Struct, frozen=True, kw_only=True):
    """A venue just opened, with an account on it and that account's key."""

    venue_id: str
    account_id: str
    key_id: str
    secret_key: str
    state: FeedShape


class PerformanceShape(Struct, frozen=True, kw_only=True):
    """How the account did; amounts are strings, ratios fractions as strings."""

    account_id: str
    start_date: date | None
    end_date: date | None
    start_equity: str
    end_equity: str
    net_cash_flow: str
    profit_loss: str
    time_weighted_return: Decimal
    max_drawdown: Decimal
    fees: str
    dividends: str
    fills: int


class PositionIncomeShape(Struct, frozen=True, kw_only=True):
    """What one instrument brought in, and what trading it cost."""

    symbol: str
    dividends: str
    fees: str


class IncomeShape(Struct, frozen=True, kw_only=True):
    """What the account received and was charged; ``total`` is dividends and interest."""

    account_id: str
    start_date: date | None
    end_date: date | None
    total: str
    dividends: str
    interest: str
    fees: str
    """Those of fills and ``borrow_fees``."""
    borrow_fees: str
    positions: list[PositionIncomeShape]


def shape_user(user: User) -> UserShape:
    """Return a user as our routes show it."""
    return UserShape(user_id=user.user_id, username=user.username, role=user.role)


def shape_account(account: BrokerageAccount) -> AccountShape:
    """Return an account as our routes show it."""
    return AccountShape(
        account_id=account.account_id,
        account_number=account.account_number,
        name=account.name,
        venue_id=account.venue_id,
        created_at=account.created_at,
    )


def shape_key(key: ApiKey) -> KeyShape:
    """Return a key as our routes show it."""
    return KeyShape(
        key_id=key.key_id,
        name=key.name,
        account_id=key.account_id,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def shape_feed(state: FeedState) -> FeedShape:
    """Return a feed's state as our routes show it."""
    return FeedShape(
        venue_id=state.venue_id,
        kind=state.kind,
        now=state.now,
        is_open=state.is_open,
        trading_date=state.trading_date,
        number=state.number,
        finished=state.finished,
        days_done=state.days_done,
        days_total=state.days_total,
    )


def shape_performance(performance: Performance) -> PerformanceShape:
    """Return an account's performance as our routes show it."""
    return PerformanceShape(
        account_id=performance.account_id,
        start_date=performance.start_date,
        end_date=performance.end_date,
        start_equity=decimal_text(performance.start_equity),
        end_equity=decimal_text(performance.end_equity),
        net_cash_flow=decimal_text(performance.net_cash_flow),
        profit_loss=decimal_text(performance.profit_loss),
        time_weighted_return=performance.time_weighted_return,
        max_drawdown=performance.max_drawdown,
        fees=decimal_text(performance.fees),
        dividends=decimal_text(performance.dividends),
        fills=performance.fills,
    )


def shape_income(income: Income, start: date | None, end: date | None) -> IncomeShape:
    """Return an account's income between two dates as our routes show it."""
    return IncomeShape(
        account_id=income.account_id,
        start_date=start,
        end_date=end,
        total=decimal_text(income.total),
        dividends=decimal_text(income.dividends),
        interest=decimal_text(income.interest),
        fees=decimal_text(income.fees),
        borrow_fees=decimal_text(income.borrow_fees),
        positions=[
            PositionIncomeShape(
                symbol=each.symbol,
                dividends=decimal_text(each.dividends),
                fees=decimal_text(each.fees),
            )
            for each in income.positions
        ],
    )
