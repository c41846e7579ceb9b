"""What users, accounts and keys may be called."""

import pytest

from tradewind.account_service.domain.names import normalize_username, require_name
from tradewind.platform.errors import MalformedRequest


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("admin", "admin"), (" Admin ", "admin"), ("Ada.Lovelace+x@example.org",) * 2],
)
def test_usernames_are_the_same_in_any_case_and_spacing(typed: str, stored: str) -> None:
    assert normalize_username(typed) == stored.lower()


@pytest.mark.parametrize("typed", ["", " ", "a b", "ädmin", "x" * 65, "x" * 10_000, "a\x00", "?"])
def test_what_cannot_be_a_username_is_none(typed: str) -> None:
    assert normalize_username(typed) is None


def test_names_are_trimmed() -> None:
    assert require_name("  My bot ", "a key") == "My bot"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\x00b", "two\nlines"])
def test_names_must_be_short_and_printable(name: str) -> None:
    with pytest.raises(MalformedRequest, match="the name of a key must be"):
        require_name(name, "a key")
