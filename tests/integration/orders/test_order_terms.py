"""Stops and groups on a real PostgreSQL: the tables show them and a restart keeps them."""

from tests.integration.orders.stage import AT, Stage, price, restarted, shares, verified

from tradewind.contracts.market_data import Depth, DepthLevel, Trade
from tradewind.contracts.orders import OrderQuery
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.vocabulary import (
    GroupRole,
    OrderClass,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE


async def test_trailing_stop_and_its_mark_survive_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=20))
    order = await app.submit_order(
        stage.order(
            OrderSide.SELL,
            order_type=OrderType.TRAILING_STOP,
            time_in_force=TimeInForce.GTC,
            terms=Terms(trail_price=price(5)),
        )
    )
    await stage.feed(Trade("AAPL", AT, price(110), shares(1), 2))
    async with restarted(stage) as again:
        found = await again.get_order(stage.account_id, order.order_id)
        assert found.terms == Terms(trail_price=price(5), hwm=price(110), stop_price=price(105))
        await stage.feed(
            Depth("AAPL", AT, (DepthLevel(price(104), shares(50)),), ()),
            Trade("AAPL", AT, price(106), shares(1), 3),
        )
        assert (await again.get_order(stage.account_id, order.order_id)).status is OrderStatus.NEW
        await stage.feed(Trade("AAPL", AT, price(105), shares(1), 4))
        gone = await again.get_order(stage.account_id, order.order_id)
        assert (gone.status, gone.filled_value) == (OrderStatus.FILLED, 10 * 104 * SCALE)
        assert gone.terms is not None
        assert gone.terms.triggered_at is not None
        await verified(stage)


async def test_bracket_survives_a_restart_with_its_legs_and_its_shrunken_stop(
    stage: Stage,
) -> None:
    app = stage.app
    assert app is not None
    order_id = OrderId(new_id())
    profit, loss = OrderId(new_id()), OrderId(new_id())
    entry = await app.submit_order(
        stage.order(
            order_id=order_id,
            client_order_id=order_id,
            time_in_force=TimeInForce.GTC,
            terms=Terms(
                order_class=OrderClass.BRACKET, group_id=order_id, group_role=GroupRole.ENTRY
            ),
            take_profit=Leg(order_id=profit, limit_price=price(120)),
            stop_loss=Leg(order_id=loss, stop_price=price(90)),
        )
    )
    assert entry.status is OrderStatus.FILLED
    await stage.feed(Trade("AAPL", AT, price(120), shares(4), 2))
    open_before = await app.list_orders(stage.account_id, OrderQuery(status="open"))
    async with restarted(stage) as again:
        assert await again.list_orders(stage.account_id, OrderQuery(status="open")) == open_before
        group = await again.get_group(stage.account_id, order_id)
        assert {order.order_id: order.qty for order in group} == {
            order_id: shares(10),
            profit: shares(10),
            loss: shares(6),
        }
        await stage.feed(
            Depth("AAPL", AT, (DepthLevel(price(89), shares(50)),), ()),
            Trade("AAPL", AT, price(90), shares(1), 3),
        )
        statuses = {
            order.order_id: order.status
            for order in await again.get_group(stage.account_id, order_id)
        }
        assert statuses == {
            order_id: OrderStatus.FILLED,
            profit: OrderStatus.CANCELED,
            loss: OrderStatus.FILLED,
        }
        assert await again.list_positions(stage.account_id) == []
        await verified(stage)
