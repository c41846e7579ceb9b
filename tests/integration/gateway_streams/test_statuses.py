"""Halts and price bands on the market-data stream, message by message."""

from collections.abc import Iterator

import pytest
from tests.integration.gateway_streams.stream_site import NOW, Site, data_client

from tradewind.api_gateway.streams.connection import SERVICE_RESTART
from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus, StatusChanged
from tradewind.platform.errors import Unavailable
from tradewind.testing.market_data import price, trade

AT = "2024-01-02T15:00:00.123456Z"


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        (
            StatusChanged("AAPL", NOW, True, HaltCause.OPERATOR, "rumours"),
            {"sc": "H", "sm": "Trading Halt", "rc": "O1", "rm": "rumours"},
        ),
        (
            StatusChanged("AAPL", NOW, True, HaltCause.MARKET, "news"),
            {"sc": "H", "sm": "Trading Halt", "rc": "T1", "rm": "news"},
        ),
        (
            StatusChanged("AAPL", NOW, True, HaltCause.BANDS, "limit state"),
            {"sc": "P", "sm": "Volatility Trading Pause", "rc": "LUDP", "rm": "limit state"},
        ),
        (
            StatusChanged("AAPL", NOW, False, HaltCause.BANDS),
            {"sc": "T", "sm": "Trading Resumption", "rc": "", "rm": ""},
        ),
    ],
)
async def test_status_arrives_with_alpacas_members(
    site: Site, event: StatusChanged, codes: dict[str, str]
) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "statuses": ["AAPL"]})
        await site.notice(StatusChanged("IBM", NOW, True, HaltCause.OPERATOR), event)
        assert await client.next() == [{"T": "s", "S": "AAPL", **codes, "t": AT, "z": "C"}]


async def test_bands_arrive_with_alpacas_members(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "lulds": ["*"]})
        await site.notice(BandsMoved("AAPL", NOW, price("9.5"), price("10.5")))
        assert await client.next() == [
            {"T": "l", "S": "AAPL", "u": 10.5, "d": 9.5, "i": "B", "t": AT, "z": "C"}
        ]


async def test_pairs_have_no_statuses(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "statuses": ["*"], "lulds": ["*"]})
        await site.notice(
            StatusChanged("BTC/USD", NOW, True, HaltCause.OPERATOR),
            BandsMoved("BTC/USD", NOW, price("9.5"), price("10.5")),
            StatusChanged("IBM", NOW, True, HaltCause.OPERATOR),
        )
        assert [each["S"] for each in await client.next()] == ["IBM"]


async def test_notice_between_two_messages_of_the_feed_belongs_to_no_run(site: Site) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL"], "statuses": ["AAPL"]})
        await site.feed(trade("AAPL", NOW, "10", 1))
        await site.notice(StatusChanged("AAPL", NOW, True, HaltCause.OPERATOR))
        await site.feed(trade("AAPL", NOW, "11", 1, 2))
        kinds = [message["T"] for _ in range(3) for message in await client.next()]
        assert kinds == ["t", "s", "t"]


async def test_who_comes_after_a_halt_began_is_told_of_it_and_of_the_bands_in_force(
    site: Site, halted: None
) -> None:
    async with data_client(site) as client:
        answer = await client.ask(
            {"action": "subscribe", "statuses": ["AAPL", "IBM"], "lulds": ["IBM"]}
        )
        assert answer[0]["T"] == "subscription"
        status, bands = await client.next()
        assert (status["T"], status["S"], status["sc"], status["t"]) == ("s", "AAPL", "H", AT)
        assert (bands["T"], bands["S"], bands["u"], bands["d"]) == ("l", "IBM", 10.5, 9.5)
        assert site.orders.asked[-1] == ("statuses", "main", ("AAPL", "IBM"))


async def test_who_wants_everything_is_told_of_every_halt_and_no_resumption(
    site: Site, halted: None
) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "statuses": ["*"]})
        assert [each["S"] for each in await client.next()] == ["AAPL"]


async def test_who_wants_prices_alone_is_told_of_no_halt(site: Site, halted: None) -> None:
    async with data_client(site) as client:
        await client.ask({"action": "subscribe", "trades": ["AAPL"]})
        await site.feed(trade("AAPL", NOW, "10", 1))
        assert [each["T"] for each in await client.next()] == ["t"]


async def test_client_comes_back_when_nobody_can_say_what_is_halted(site: Site) -> None:
    async with data_client(site) as client:
        site.orders.refusal = Unavailable("the order service is starting")
        await client.ask({"action": "subscribe", "statuses": ["AAPL"]})
        assert await client.next() == [{"T": "error", "code": 500, "msg": "internal error"}]
        assert await client.closed() == SERVICE_RESTART


@pytest.fixture
def halted(site: Site) -> Iterator[None]:
    """Let AAPL be halted, MSFT trade again, and IBM have bands."""
    site.orders.statuses = [
        LatestStatus("AAPL", StatusChanged("AAPL", NOW, True, HaltCause.OPERATOR)),
        LatestStatus("IBM", bands=BandsMoved("IBM", NOW, price("9.5"), price("10.5"))),
        LatestStatus("MSFT", StatusChanged("MSFT", NOW, False, HaltCause.OPERATOR)),
    ]
    yield
    site.orders.statuses = []
