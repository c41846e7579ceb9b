"""Halts and price bands on the market-data stream, message by message."""

import pytest
from tests.integration.gateway_streams.stream_site import NOW, Site, data_client

from tradewind.contracts.notices import BandsMoved, HaltCause, StatusChanged
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
