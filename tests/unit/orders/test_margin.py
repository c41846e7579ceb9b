"""Margin accounts: what they may buy and what the figures say, worked by hand."""

from decimal import Decimal

import pytest
from tests.unit.orders.margin_stage import LISTING, MarginStage, dollars, margin_settings
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.journal import CancelReason, OrderCanceled
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.market_data import Listing, SessionClosed
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import (
    InsufficientBuyingPower,
    MarginNotChangeable,
)
from tradewind.order_service.domain.requirements import initial, maintenance
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import SCALE


def test_margin_account_buys_twice_its_equity_and_owes_the_rest() -> None:
    stage = MarginStage()
    stage.quote("99.99", "100")
    order = stage.submit(ALICE, "buy", 200, "100")
    assert order.status == "filled"
    assert (stage.cash(ALICE), stage.equity()) == (-10_000, 10_000)
    with pytest.raises(InsufficientBuyingPower, match="requires 50 of margin and 0 of the equity"):
        stage.submit(ALICE, "buy", 1, "100")


def test_refusal_says_value_and_buying_power_beside_the_margin() -> None:
    stage = MarginStage()
    with pytest.raises(InsufficientBuyingPower, match="requires 10050 of margin") as refused:
        stage.submit(ALICE, "buy", 201, "100")
    assert refused.value.context == {"buying_power": "20000", "cost_basis": "20100"}


def test_open_order_reserves_what_its_position_will_require_not_its_price() -> None:
    stage = MarginStage()
    order = stage.submit(ALICE, "buy", 100, "100")
    assert (order.hold, order.hold_price) == (money("5000"), price("50"))
    assert dollars(stage.figures().buying_power) == 10_000
    stage.run(commands.CancelOrder(ALICE, order.order_id))
    assert dollars(stage.figures().buying_power) == 20_000


def test_partial_fill_gives_back_the_margin_of_what_traded() -> None:
    stage = MarginStage()
    stage.depth(asks=[("100", 40)])
    order = stage.submit(ALICE, "buy", 100, "100")
    assert (order.filled_qty, order.hold) == (shares(40), money("3000"))
    stage.trade("100", 1)
    assert dollars(stage.figures().initial_margin) == 2_000 + 3_000


def test_figures_of_a_leveraged_account() -> None:
    stage = MarginStage()
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 150, "100")
    stage.trade("110", 1)
    figures = stage.figures()
    assert stage.equity() == 11_500
    assert dollars(figures.initial_margin) == 8_250
    assert dollars(figures.maintenance_margin) == 4_950
    assert dollars(figures.buying_power) == 6_500
    assert figures.buying_power == figures.regt_buying_power
    assert figures.daytrading_buying_power == 0
    assert figures.cash_buying_power == 0
    assert figures.withdrawable == 0


def test_multiplier_of_four_counts_in_the_session_only() -> None:
    stage = MarginStage(Listing(symbol="AAPL", maintenance_percent=25), multiplier_max=4)
    stage.trade("100", 1)
    figures = stage.figures()
    assert figures.multiplier == 4
    assert dollars(figures.buying_power) == dollars(figures.daytrading_buying_power) == 40_000
    assert dollars(figures.regt_buying_power) == 20_000
    assert stage.submit(ALICE, "buy", 400, "100").status == "new"
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("100")}))
    assert (stage.figures().multiplier, stage.figures().daytrading_buying_power) == (2, 0)
    with pytest.raises(InsufficientBuyingPower):
        stage.submit(ALICE, "buy", 201, "100")
    assert stage.submit(ALICE, "buy", 200, "100").status == "accepted"


def test_initial_margin_is_never_below_maintenance() -> None:
    stage = MarginStage(Listing(symbol="AAPL", maintenance_percent=75))
    order = stage.submit(ALICE, "buy", 100, "100")
    assert order.hold == money("7500")


def test_instrument_that_is_not_marginable_is_paid_in_full() -> None:
    stage = MarginStage(Listing(symbol="AAPL", marginable=False))
    stage.quote("99.99", "100")
    with pytest.raises(InsufficientBuyingPower):
        stage.submit(ALICE, "buy", 101, "100")
    assert stage.submit(ALICE, "buy", 100, "100").status == "filled"
    assert stage.cash(ALICE) == 0


def test_account_below_two_thousand_has_no_margin() -> None:
    stage = MarginStage()
    stage.run(commands.Withdraw(ALICE, money("8000.01"), "rent"))
    assert stage.figures().multiplier == 1
    with pytest.raises(InsufficientBuyingPower):
        stage.submit(ALICE, "buy", 20, "100")


def test_owner_may_lower_the_multiplier_but_not_raise_it() -> None:
    stage = MarginStage()
    stage.run(commands.Configure(ALICE, ConfigurationChange(max_margin_multiplier="1")))
    assert stage.figures().multiplier == 1
    with pytest.raises(MalformedRequest, match="4 is above the account's 2"):
        stage.run(commands.Configure(ALICE, ConfigurationChange(max_margin_multiplier="4")))


