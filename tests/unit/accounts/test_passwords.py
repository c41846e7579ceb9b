"""Argon2id behind the sign-in."""

import asyncio
from collections.abc import Iterator

import pytest

from tradewind.account_service.passwords import Passwords
from tradewind.platform.errors import Unavailable


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Return a cheap hasher, so that the tests are quick."""
    made = Passwords(time_cost=1, memory_cost_kib=64)
    yield made
    made.close()


async def test_password_that_was_hashed_is_verified(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "Correct horse")


async def test_nobodys_password_is_never_right(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "")
    assert not await passwords.verify(None, "anything")


async def test_damaged_hash_is_a_wrong_password(passwords: Passwords) -> None:
    assert not await passwords.verify("$argon2id$damaged", "anything")


async def test_overlong_password_is_wrong_without_being_hashed_whole(passwords: Passwords) -> None:
    stored = await passwords.hash("x" * 1024)
    assert await passwords.verify(stored, "x" * 1024)
    assert not await passwords.verify(stored, "x" * 1025)


async def test_hash_with_other_parameters_is_renewed(passwords: Passwords) -> None:
    stored = await passwords.hash("secret")
    stronger = Passwords(time_cost=2, memory_cost_kib=64)
    assert not passwords.needs_rehash(stored)
    assert stronger.needs_rehash(stored)
    stronger.close()


async def test_default_parameters_stand_above_the_recommended_minimum() -> None:
    standard = Passwords()
    stored = await standard.hash("secret")
    assert stored.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert await standard.verify(stored, "secret")
    standard.close()


async def test_too_many_waiting_callers_are_refused(passwords: Passwords) -> None:
    stored = await passwords.hash("secret")
    answers = await asyncio.gather(
        *(passwords.verify(stored, "secret") for _ in range(80)), return_exceptions=True
    )
    assert answers.count(True) == 64
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 16
