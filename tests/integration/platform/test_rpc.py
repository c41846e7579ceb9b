"""Calls between processes over a real HTTP server."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import httpx
import pytest
from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId, OrderSide
from tradewind.platform.clock import ManualClock
from tradewind.platform.errors import (
    MalformedRequest,
    NotAuthenticated,
    NotFound,
    NotLeading,
    NotPermitted,
    OutcomeUnknown,
    Refusal,
    Stopping,
    Unavailable,
)
from tradewind.platform.http import create_app
from tradewind.platform.money import MoneyUnits
from tradewind.platform.rpc.client import RemoteFailure, RpcConnection, remote
from tradewind.platform.rpc.identity import LIFETIME_S, Identities, OnBehalfOf, acting_for
from tradewind.platform.rpc.interface import interface_of, repeatable
from tradewind.platform.rpc.server import RpcServer
from tradewind.platform.server import HttpServer, reserve_port
from tradewind.platform.settings import Settings
from tradewind.platform.standby_door import StandbyDoor

KEY = secrets.token_hex(16)
NOW = datetime(2024, 1, 2, 15, 0, 0, 123456, tzinfo=UTC)


class Entry(Struct, frozen=True):
    account_id: AccountId
    amount: MoneyUnits
    side: OrderSide
    at: datetime
    rate: Decimal
    day: date | None = None


class OutOfShelves(NotFound):
    code = 40499999
    title = "Out of shelves"


class Shelf(Protocol):
    @repeatable
    async def read(self, names: Sequence[str], *, limit: int = 5) -> dict[str, Entry]: ...

    async def write(self, entry: Entry, note: str = "") -> Entry: ...

    @repeatable
    async def find(self, name: str) -> Entry | None: ...

    async def clear(self) -> None: ...

    async def drop(self, account_id: AccountId) -> None: ...

    async def take(self, command: Entry) -> None: ...

    def not_remote(self) -> None: ...


class ShelfInMemory:
    """Does what a test says before it answers."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.before: Callable[[], Awaitable[None]] | None = None
        self.user: OnBehalfOf | None = None

    async def _called(self, *call: object) -> None:
        self.calls.append(call)
        self.user = acting_for.get()
        if self.before is not None:
            await self.before()

    async def read(self, names: Sequence[str], *, limit: int = 5) -> dict[str, Entry]:
        await self._called("read", list(names), limit)
        return dict.fromkeys(names, ENTRY)

    async def write(self, entry: Entry, note: str = "") -> Entry:
        await self._called("write", entry, note)
        return entry

    async def find(self, name: str) -> Entry | None:
        await self._called("find", name)
        return None

    async def clear(self) -> None:
        await self._called("clear")

    async def drop(self, account_id: AccountId) -> None:
        await self._called("drop", account_id)

    async def take(self, command: Entry) -> None:
        await self._called("take", command)


ENTRY = Entry(AccountId("a"), MoneyUnits(10**25 + 1), OrderSide.BUY, NOW, Decimal("0.10"))


