"""The protocol of the market-data streams, message by message."""

import asyncio

import msgpack
import pytest
import websockets
from tests.integration.gateway_streams.stream_site import (
    NOW,
    TIMEOUT_S,
    Client,
    Site,
    connect,
    data_client,
    running_site,
)

from tradewind.contracts.market_data import Bar, Depth, DepthLevel, Trade
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.valkey_bus import ValkeyBus
from tradewind.testing.market_data import price, shares, trade

AUTH = {"action": "auth", "key": "KEY-trader", "secret": "secret-trader"}
EMPTY = {
    "T": "subscription",
    "trades": [],
    "quotes": [],
    "bars": [],
    "updatedBars": [],
    "dailyBars": [],
    "statuses": [],
    "lulds": [],
    "corrections": [],
    "cancelErrors": [],
}


def error(code: int, text: str) -> list[dict[str, object]]:
    return [{"T": "error", "code": code, "msg": text}]


def print_of(symbol: str, text: str = "123.45") -> Trade:
    return Trade(symbol, NOW, price(text), shares(100), 7, conditions=("@",))


def minute(symbol: str, close: str = "2") -> Bar:
    one, end = price("1"), price(close)
    return Bar(symbol, "1Min", NOW.replace(second=0, microsecond=0), one, end, one, end, shares(5),
               3, one)  # fmt: skip


@pytest.mark.parametrize("path", ["/v2/iex", "/v2/sip", "/v2/delayed_sip", "/api/v2/iex"])
async def test_every_feed_path_greets_and_authenticates(site: Site, path: str) -> None:
    async with data_client(site, path) as client:
        assert await client.ask({"action": "subscribe"}) == [EMPTY]


async def test_a_trade_arrives_with_alpacas_members(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        await site.feed(print_of("IBM"), print_of("AAPL"))
        assert await client.next() == [
            {
                "T": "t",
                "S": "AAPL",
                "i": 7,
                "x": "V",
                "p": 123.45,
                "s": 100,
                "c": ["@"],
                "z": "C",
                "t": "2024-01-02T15:00:00.123456Z",
            }
        ]


async def test_depth_arrives_as_the_quote_of_its_best_levels(site: Site) -> None:
    bids = (DepthLevel(price("10.01"), shares(3)), DepthLevel(price("10"), shares(9)))
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "quotes": ["AAPL"]})
        await site.feed(Depth("AAPL", NOW, bids, ()))
        [quote] = await client.next()
        assert quote["T"] == "q"
        assert (quote["bp"], quote["bs"], quote["bx"]) == (10.01, 3, "V")
        assert (quote["ap"], quote["as"], quote["ax"]) == (0, 0, " ")


async def test_bars_go_to_the_channel_of_their_interval(site: Site) -> None:
    day = Bar("AAPL", "1Day", NOW, *[price("1")] * 4, shares(1), 1, price("1"))
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "bars": ["*"], "dailyBars": ["*"]})
        await site.feed(minute("AAPL"), day)
        assert [each["T"] for each in await client.next()] == ["b", "d"]


async def test_a_minute_told_again_is_an_updated_bar(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "bars": ["AAPL"], "updatedBars": ["AAPL"]})
        await site.feed(minute("AAPL"), minute("AAPL", "3"))
        first, second = await client.next()
        assert (first["T"], first["c"]) == ("b", 2)
        assert (second["T"], second["c"]) == ("u", 3)


async def test_subscribing_adds_and_the_answer_is_the_whole_state(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["IBM"], "bars": ["*"]})
        answer = await client.ask({"action": "subscribe", "trades": ["AAPL", "IBM"]})
        held = ["AAPL", "IBM"]
        changed = {"trades": held, "corrections": held, "cancelErrors": held, "bars": ["*"]}
        assert answer == [EMPTY | changed]


async def test_unsubscribing_takes_away_only_what_is_named(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL", "IBM"]})
        [state] = await client.ask({"action": "unsubscribe", "trades": ["IBM"], "bars": ["IBM"]})
        assert state["trades"] == ["AAPL"]
        await site.feed(print_of("IBM"), print_of("AAPL"))
        assert [each["S"] for each in await client.next()] == ["AAPL"]


async def test_the_wildcard_gets_every_symbol_once(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL", "*"]})
        await site.feed(print_of("IBM"), print_of("AAPL"))
        assert [each["S"] for each in await client.next()] == ["IBM", "AAPL"]


async def test_callers_see_only_the_feed_of_their_own_venue(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["*"]})
        await site.feed(print_of("IBM"), venue_id=VenueId("replay"))
        await site.feed(print_of("AAPL"))
        assert [each["S"] for each in await client.next()] == ["AAPL"]


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("nonsense", error(400, "invalid syntax")),
        ({"action": "dance"}, error(400, "invalid syntax")),
        ({"action": "subscribe", "trades": "AAPL"}, error(400, "invalid syntax")),
        ({"action": "subscribe", "trades": [""]}, error(400, "invalid syntax")),
        ({"action": "subscribe", "trades": [1]}, error(400, "invalid syntax")),
        (AUTH, error(403, "already authenticated")),
        (
            {"action": "subscribe", "orderbooks": ["BTC/USD"]},
            error(410, "invalid subscribe action for this feed"),
        ),
        (
            {"action": "subscribe", "news": ["*"]},
            error(410, "invalid subscribe action for this feed"),
        ),
    ],
)
async def test_a_wrong_message_is_told_and_the_stream_goes_on(
    site: Site, message: object, answer: object
) -> None:
    async with data_client(site) as client:
        assert await client.ask(message) == answer
        assert await client.ask({"action": "subscribe"}) == [EMPTY]