def test_market_buy_beyond_its_hold_must_be_backed_by_free_equity() -> None:
    stage = MarginStage()
    stage.depth(asks=[("100", 100), ("200", 1000)])
    order = stage.submit(ALICE, "buy", 180)
    assert order.hold_price is not None
    assert stage.events[-1] == OrderCanceled(
        order.order_id, ALICE, CancelReason.UNFUNDED, order_hold(stage)
    )
    assert order.filled_qty == shares(100)


def order_hold(stage: Stage) -> int:
    """Return what the last event released."""
    event = stage.events[-1]
    assert isinstance(event, OrderCanceled)
    return event.hold_released


def test_fill_or_kill_counts_the_margin_of_every_level() -> None:
    stage = MarginStage()
    stage.depth(asks=[("100", 150), ("140", 100)])
    assert stage.submit(ALICE, "buy", 190, tif="fok").status == "canceled"
    assert stage.submit(ALICE, "buy", 180, tif="fok").status == "filled"


def test_only_cash_that_is_neither_borrowed_nor_margin_may_be_withdrawn() -> None:
    stage = MarginStage()
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 60, "100")
    assert dollars(stage.figures().withdrawable) == 4_000
    with pytest.raises(InsufficientBuyingPower, match=r"4000.01 is more than the 4000 available"):
        stage.run(commands.Withdraw(ALICE, money("4000.01"), "rent"))
    stage.run(commands.Withdraw(ALICE, money("4000"), "rent"))
    with pytest.raises(InsufficientBuyingPower):
        stage.run(commands.Transfer(ALICE, BOB, money("0.01"), ""))


def test_replacement_uses_the_margin_of_the_order_it_replaces() -> None:
    stage = MarginStage()
    order = stage.submit(ALICE, "buy", 200, "100")
    stage.run(
        ReplaceOrder(
            order_id=order.order_id,
            new_order_id=OrderId("o2"),
            account_id=ALICE,
            limit_price=price("99"),
        )
    )
    assert stage.core.state.orders[OrderId("o2")].hold == money("9900")


def test_type_is_changed_only_while_nothing_is_open_or_owed() -> None:
    stage = MarginStage()
    cash = commands.SetMargin(ALICE, MarginSettings(), "admin")
    order = stage.submit(ALICE, "buy", 1, "90")
    with pytest.raises(MarginNotChangeable, match="has 1 open orders"):
        stage.run(cash)
    stage.run(commands.CancelOrder(ALICE, order.order_id))
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 101, "100")
    with pytest.raises(MarginNotChangeable, match="owes 100;"):
        stage.run(cash)
    stage.submit(ALICE, "sell", 101)
    stage.run(cash)
    account = stage.core.state.accounts[ALICE]
    assert not account.is_margin
    assert account.configuration.max_margin_multiplier == "1"
    assert account.configuration.no_shorting


def test_setting_the_same_margin_again_is_not_journaled() -> None:
    stage = MarginStage()
    assert stage.run(commands.SetMargin(ALICE, margin_settings(), "admin")) == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (margin_settings(multiplier_max=3), "must be one of 1, 2, 4, was 3"),
        (margin_settings(call_grace_s=-1), "call_grace_s must be between 0"),
        (MarginSettings(multiplier_max=2), "a cash account has a multiplier of 1"),
    ],
)
def test_margin_settings_out_of_range_are_refused(settings: MarginSettings, says: str) -> None:
    with pytest.raises(MalformedRequest, match=says):
        MarginStage().run(commands.SetMargin(ALICE, settings, "admin"))


@pytest.mark.parametrize(
    ("qty", "at", "kept"),
    [
        (100, "100", "3000"),
        (100, "2.49", "249"),
        (100, "2.50", "75"),
        (-100, "100", "3000"),
        (-100, "16", "500"),
        (-100, "5", "500"),
        (-100, "4", "400"),
        (-100, "1", "250"),
    ],
)
def test_maintenance_is_that_of_finra_rule_4210(qty: int, at: str, kept: str) -> None:
    value = abs(qty) * price(at)
    assert maintenance(LISTING, qty * SCALE, value) == money(kept)


def test_initial_margin_of_a_short_sale_is_half_of_its_value_on_top_of_the_proceeds() -> None:
    assert initial(LISTING, -100 * SCALE, 10_000 * SCALE, 2) == 5_000 * SCALE
    hard = Listing(symbol="AAPL", marginable=False)
    assert initial(hard, -100 * SCALE, 10_000 * SCALE, 2) == 10_000 * SCALE


def test_cash_account_beside_it_is_as_before() -> None:
    stage = MarginStage()
    order = stage.submit(BOB, "buy", 100, "100")
    assert order.hold == money("10000")
    assert stage.cash(BOB) == Decimal(0)
    with pytest.raises(InsufficientBuyingPower, match="0 may be spent"):
        stage.submit(BOB, "buy", 1, "1")
