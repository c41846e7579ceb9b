"""Browser sessions from signing in to signing out, and who has to wait."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from tradewind.account_service.app import AccountApp
from tradewind.account_service.domain.credentials import new_token
from tradewind.contracts.accounts import Bootstrap
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, VenueId
from tradewind.platform.clock import ManualClock
from tradewind.platform.database import Database
from tradewind.platform.errors import NotAuthenticated, NotFound, RateLimited
from tradewind.platform.ids import new_id
from tradewind.testing.accounts import fund_nothing

HERE = "192.0.2.1"


@pytest.fixture
async def first(app: AccountApp) -> Bootstrap:
    """Return what the first start made."""
    made = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert made is not None
    return made


async def test_session_speaks_for_any_of_the_users_accounts(
    app: AccountApp, first: Bootstrap, clock: ManualClock
) -> None:
    session = await app.sign_in(" ADMIN ", first.password, address=HERE)
    assert session.accounts == [first.account]
    identity = await app.verify_session(session.token)
    assert identity is not None
    assert identity.account_id == first.account.account_id
    assert identity.csrf_token == session.csrf_token
    assert identity.session_expires_at == session.expires_at
    assert identity.key_id is None

    clock.set(clock.now() + timedelta(seconds=1))
    replay = await app.create_account(first.user.user_id, VenueId("replay-1"), "Replay")
    identity = await app.verify_session(session.token, replay.account_id)
    assert identity is not None
    assert (identity.account_id, identity.venue_id) == (replay.account_id, "replay-1")


async def test_account_made_by_another_process_is_seen_at_once(
    make_app: Callable[[], AccountApp], first: Bootstrap
) -> None:
    one, other = make_app(), make_app()
    session = await one.sign_in("admin", first.password, address=HERE)
    await one.verify_session(session.token)
    account = await other.create_account(first.user.user_id, MAIN_VENUE, "Other")
    identity = await one.verify_session(session.token, account.account_id)
    assert identity is not None
    assert identity.account_id == account.account_id


@pytest.mark.parametrize("account_id", [new_id(), "", "\x00", "x" * 10_000])
async def test_session_does_not_speak_for_an_account_of_somebody_else(
    app: AccountApp, first: Bootstrap, account_id: str
) -> None:
    session = await app.sign_in("admin", first.password, address=HERE)
    with pytest.raises(NotFound, match="not one of your accounts"):
        await app.verify_session(session.token, AccountId(account_id))


async def test_session_ends_with_its_lifetime(
    make_app: Callable[..., AccountApp], first: Bootstrap, clock: ManualClock
) -> None:
    app = make_app(session_lifetime_hours=2)
    session = await app.sign_in("admin", first.password, address=HERE)
    assert session.expires_at == clock.now() + timedelta(hours=2)
    clock.set(session.expires_at - timedelta(seconds=1))
    assert await app.verify_session(session.token) is not None
    clock.set(session.expires_at)
    assert await app.verify_session(session.token) is None


async def test_expired_sessions_are_dropped_at_the_next_sign_in(
    app: AccountApp, first: Bootstrap, clock: ManualClock, database: Database
) -> None:
    session = await app.sign_in("admin", first.password, address=HERE)
    clock.set(session.expires_at)
    await app.sign_in("admin", first.password, address=HERE)
    assert await database.fetchval("SELECT count(*) FROM sessions") == 1


async def test_signing_out_ends_the_session_at_once(app: AccountApp, first: Bootstrap) -> None:
    session = await app.sign_in("admin", first.password, address=HERE)
    assert await app.verify_session(session.token) is not None
    await app.sign_out(session.token)
    await app.sign_out(session.token)
    await app.sign_out("")
    assert await app.verify_session(session.token) is None


@pytest.mark.parametrize("token", ["", new_token(), "x" * 100_000, "\x00", "\udcff"])
async def test_unknown_token_is_nobody(app: AccountApp, first: Bootstrap, token: str) -> None:
    assert await app.verify_session(token) is None


async def test_token_is_stored_only_as_a_hash(
    app: AccountApp, first: Bootstrap, database: Database
) -> None:
    session = await app.sign_in("admin", first.password, address=HERE)
    text = await database.fetchval("SELECT s::text FROM sessions s")
    assert session.token not in text
    assert session.token.encode().hex() not in text
    assert session.csrf_token not in text


@pytest.mark.parametrize(
    ("username", "password"),
    [("admin", "wrong"), ("nobody", "wrong"), ("", ""), ("\x00", "\x00"), ("x" * 9_999, "\udcff")],
)
async def test_wrong_name_and_wrong_password_get_the_same_answer(
    app: AccountApp, first: Bootstrap, username: str, password: str
) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        await app.sign_in(username, password, address=HERE)
    assert caught.value.message == "the username or the password is wrong"


async def test_password_is_hashed_anew_when_the_parameters_have_changed(
    make_app: Callable[..., AccountApp], first: Bootstrap, database: Database
) -> None:
    await make_app(time_cost=2).sign_in("admin", first.password, address=HERE)
    assert ",t=2," in await database.fetchval("SELECT password_hash FROM users")
    await make_app(time_cost=2).sign_in("admin", first.password, address=HERE)


async def fail(app: AccountApp, username: str = "admin", address: str = HERE) -> int | None:
    """Try a wrong password; return the seconds to wait when there was no trying."""
    try:
        await app.sign_in(username, "wrong", address=address)
    except NotAuthenticated:
        return None
    except RateLimited as refusal:
        return int(str(refusal.context["retry_after_s"]))
    raise AssertionError("a wrong password signed in")


async def test_username_that_failed_too_often_must_wait_from_everywhere(
    make_app: Callable[..., AccountApp], first: Bootstrap, clock: ManualClock
) -> None:
    app = make_app(rate_limit_sign_in="3/minute")
    for number in range(3):
        assert await fail(app, address=f"192.0.2.{number}") is None
    assert await fail(app, address="192.0.2.99") == 60
    with pytest.raises(RateLimited):
        await app.sign_in("admin", first.password, address="192.0.2.99")
    assert await fail(app, username="somebody", address="192.0.2.99") is None
    clock.set(clock.now() + timedelta(seconds=60))
    await app.sign_in("admin", first.password, address="192.0.2.99")


async def test_address_that_failed_too_often_must_wait_for_every_username(
    make_app: Callable[..., AccountApp], first: Bootstrap
) -> None:
    app = make_app(rate_limit_sign_in="3/minute")
    for number in range(3):
        assert await fail(app, username=f"user-{number}") is None
    with pytest.raises(RateLimited):
        await app.sign_in("admin", first.password, address=HERE)
    await app.sign_in("admin", first.password, address="192.0.2.99")


async def test_guesses_sent_at_once_do_not_pass_the_limit_together(
    make_app: Callable[..., AccountApp], first: Bootstrap
) -> None:
    app = make_app(rate_limit_sign_in="3/minute")
    waits = await asyncio.gather(*(fail(app, address=f"192.0.2.{n}") for n in range(12)))
    assert waits.count(None) == 3


async def test_right_password_clears_what_failed_before(
    make_app: Callable[..., AccountApp], first: Bootstrap
) -> None:
    app = make_app(rate_limit_sign_in="3/minute")
    for _ in range(3):
        assert await fail(app) is None
        await app.sign_in("admin", first.password, address=HERE)


async def test_old_failures_do_not_pile_up(
    app: AccountApp, first: Bootstrap, clock: ManualClock, database: Database
) -> None:
    await fail(app)
    clock.set(clock.now() + timedelta(minutes=5))
    await fail(app)
    assert await database.fetchval("SELECT count(*) FROM sign_in_failures") == 1


async def test_new_password_takes_the_place_of_a_lost_one_and_ends_the_sessions(
    app: AccountApp, first: Bootstrap, database: Database
) -> None:
    session = await app.sign_in("admin", first.password, address=HERE)
    assert await app.verify_session(session.token) is not None
    password = await app.reset_password(" Admin ")
    assert await app.verify_session(session.token) is None
    with pytest.raises(NotAuthenticated):
        await app.sign_in("admin", first.password, address=HERE)
    again = await app.sign_in("admin", password, address=HERE)
    assert again.user == first.user
    assert await app.verify_key(first.key.key.key_id, first.key.secret) is not None
    written = await database.fetchval(
        "SELECT user_id::text FROM audit_log WHERE action = 'password_reset'"
    )
    assert written == first.user.user_id


async def test_who_failed_too_often_may_sign_in_with_the_new_password(
    make_app: Callable[..., AccountApp], first: Bootstrap
) -> None:
    app = make_app(rate_limit_sign_in="2/hour")
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            await app.sign_in("admin", "forgotten", address=HERE)
    with pytest.raises(RateLimited):
        await app.sign_in("admin", first.password, address=HERE)
    password = await app.reset_password("admin")
    assert (await app.sign_in("admin", password, address=HERE)).user == first.user


async def test_password_of_nobody_is_not_reset(app: AccountApp, first: Bootstrap) -> None:
    with pytest.raises(NotFound, match="nobody"):
        await app.reset_password("nobody")
