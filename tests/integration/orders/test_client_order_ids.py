"""A client order id names one order of an account for good, whatever became of that order."""

import asyncio

import msgspec
import pytest
from tests.integration.orders.stage import Stage, price, restarted, shares, verified

from tradewind.contracts.orders import OrderQuery, ReplaceOrder
from tradewind.contracts.vocabulary import OrderId, OrderStatus
from tradewind.order_service.domain.refusals import DuplicateClientOrderId, OrderNotReplaceable
from tradewind.platform.ids import new_id


def replacement(stage: Stage, order_id: OrderId, client_order_id: str) -> ReplaceOrder:
    return ReplaceOrder(
        order_id=order_id,
        new_order_id=OrderId(new_id()),
        account_id=stage.account_id,
        client_order_id=client_order_id,
        qty=shares(2),
    )


async def outcomes(stage: Stage, *orders: object) -> list[str]:
    """Send orders at the same moment, so that they share a batch; return what came of each."""
    app = stage.app
    assert app is not None
    results = await asyncio.gather(
        *(app.submit_order(order) for order in orders),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    return sorted(type(result).__name__ for result in results)


async def test_twins_in_one_batch_are_refused_although_the_first_has_ended(stage: Stage) -> None:
    twins = [stage.order(qty=1, client_order_id="twin") for _ in range(3)]
    assert await outcomes(stage, *twins) == [
        "DuplicateClientOrderId",
        "DuplicateClientOrderId",
        "Order",
    ]
    await verified(stage)


async def test_replacement_cannot_take_the_id_of_an_ended_order(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=1, client_order_id="ended"))
    resting = await app.submit_order(stage.order(limit_price=price(50)))
    with pytest.raises(DuplicateClientOrderId):
        await app.replace_order(replacement(stage, resting.order_id, "ended"))
    assert (await app.get_order(stage.account_id, resting.order_id)).status is OrderStatus.NEW
    await verified(stage)
    async with restarted(stage) as again:
        with pytest.raises(DuplicateClientOrderId):
            await again.replace_order(replacement(stage, resting.order_id, "ended"))


async def test_replacement_cannot_keep_the_id_of_the_order_it_replaces(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    resting = await app.submit_order(stage.order(client_order_id="mine", limit_price=price(50)))
    with pytest.raises(DuplicateClientOrderId):
        await app.replace_order(replacement(stage, resting.order_id, "mine"))
    assert len(await app.list_orders(stage.account_id, OrderQuery())) == 1


async def test_id_given_to_a_replacement_is_taken_for_good(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    resting = await app.submit_order(stage.order(client_order_id="old", limit_price=price(50)))
    new = await app.replace_order(replacement(stage, resting.order_id, "new"))
    await app.cancel_order(stage.account_id, new.order_id)
    for name in ("old", "new"):
        with pytest.raises(DuplicateClientOrderId):
            await app.submit_order(stage.order(client_order_id=name))


async def test_two_accounts_may_use_the_same_id(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=1, client_order_id="shared"))
    other = stage.order(qty=1, client_order_id="shared", account_id=await stage.second_account())
    assert (await app.submit_order(other)).status is OrderStatus.FILLED


async def test_client_order_id_stays_unique_after_the_order_has_ended(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(client_order_id="once"))
    with pytest.raises(DuplicateClientOrderId):
        await app.submit_order(stage.order(client_order_id="once"))
    twins = [stage.order(client_order_id="twin", limit_price=price(50)) for _ in range(2)]
    results = await asyncio.gather(*map(app.submit_order, twins), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [
        "DuplicateClientOrderId",
        "Order",
    ]
    async with restarted(stage) as again:
        for name in ("once", "twin"):
            with pytest.raises(DuplicateClientOrderId):
                await again.submit_order(stage.order(client_order_id=name))


async def test_id_may_hold_any_printable_characters(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    names = ['"', "\\", '\\"', "{}", ",", '","', "NULL", "null", " a b ", "ünï→🜁", '"a\\\\","b"']
    orders = [stage.order(limit_price=price(50), client_order_id=name) for name in names]
    assert await outcomes(stage, *orders) == ["Order"] * len(names)
    for order in orders:
        await app.cancel_order(stage.account_id, order.order_id)
    await verified(stage)
    async with restarted(stage) as again:
        for order, name in zip(orders, names, strict=True):
            found = await again.get_order_by_client_id(stage.account_id, name)
            assert found.order_id == order.order_id


async def test_order_that_is_sent_again_under_its_own_id_is_taken_once(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    command = stage.order(limit_price=price(50), client_order_id="mine")
    first, again = await asyncio.gather(app.submit_order(command), app.submit_order(command))
    assert first == again
    await app.cancel_order(stage.account_id, first.order_id)
    assert (await app.submit_order(command)).status is OrderStatus.CANCELED
    async with restarted(stage) as later:
        assert (await later.submit_order(command)).order_id == first.order_id
    await verified(stage)


async def test_replacement_that_is_sent_again_is_answered_with_what_it_made(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    resting = await app.submit_order(stage.order(limit_price=price(50)))
    for name in ("named", None):
        command = replacement(stage, resting.order_id, "x")
        command = msgspec.structs.replace(command, client_order_id=name)
        made = await app.replace_order(command)
        assert await app.replace_order(command) == made
        with pytest.raises(OrderNotReplaceable):
            await app.replace_order(replacement(stage, resting.order_id, "late"))
        resting = made
    await verified(stage)