class Stage:
    """Starts servers of a shelf and connects to them."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.clock = ManualClock(NOW)
        self.identities = Identities((KEY,), self.clock)
        self._stack = stack

    async def serve(self, shelf: ShelfInMemory, *, standby: bool = False) -> str:
        settings = Settings(_env_file=None)  # type: ignore[call-arg]
        door = StandbyDoor("shelf", settings, lambda: not standby)
        app = create_app(title="shelf", ready=_ready, settings=settings, docs=False)
        RpcServer(app, "shelf", self.identities).serve(Shelf, shelf)
        door.open(app)
        server = HttpServer(door, "127.0.0.1", 0, drain_timeout_s=0.1)
        await server.start()
        self._stack.push_async_callback(server.stop)
        return server.url

    async def connect(
        self, *urls: str, identities: Identities | None = None, patience_s: float = 1.0
    ) -> Shelf:
        connection = RpcConnection(
            urls,
            caller="test",
            service="shelf",
            identities=identities or self.identities,
            patience_s=patience_s,
            attempt_s=5,
        )
        await self._stack.enter_async_context(connection)
        shelf: Shelf = remote(Shelf, connection)
        return shelf


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(stack)


async def _ready() -> bool:
    return True


def _nowhere() -> str:
    listener = reserve_port("127.0.0.1", 0, "-")
    port = listener.getsockname()[1]
    listener.close()
    return f"http://127.0.0.1:{port}"


async def test_arguments_and_results_are_what_they_were(stage: Stage) -> None:
    there = ShelfInMemory()
    shelf = await stage.connect(await stage.serve(there))
    assert await shelf.write(ENTRY, note="n") == ENTRY
    assert await shelf.read(("x", "y"), limit=2) == {"x": ENTRY, "y": ENTRY}
    assert await shelf.read(["z"]) == {"z": ENTRY}
    assert await shelf.find("x") is None
    await shelf.clear()
    assert there.calls == [
        ("write", ENTRY, "n"),
        ("read", ["x", "y"], 2),
        ("read", ["z"], 5),
        ("find", "x"),
        ("clear",),
    ]


async def test_refusal_comes_back_as_the_kind_that_was_raised(stage: Stage) -> None:
    there = ShelfInMemory()

    async def refuse() -> None:
        raise OutOfShelves("there is no shelf 7", shelves="6", retry_after_s=3)

    there.before = refuse
    shelf = await stage.connect(await stage.serve(there))
    with pytest.raises(NotFound) as caught:
        await shelf.clear()
    refusal = caught.value
    assert (refusal.status, refusal.code, refusal.title) == (404, 40499999, "Out of shelves")
    assert refusal.message == "there is no shelf 7"
    assert refusal.context == {"shelves": "6", "retry_after_s": 3}
    assert len(there.calls) == 1


async def test_what_breaks_there_is_no_refusal_here(stage: Stage) -> None:
    there = ShelfInMemory()

    async def break_down() -> None:
        raise ValueError("secret detail")

    there.before = break_down
    shelf = await stage.connect(await stage.serve(there))
    with pytest.raises(RemoteFailure) as caught:
        await shelf.clear()
    assert "secret detail" not in str(caught.value)
    assert len(there.calls) == 1


@pytest.mark.parametrize("token", [None, "Basic x", "Bearer", "Bearer x.y.z"])
async def test_call_without_an_identity_is_401_and_not_carried_out(
    stage: Stage, token: str | None
) -> None:
    there = ShelfInMemory()
    url = await stage.serve(there)
    async with httpx.AsyncClient() as client:
        headers = {} if token is None else {"authorization": token}
        answer = await client.post(f"{url}/rpc/Shelf/clear", content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == NotAuthenticated.code
    assert there.calls == []


@pytest.mark.parametrize("case", ["other key", "other audience", "expired", "future", "unsigned"])
async def test_identity_that_does_not_hold_is_401(stage: Stage, case: str) -> None:
    there = ShelfInMemory()
    url = await stage.serve(there)
    token = stage.identities.token("test", "shelf", None)
    match case:
        case "other key":
            token = Identities(("x" + KEY,), stage.clock).token("test", "shelf", None)
        case "other audience":
            token = stage.identities.token("test", "cupboard", None)
        case "expired":
            stage.clock.set(NOW + timedelta(seconds=LIFETIME_S + 11))
        case "future":
            later = ManualClock(NOW + timedelta(seconds=30))
            token = Identities((KEY,), later).token("test", "shelf", None)
        case "unsigned":
            head = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
            token = f"{head}.{token.split('.')[1]}."
    async with httpx.AsyncClient() as client:
        headers = {"authorization": f"Bearer {token}"}
        answer = await client.post(f"{url}/rpc/Shelf/clear", content=b"{}", headers=headers)
    assert answer.status_code == 401, answer.text
    assert there.calls == []


async def test_refused_identity_is_no_refusal_of_ones_own_caller(stage: Stage) -> None:
    url = await stage.serve(ShelfInMemory())
    stranger = Identities(("x" + KEY,), stage.clock)
    shelf = await stage.connect(url, identities=stranger)
    with pytest.raises(RemoteFailure, match="TRADEWIND_IDENTITY_KEY"):
        await shelf.clear()


async def test_keys_can_be_changed_one_process_after_another(stage: Stage) -> None:
    old, new = KEY, KEY[::-1]
    both = Identities((old, new), stage.clock)
    for signer in (Identities((old,), stage.clock), Identities((new,), stage.clock)):
        assert both.verify(signer.token("test", "shelf", None), "shelf").service == "test"
    signed = both.token("test", "shelf", None)
    assert Identities((old,), stage.clock).verify(signed, "shelf").service == "test"


async def test_tokens_are_renewed_before_they_expire(stage: Stage) -> None:
    first = stage.identities.token("test", "shelf", None)
    assert stage.identities.token("test", "shelf", None) == first
    stage.clock.set(NOW + timedelta(seconds=LIFETIME_S - 20))
    assert stage.identities.token("test", "shelf", None) != first


async def test_called_service_knows_for_whom_it_works(stage: Stage) -> None:
    there = ShelfInMemory()
    shelf = await stage.connect(await stage.serve(there))
    await shelf.clear()
    assert there.user is None
    somebody = OnBehalfOf("u", "a")
    token = acting_for.set(somebody)
    try:
        await shelf.clear()
    finally:
        acting_for.reset(token)
    assert there.user == somebody


@pytest.mark.parametrize(
    ("user", "is_let_in"),
    [
        (None, True),
        (OnBehalfOf("u", "a"), True),
        (OnBehalfOf("u", "b"), False),
        (OnBehalfOf("admin", None), True),
    ],
)
async def test_call_for_a_user_is_held_to_the_users_account(
    stage: Stage, user: OnBehalfOf | None, is_let_in: bool
) -> None:
    there = ShelfInMemory()
    shelf = await stage.connect(await stage.serve(there))
    token = acting_for.set(user)
    try:
        for call in (shelf.drop(AccountId("a")), shelf.take(ENTRY)):
            if is_let_in:
                await call
            else:
                with pytest.raises(NotPermitted):
                    await call
    finally:
        acting_for.reset(token)
    assert len(there.calls) == (2 if is_let_in else 0)


async def test_body_that_does_not_fit_is_malformed(stage: Stage) -> None:
    url = await stage.serve(ShelfInMemory())
    headers = {"authorization": f"Bearer {stage.identities.token('test', 'shelf', None)}"}
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{url}/rpc/Shelf/read", content=b'{"names":"x"}', headers=headers
        )
    assert answer.status_code == 422
    assert answer.json()["code"] == MalformedRequest.code


async def test_process_that_serves_is_found_and_kept_to(stage: Stage) -> None:
    leader = ShelfInMemory()
    standby_url = await stage.serve(ShelfInMemory(), standby=True)
    shelf = await stage.connect(_nowhere(), standby_url, await stage.serve(leader))
    for _ in range(3):
        await shelf.clear()
    assert leader.calls == [("clear",)] * 3


async def test_who_is_ending_is_left_for_who_takes_over(stage: Stage) -> None:
    async def refuse() -> None:
        raise Stopping("the shelf is stopping; try again in a moment")

    ending, successor = ShelfInMemory(), ShelfInMemory()
    ending.before = refuse
    shelf = await stage.connect(await stage.serve(ending), await stage.serve(successor))
    assert await shelf.write(ENTRY) == ENTRY
    assert (len(ending.calls), len(successor.calls)) == (1, 1)


async def test_nobody_who_serves_is_unavailable_after_the_patience(stage: Stage) -> None:
    standby_url = await stage.serve(ShelfInMemory(), standby=True)
    shelf = await stage.connect(_nowhere(), standby_url, patience_s=0.2)
    with pytest.raises(Unavailable, match="shelf cannot be reached") as caught:
        await shelf.clear()
    assert caught.value.context["retry_after_s"] == 1


class Hanging:
    """Takes a request and cuts the connection once, then serves."""

    def __init__(self) -> None:
        self.requests = 0
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._cut, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _cut(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        writer.close()


async def test_lost_answer_is_asked_for_again_only_where_that_is_safe(stage: Stage) -> None:
    cutting = Hanging()
    await cutting.start()
    there = ShelfInMemory()
    url = await stage.serve(there)
    try:
        with pytest.raises(OutcomeUnknown, match="whether write was done is not known"):
            await (await stage.connect(cutting.url, url)).write(ENTRY)
        assert (cutting.requests, there.calls) == (1, [])
        assert await (await stage.connect(cutting.url, url)).read(["x"]) == {"x": ENTRY}
        assert (cutting.requests, len(there.calls)) == (2, 1)
    finally:
        await cutting.stop()


def test_only_coroutines_are_remote() -> None:
    assert set(interface_of(Shelf).methods) == {"read", "write", "find", "clear", "drop", "take"}


def test_standby_is_unavailable_for_who_does_not_know_it() -> None:
    assert issubclass(NotLeading, Unavailable)
    assert issubclass(OutcomeUnknown, Refusal)
    assert not issubclass(OutcomeUnknown, Unavailable)
