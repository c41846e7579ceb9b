"""Heads that are remembered: only plain ones, of one whole request, and not too many."""

from typing import Any

import pytest

from tradewind.platform.known_heads import KnownHeads


def request(name: str = "a", *more: tuple[bytes, bytes], body: bytes = b"hi") -> bytes:
    lines = [b"POST /%b HTTP/1.1" % name.encode(), *[b"%b: %b" % field for field in more]]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


def scope(name: str = "a", *more: tuple[bytes, bytes], length: bytes = b"2") -> dict[str, Any]:
    return {
        "http_version": "1.1",
        "method": "POST",
        "path": f"/{name}",
        "raw_path": f"/{name}".encode(),
        "query_string": b"",
        "headers": [*more, (b"content-length", length)],
    }


def test_a_head_is_known_once_it_has_been_learnt_with_any_body_of_its_length() -> None:
    heads = KnownHeads()
    assert heads.find(request()) is None
    heads.learn(request(), scope())
    found = heads.find(request(body=b"ho"))
    assert found is not None
    assert (found[0].path, found[0].headers, found[1]) == (
        "/a",
        ((b"content-length", b"2"),),
        b"ho",
    )


@pytest.mark.parametrize("change", [b"", b"h", b"hih", b"hi" + request()])
def test_anything_but_the_whole_request_is_not_known(change: bytes) -> None:
    heads = KnownHeads()
    heads.learn(request(), scope())
    assert heads.find(request().removesuffix(b"hi") + change) is None
    assert heads.find(request()[:30]) is None


@pytest.mark.parametrize(
    "field",
    [
        (b"expect", b"100-continue"),
        (b"upgrade", b"websocket"),
        (b"transfer-encoding", b"chunked"),
        (b"connection", b"close"),
        (b"connection", b"keep-alive, upgrade"),
    ],
)
def test_what_is_not_plain_is_not_learnt(field: tuple[bytes, bytes]) -> None:
    heads = KnownHeads()
    heads.learn(request("a", field), scope("a", field))
    assert heads.find(request("a", field)) is None


def test_other_versions_and_long_heads_are_not_learnt() -> None:
    heads = KnownHeads()
    heads.learn(request(), {**scope(), "http_version": "1.0"})
    long = (b"x-long", b"x" * 5000)
    heads.learn(request("a", long), scope("a", long))
    assert heads.find(request()) is None
    assert heads.find(request("a", long)) is None


def test_the_first_that_was_learnt_is_forgotten_first() -> None:
    heads = KnownHeads(limit=2)
    for name in "abc":
        heads.learn(request(name), scope(name))
    assert heads.find(request("a")) is None
    assert heads.find(request("b")) is not None
    assert heads.find(request("c")) is not None
