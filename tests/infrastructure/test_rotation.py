"""The function that changes secrets keeps services believing each other, and Valkey reachable."""

import json
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.infrastructure.rotation_account import KEY_LENGTH
from tests.infrastructure_tools import program

PROGRAM = Path(__file__).with_name("rotation_account.py")

Rotation = Callable[..., list[Any]]


@pytest.fixture(scope="session")
def rotation() -> Rotation:
    """Return what runs steps on an account of its own and returns what each of them did."""
    python = program("python", "INFRASTRUCTURE_PYTHON", "THE ROTATION IS NOT TESTED")

    def run(*steps: tuple[object, ...]) -> list[Any]:
        done = subprocess.run(
            [python, PROGRAM],
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results: list[Any] = json.loads(done.stdout)
        return results

    return run


def test_identity_key_is_believed_one_rotation_before_it_signs(rotation: Rotation) -> None:
    values = rotation(("text", "identity-key"), *[("rotate", "identity-key")] * 4)
    keys = [value.split(",") for value in values]
    # The first rotation of a single key only tells the next one.
    assert keys[1][0] == keys[0][0]
    assert len(keys[1]) == 2
    for before, after in pairwise(keys[1:]):
        assert after[0] == before[1], "a key signs that services have not heard of"
        assert after[2] == before[0], "what was just signed is not believed any more"
        assert len(set(after)) == 3
        assert all(len(key) == KEY_LENGTH for key in after)


def test_first_password_of_valkey_stands_alone_and_the_next_beside_it(rotation: Rotation) -> None:
    first, second, changes = rotation(("rotate", "valkey"), ("rotate", "valkey"), ("changes",))
    passwords = [
        [value for key, [value] in sorted(change.items()) if ".Passwords." in key]
        for change in changes
    ]
    before, after = json.loads(first), json.loads(second)
    assert passwords == [[before["password"]], [after["password"], before["password"]]]
    assert {change["UserId"][0] for change in changes} == {"tradewind-test"}
    assert {change["AuthenticationMode.Type"][0] for change in changes} == {"password"}
    assert before["username"] == after["username"] == "tradewind-test"


def test_password_of_valkey_waits_for_a_user_that_is_being_changed(rotation: Rotation) -> None:
    *_, changes = rotation(
        ("statuses", "modifying", "modifying", "active"), ("rotate", "valkey"), ("changes",)
    )
    assert len(changes) == 1


def test_steps_that_come_twice_change_nothing_more(rotation: Rotation) -> None:
    before, after = rotation(("text", "identity-key"), ("rotate", "identity-key", 2))
    assert after.split(",")[0] == before
    assert len(after.split(",")) == 2


def test_what_is_not_pending_or_not_random_does_not_become_current(rotation: Rotation) -> None:
    unknown, same, current = rotation(
        ("refuse_unknown", "valkey"),
        ("refuse_same_keys", "identity-key"),
        ("text", "identity-key"),
    )
    assert "not to be rotated" in unknown
    assert "different random texts" in same
    assert current == "a" * KEY_LENGTH
