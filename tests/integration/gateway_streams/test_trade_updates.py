"""The account stream, message by message."""

import json

import msgpack
import pytest
import websockets
from tests.integration.gateway_streams.stream_site import (
    NOW,
    Site,
    connect,
    running_site,
    trade_client,
)

from tradewind.contracts.journal import (
    CancelReason,
    CashDeposited,
    Liquidity,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderReplaced,
)
from tradewind.contracts.orders import Order
from tradewind.contracts.vocabulary import (
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    Role,
    TimeInForce,
    VenueId,
)
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits, QuantityUnits, multiply_units
from tradewind.testing.market_data import price, shares

STAMP = "2024-01-02T15:00:00.123456Z"
LISTEN = {"action": "listen", "data": {"streams": ["trade_updates"]}}


def accepted(
    account_id: str, *, status: OrderStatus = OrderStatus.NEW, replaces: OrderId | None = None
) -> OrderAccepted:
    return OrderAccepted(
        order_id=OrderId(new_id()),
        account_id=AccountId(account_id),
        client_order_id="mine",
        symbol="AAPL",
        side=OrderSide.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        qty=shares(10),
        limit_price=price("100.5"),
        status=status,
        hold=0,
        hold_price=price("100.5"),
        replaces=replaces,
    )


def filled(order: OrderAccepted, qty: int, total: int) -> OrderFilled:
    done = total * 10**9 == order.qty
    return OrderFilled(
        order_id=order.order_id,
        account_id=order.account_id,
        execution_id=ExecutionId(new_id()),
        symbol=order.symbol,
        side=order.side,
        price=price("100.25"),
        qty=shares(qty),
        fee=MoneyUnits(0),
        liquidity=Liquidity.TAKER,
        hold_released=0,
        filled_qty=shares(total),
        filled_value=multiply_units(price("100.25"), shares(total)),
        status=OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED,
        position_qty=shares(total),
    )


async def test_the_whole_life_of_an_order_is_told_with_the_order_as_it_was(site: Site) -> None:
    order = accepted(site.account_id)
    async with trade_client(site) as client:
        site.orders.happens(order)
        first = filled(order, 4, 4)
        site.orders.happens(first)
        site.orders.happens(filled(order, 6, 10))
        news, partial, full = [(await client.next())["data"] for _ in range(3)]
    assert (news["event"], news["order"]["status"]) == ("new", "new")
    assert news["order"]["filled_qty"] == "0"
    assert news["order"]["filled_avg_price"] is None
    assert news["timestamp"] == news["order"]["submitted_at"] == STAMP
    assert "price" not in news
    assert (partial["event"], partial["order"]["status"]) == ("partial_fill", "partially_filled")
    assert partial["execution_id"] == first.execution_id
    assert (partial["price"], partial["qty"], partial["position_qty"]) == ("100.25", "4", "4")
    assert partial["order"]["filled_qty"] == "4"
    assert partial["order"]["filled_at"] is None
    assert (full["event"], full["order"]["status"]) == ("fill", "filled")
    assert (full["qty"], full["order"]["filled_qty"]) == ("6", "10")
    assert full["order"]["filled_avg_price"] == "100.25"
    assert full["order"]["filled_at"] == STAMP
    assert full["order"]["client_order_id"] == "mine"
    assert full["order"]["asset_class"] == "us_equity"


async def test_an_order_that_waits_for_the_open_is_accepted_first(site: Site) -> None:
    order = accepted(site.account_id, status=OrderStatus.ACCEPTED)
    async with trade_client(site) as client:
        site.orders.happens(order)
        site.orders.happens(OrderActivated(order.order_id, order.account_id))
        site.orders.happens(OrderExpired(order.order_id, order.account_id, 0))
        told = [(await client.next())["data"] for _ in range(3)]
    assert [each["event"] for each in told] == ["accepted", "new", "expired"]
    assert [each["order"]["status"] for each in told] == ["accepted", "new", "expired"]
    assert told[2]["order"]["expired_at"] == STAMP


