"""Limits and the kill switch outlive a restart, and every record of them folds again."""

import pytest
from tests.integration.orders.stage import Stage, price, restarted, shares, verified

from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.vocabulary import OrderStatus
from tradewind.order_service.domain.refusals import KillSwitchOn, PositionLimit
from tradewind.platform.money import SCALE, MoneyUnits


async def test_limits_hold_after_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    limits = AccountLimits(position_qty_max=shares(20), order_value_max=MoneyUnits(5_000 * SCALE))
    await app.set_limits(stage.account_id, limits, "admin")
    await app.submit_order(stage.order(qty=15))
    async with restarted(stage) as again:
        assert (await again.get_control(stage.account_id)).limits == limits
        with pytest.raises(PositionLimit):
            await again.submit_order(stage.order(qty=6, limit_price=price(50)))
        await verified(stage)


async def test_kill_switch_holds_after_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    resting = await app.submit_order(stage.order(limit_price=price(50)))
    results = await app.engage_kill_switch(stage.account_id, "audit", "admin")
    assert [result.order_id for result in results] == [resting.order_id]
    async with restarted(stage) as again:
        order = await again.get_order(stage.account_id, resting.order_id)
        assert order.status is OrderStatus.CANCELED
        assert (await again.get_account(stage.account_id)).trading_blocked
        with pytest.raises(KillSwitchOn, match="audit"):
            await again.submit_order(stage.order(limit_price=price(50)))
        await again.release_kill_switch(stage.account_id, "admin")
        await again.submit_order(stage.order(limit_price=price(50)))
        await verified(stage)