async def test_nothing_is_subscribed_before_authentication(site: Site) -> None:
    async with connect(site.url + "/v2/iex") as client:
        await client.next()
        answer = await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        assert answer == error(401, "not authenticated")


async def test_a_wrong_secret_is_told_and_the_stream_closed(site: Site) -> None:
    async with connect(site.url + "/v2/iex") as client:
        await client.next()
        assert await client.ask(AUTH | {"secret": "wrong"}) == error(402, "auth failed")
        assert await client.closed() == 1008


async def test_handshake_headers_authenticate(site: Site) -> None:
    headers = {"APCA_API_KEY_ID": "KEY-trader", "APCA_API_SECRET_KEY": "secret-trader"}
    async with connect(site.url + "/v2/iex", **headers) as client:
        assert await client.next() == [{"T": "success", "msg": "connected"}]
        assert await client.next() == [{"T": "success", "msg": "authenticated"}]
        assert await client.ask(AUTH) == error(403, "already authenticated")


async def test_wrong_handshake_headers_are_told_and_the_stream_closed(site: Site) -> None:
    headers = {"APCA_API_KEY_ID": "KEY-trader", "APCA_API_SECRET_KEY": "wrong"}
    async with connect(site.url + "/v2/iex", **headers) as client:
        await client.next()
        assert await client.next() == error(402, "auth failed")
        assert await client.closed() == 1008


async def browser_headers(site: Site) -> dict[str, str]:
    session = await site.accounts.sign_in("trader", "correct horse", address="")
    host = site.url.removeprefix("ws://")
    return {"Cookie": f"tradewind_session={session.token}", "Origin": f"http://{host}"}


async def test_the_session_cookie_authenticates_our_own_page(site: Site) -> None:
    async with connect(site.url + "/v2/iex", **await browser_headers(site)) as client:
        await client.next()
        assert await client.next() == [{"T": "success", "msg": "authenticated"}]


async def test_a_page_of_another_site_cannot_use_the_cookie(site: Site) -> None:
    headers = await browser_headers(site) | {"Origin": "https://evil.example"}
    with pytest.raises(websockets.InvalidStatus):
        async with connect(site.url + "/v2/iex", **headers):
            pass


async def test_an_allowed_origin_may_open_streams(site: Site) -> None:
    headers = await browser_headers(site) | {"Origin": "https://partner.example"}
    async with connect(site.url + "/v2/iex", **headers) as client:
        await client.next()
        assert await client.next() == [{"T": "success", "msg": "authenticated"}]


async def test_a_browser_may_choose_only_its_own_account(site: Site) -> None:
    foreign = next(a for a in site.accounts.accounts if a != site.account_id)
    headers = await browser_headers(site)
    async with connect(f"{site.url}/v2/iex?account={site.account_id}", **headers) as client:
        await client.next()
        assert await client.next() == [{"T": "success", "msg": "authenticated"}]
    async with connect(f"{site.url}/v2/iex?account={foreign}", **headers) as client:
        await client.next()
        assert await client.next() == error(402, "auth failed")


async def test_too_many_symbols_change_nothing() -> None:
    async with running_site(symbols_max=2) as site, data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["A"]})
        answer = await client.ask({"action": "subscribe", "trades": ["B", "C"]})
        assert answer == error(405, "symbol limit exceeded")
        [state] = await client.ask({"action": "subscribe"})
        assert state["trades"] == ["A"]


async def test_a_key_has_a_limited_number_of_streams() -> None:
    async with (
        running_site(connections_per_key=1) as site,
        data_client(site),
        connect(site.url + "/v2/iex") as second,
    ):
        await second.next()
        assert await second.ask(AUTH) == error(406, "connection limit exceeded")
        assert await second.closed() == 1008


async def test_a_stream_that_ends_makes_room_for_another() -> None:
    async with running_site(connections_per_key=1) as site:
        for _ in range(3):
            async with data_client(site):
                pass


async def test_a_revoked_key_ends_its_streams() -> None:
    async with running_site() as site, data_client(site) as client:
        await site.accounts.revoke_key(site.account_id, "KEY-trader")
        await site.streams.registry.recheck()
        assert await client.closed() == 1008