async def test_a_cancel_keeps_what_was_filled(site: Site) -> None:
    order = accepted(site.account_id)
    async with trade_client(site) as client:
        site.orders.happens(order)
        site.orders.happens(filled(order, 4, 4))
        site.orders.happens(
            OrderCanceled(order.order_id, order.account_id, CancelReason.REQUESTED, 0)
        )
        data = [(await client.next())["data"] for _ in range(3)][-1]
    assert (data["event"], data["order"]["status"]) == ("canceled", "canceled")
    assert data["order"]["filled_qty"] == "4"
    assert data["order"]["canceled_at"] == STAMP


async def test_a_replacement_is_told_as_replaced_then_new(site: Site) -> None:
    old = accepted(site.account_id)
    new = accepted(site.account_id, replaces=old.order_id)
    async with trade_client(site) as client:
        site.orders.happens(old)
        site.orders.happens(OrderReplaced(old.order_id, old.account_id, new.order_id, 0))
        site.orders.happens(new)
        told = [(await client.next())["data"] for _ in range(3)]
    assert [each["event"] for each in told] == ["new", "replaced", "new"]
    assert told[1]["order"]["replaced_by"] == new.order_id
    assert told[1]["order"]["replaced_at"] == STAMP
    assert told[2]["order"]["replaces"] == old.order_id


async def test_an_order_from_before_the_stream_is_told_as_of_the_event(site: Site) -> None:
    begun = accepted(site.account_id)
    # By now the order has been filled and is known as such; the event tells of its first part.
    site.orders.orders[begun.order_id] = Order(
        order_id=begun.order_id,
        account_id=begun.account_id,
        client_order_id=begun.client_order_id,
        symbol=begun.symbol,
        side=begun.side,
        order_type=begun.order_type,
        time_in_force=begun.time_in_force,
        qty=begun.qty,
        limit_price=begun.limit_price,
        extended_hours=False,
        status=OrderStatus.FILLED,
        filled_qty=QuantityUnits(begun.qty),
        filled_value=multiply_units(price("100.25"), begun.qty),
        created_at=NOW,
        updated_at=NOW,
        filled_at=NOW,
    )
    async with trade_client(site) as client:
        site.orders.happens(filled(begun, 4, 4))
        data = (await client.next())["data"]
    assert (data["event"], data["order"]["status"]) == ("partial_fill", "partially_filled")
    assert (data["order"]["filled_qty"], data["order"]["filled_at"]) == ("4", None)


async def test_an_account_hears_only_of_itself(site: Site) -> None:
    mine, other = accepted(site.account_id), accepted(new_id())
    async with trade_client(site) as client:
        site.orders.happens(other)
        site.orders.happens(CashDeposited(mine.account_id, MoneyUnits(1), "gift"))
        site.orders.happens(accepted(site.account_id), VenueId("replay"))
        site.orders.happens(mine)
        assert (await client.next())["data"]["order"]["id"] == mine.order_id


async def test_what_happened_before_listening_is_not_told(site: Site) -> None:
    site.orders.happens(accepted(site.account_id))
    order = accepted(site.account_id)
    async with trade_client(site) as client:
        site.orders.happens(order)
        assert (await client.next())["data"]["order"]["id"] == order.order_id


async def test_several_streams_of_one_account_hear_the_same(site: Site) -> None:
    async with trade_client(site) as first, trade_client(site, "/api/stream/") as second:
        site.orders.happens(accepted(site.account_id))
        assert await first.next() == await second.next()


async def test_listening_to_nothing_stops_the_updates(site: Site) -> None:
    async with trade_client(site) as client:
        answer = await client.ask({"action": "listen", "data": {"streams": []}})
        assert answer == {"stream": "listening", "data": {"streams": []}}
        site.orders.happens(accepted(site.account_id))
        wanted = {"action": "listen", "data": {"streams": ["trade_updates", "weather"]}}
        assert (await client.ask(wanted))["data"] == {"streams": ["trade_updates"]}


