"""Counting, rechecking and closing of open streams."""

import pytest

from tradewind.api_gateway.streams.registry import Caller, StreamRegistry, TooManyConnections
from tradewind.contracts.accounts import Identity
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, Role, UserId
from tradewind.platform.errors import NotAuthenticated, Unavailable


class Stream:
    """Notes how it was closed."""

    def __init__(self) -> None:
        self.closed: list[int] = []
        self.slow = False

    def close(self, code: int, reason: str) -> None:
        self.closed.append(code)


def identity(account_id: str = "account") -> Identity:
    return Identity(
        user_id=UserId("user"),
        role=Role.TRADER,
        account_id=AccountId(account_id),
        venue_id=MAIN_VENUE,
        key_id="key",
    )


def enter(registry: StreamRegistry, answer: Identity | Exception | None) -> Stream:
    async def verify() -> Identity | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    stream = Stream()
    registry.enter(stream, "here")
    registry.admit(stream, Caller(identity(), verify))
    return stream


async def test_streams_end_once_their_credentials_do() -> None:
    registry = StreamRegistry(10)
    holds = enter(registry, identity())
    revoked = enter(registry, None)
    refused = enter(registry, NotAuthenticated("the session has ended"))
    moved = enter(registry, identity("another"))
    await registry.recheck()
    assert holds.closed == []
    assert revoked.closed == refused.closed == moved.closed == [1008]


async def test_streams_stay_while_credentials_cannot_be_checked() -> None:
    registry = StreamRegistry(10)
    stream = enter(registry, Unavailable("the account service does not answer"))
    await registry.recheck()
    assert stream.closed == []


async def test_a_stream_that_comes_while_stopping_is_sent_away() -> None:
    registry = StreamRegistry(10)
    await registry.stop()
    late = Stream()
    registry.enter(late, "here")
    assert late.closed == [1012]


async def test_stopping_waits_until_the_streams_have_left() -> None:
    registry = StreamRegistry(10)
    registry.start()
    stream = enter(registry, identity())

    def close(code: int, reason: str) -> None:
        registry.leave(stream)

    stream.close = close
    await registry.stop()
    assert not registry.open_streams


async def test_an_address_has_a_limited_number_of_streams_before_it_tells_a_key() -> None:
    registry = StreamRegistry(1000)
    strangers = [Stream() for _ in range(64)]
    for stream in strangers:
        registry.enter(stream, "here")
    with pytest.raises(TooManyConnections):
        registry.enter(Stream(), "here")
    registry.enter(Stream(), "elsewhere")
    registry.leave(strangers.pop())
    enter(registry, identity())
    registry.enter(Stream(), "here")
