"""How keys, tokens and first passwords look and compare."""

import re

from tradewind.account_service.domain import credentials


def test_key_ids_are_tw_and_eighteen_base32_characters() -> None:
    ids = {credentials.new_key_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"TW[A-Z2-7]{18}", key_id) for key_id in ids)
    assert all(credentials.is_key_id(key_id) for key_id in ids)


def test_secrets_are_forty_three_letters_and_digits_and_never_repeat() -> None:
    tokens = {credentials.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(re.fullmatch(r"[0-9A-Za-z]{43}", token) for token in tokens)


def test_first_password_is_five_groups_of_two_syllables() -> None:
    password = credentials.new_password()
    assert re.fullmatch(
        r"([bdfghjklmnprstvwz][aeiou]){2}(-([bdfghjklmnprstvwz][aeiou]){2}){4}", password
    )
    assert password != credentials.new_password()


def test_what_is_no_key_id_is_told_apart_without_a_look_up() -> None:
    good = credentials.new_key_id()
    for text in ("", "TW", good.lower(), good + "A", good[:-1], "XX" + good[2:], good[:-1] + "1"):
        assert not credentials.is_key_id(text)


def test_only_the_same_credential_matches_what_was_stored() -> None:
    token = credentials.new_token()
    stored = credentials.hash_credential(token)
    assert credentials.matches(token, stored)
    assert not credentials.matches(token[:-1], stored)
    assert not credentials.matches("", stored)
    assert not credentials.matches("\udcff\x00ü", stored)


def test_what_is_stored_is_not_the_credential() -> None:
    token = credentials.new_token()
    assert len(credentials.hash_credential(token)) == 32
    assert token.encode() not in credentials.hash_credential(token)


def test_overlong_or_empty_text_is_no_credential() -> None:
    assert credentials.is_credential(credentials.new_token())
    assert not credentials.is_credential("")
    assert not credentials.is_credential("x" * 129)


def test_csrf_token_belongs_to_one_session_and_does_not_show_it() -> None:
    first, second = credentials.new_token(), credentials.new_token()
    assert credentials.csrf_token_of(first) == credentials.csrf_token_of(first)
    assert credentials.csrf_token_of(first) != credentials.csrf_token_of(second)
    assert first not in credentials.csrf_token_of(first)