async def test_answers_are_binary_frames_with_json(site: Site) -> None:
    async with connect(site.url + "/stream") as client:
        details = {"key_id": "KEY-trader", "secret_key": "secret-trader"}
        await client.send({"action": "authenticate", "data": details})
        answer = await client.socket.recv()
        assert isinstance(answer, bytes)
        assert json.loads(answer) == {
            "stream": "authorization",
            "data": {"status": "authorized", "action": "authenticate"},
        }


async def test_the_newer_form_of_authentication_works_too(site: Site) -> None:
    async with connect(site.url + "/stream") as client:
        message = {"action": "auth", "key": "KEY-trader", "secret": "secret-trader"}
        assert (await client.ask(message))["data"]["status"] == "authorized"


async def test_a_wrong_secret_is_unauthorized_and_closed(site: Site) -> None:
    async with connect(site.url + "/stream") as client:
        details = {"key_id": "KEY-trader", "secret_key": "wrong"}
        answer = await client.ask({"action": "authenticate", "data": details})
        assert answer["data"] == {"status": "unauthorized", "action": "authenticate"}
        assert await client.closed() == 1008


async def test_listening_needs_authentication(site: Site) -> None:
    async with connect(site.url + "/stream") as client:
        answer = await client.ask(LISTEN)
        assert answer["data"] == {"status": "unauthorized", "action": "listen"}


async def test_a_viewer_may_listen(site: Site) -> None:
    async with trade_client(site, role=Role.VIEWER) as client:
        order = accepted(site.accounts.account_of(Role.VIEWER).account_id)
        site.orders.happens(order)
        assert (await client.next())["data"]["order"]["id"] == order.order_id


async def test_a_browser_listens_with_its_cookie_at_once(site: Site) -> None:
    session = await site.accounts.sign_in("trader", "correct horse", address="")
    origin = site.url.replace("ws://", "http://")
    headers = {"Cookie": f"tradewind_session={session.token}", "Origin": origin}
    async with connect(site.url + "/api/stream", **headers) as client:
        assert (await client.ask(LISTEN))["data"] == {"streams": ["trade_updates"]}


@pytest.mark.parametrize("message", ["nonsense", {"action": "sing"}, {"action": 1}, [1]])
async def test_a_wrong_message_is_told_and_the_stream_goes_on(site: Site, message: object) -> None:
    async with trade_client(site) as client:
        assert (await client.ask(message))["stream"] == "error"
        assert (await client.ask(LISTEN))["stream"] == "listening"


async def test_msgpack_is_spoken_to_those_who_ask(site: Site) -> None:
    async with connect(site.url + "/stream", Content_Type="application/msgpack") as client:
        details = {"key_id": "KEY-trader", "secret_key": "secret-trader"}
        await client.socket.send(msgpack.packb({"action": "authenticate", "data": details}))
        assert msgpack.unpackb(await client.socket.recv())["data"]["status"] == "authorized"
        await client.socket.send(msgpack.packb(LISTEN))
        await client.socket.recv()
        site.orders.happens(accepted(site.account_id))
        update = msgpack.unpackb(await client.socket.recv())
        assert update["data"]["timestamp"] == msgpack.Timestamp.from_datetime(NOW)


async def test_another_account_cannot_take_over_a_stream(site: Site) -> None:
    async with trade_client(site) as client:
        details = {"key_id": "KEY-viewer", "secret_key": "secret-viewer"}
        answer = await client.ask({"action": "authenticate", "data": details})
        assert answer["data"]["status"] == "unauthorized"
        assert await client.closed() == 1008


async def test_an_order_that_nobody_knows_closes_the_stream_for_a_new_start() -> None:
    async with running_site() as site, trade_client(site) as client:
        site.orders.happens(OrderExpired(OrderId(new_id()), AccountId(site.account_id), 0))
        assert await client.closed() == 1012
        async with trade_client(site) as again:
            site.orders.happens(accepted(site.account_id))
            assert (await again.next())["data"]["event"] == "new"


async def test_stopping_tells_listeners_to_come_back() -> None:
    async with running_site() as site, trade_client(site) as client:
        await site.streams.stop()
        assert await client.closed() == 1012
        with pytest.raises(websockets.ConnectionClosed):
            await client.ask(LISTEN)