async def test_stopping_tells_clients_to_come_back() -> None:
    async with (
        running_site() as site,
        data_client(site) as client,
        connect(site.url + "/v2/iex") as stranger,
    ):
        await stranger.next()
        await site.streams.stop()
        assert await client.closed() == 1012
        assert await stranger.closed() == 1012


async def test_a_client_that_does_not_read_is_let_go() -> None:
    async with running_site() as site, data_client(site) as reader, data_client(site) as sleeper:
        for client in (reader, sleeper):
            await client.ask({"action": "subscribe", "trades": ["*"]})
        sleeper.socket.transport.pause_reading()
        prints = [print_of("AAPL")] * 1000
        seen = 0
        while len(site.streams.registry.open_streams) > 1:
            await site.feed(*prints)
            seen += len(await reader.next())
            assert seen < 10_000_000, "the slow client was never let go"
        sleeper.socket.transport.resume_reading()
        assert await sleeper.closed() in (1006, 1008)


class MsgpackClient(Client):
    async def send(self, message: object) -> None:
        await self.socket.send(msgpack.packb(message))

    async def next(self) -> object:
        async with asyncio.timeout(TIMEOUT_S):
            return msgpack.unpackb(await self.socket.recv(decode=False))


async def test_msgpack_carries_instants_as_the_timestamp_extension(site: Site) -> None:
    async with connect(site.url + "/v2/iex", Content_Type="application/msgpack") as plain:
        client = MsgpackClient(plain.socket)
        assert await client.next() == [{"T": "success", "msg": "connected"}]
        assert await client.ask(AUTH) == [{"T": "success", "msg": "authenticated"}]
        await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        await site.feed(print_of("AAPL"))
        [message] = await client.next()
        assert message["t"] == msgpack.Timestamp.from_datetime(NOW)
        assert message["p"] == 123.45
        assert message["s"] == 100


async def test_a_subscription_in_fragments_with_an_empty_last_one_is_read(site: Site) -> None:
    symbols = [f"SYM{number}" for number in range(90)]
    async with connect(site.url + "/v2/iex", Content_Type="application/msgpack") as plain:
        client = MsgpackClient(plain.socket)
        await client.next()
        await client.ask(AUTH)
        payload = msgpack.packb({"action": "subscribe", "trades": symbols})
        half = len(payload) // 2
        await client.socket.send([payload[:half], payload[half:], b""])
        [state] = await client.next()
        assert state["trades"] == sorted(symbols)


async def test_text_on_a_msgpack_stream_is_a_syntax_error(site: Site) -> None:
    async with connect(site.url + "/v2/iex", Content_Type="application/msgpack") as plain:
        client = MsgpackClient(plain.socket)
        await client.next()
        await plain.socket.send("{}")
        assert await client.next() == error(400, "invalid syntax")


async def test_a_message_too_large_closes_the_stream(site: Site) -> None:
    async with data_client(site) as client:
        await client.socket.send("[" * 1_200_000)
        assert await client.closed() == 1009


async def test_the_test_stream_is_always_on(site: Site) -> None:
    async with data_client(site, "/v2/test") as client:
        await client.ask({"action": "subscribe", "trades": ["FAKEPACA"], "quotes": ["FAKEPACA"]})
        seen = {each["T"]: each for each in await client.next()}
        assert seen["t"]["S"] == seen["q"]["S"] == "FAKEPACA"
        assert seen["q"]["bp"] < seen["t"]["p"] < seen["q"]["ap"]


async def test_an_unknown_stream_is_refused(site: Site) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with connect(site.url + "/v1beta1/news"):
            pass


async def test_crypto_stream_has_books_and_no_statuses(site: Site) -> None:
    async with data_client(site, path="/v1beta3/crypto/us") as client:
        answer = await client.ask({"action": "subscribe", "orderbooks": ["*"], "trades": ["*"]})
        assert answer == [
            {
                "T": "subscription",
                "trades": ["*"],
                "quotes": [],
                "orderbooks": ["*"],
                "bars": [],
                "updatedBars": [],
                "dailyBars": [],
            }
        ]
        refused = await client.ask({"action": "subscribe", "statuses": ["BTC/USD"]})
        assert refused[0]["code"] == 410


async def test_the_same_event_reaches_clients_of_both_codecs(site: Site) -> None:
    async with (
        data_client(site) as json_client,
        connect(site.url + "/v2/iex", Content_Type="application/msgpack") as plain,
    ):
        msgpack_client = MsgpackClient(plain.socket)
        await msgpack_client.next()
        await msgpack_client.ask(AUTH)
        for client in (json_client, msgpack_client):
            await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        await site.feed(trade("AAPL", NOW, "0.000000001", 1))
        [as_json], [as_msgpack] = await json_client.next(), await msgpack_client.next()
        assert as_json["p"] == as_msgpack["p"] == 1e-9


async def test_streams_work_over_valkey_too(valkey_url: str) -> None:
    async with running_site(bus=ValkeyBus(valkey_url)) as site, data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        await site.feed(print_of("AAPL"))
        assert [each["S"] for each in await client.next()] == ["AAPL"]
