from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from tradewind.contracts.journal import (
    AccountLimitsSet,
    CashTransferred,
    Event,
    JournalRecord,
    Liquidity,
    OrderFilled,
)
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.notifications import Topic
from tradewind.contracts.vocabulary import (
    MAIN_VENUE,
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
)
from tradewind.notification_service.domain.email_text import subject_of, text_of
from tradewind.notification_service.domain.messages import (
    Message,
    accounts_of,
    message_of,
    topic_of,
    type_of,
)
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits

AT = datetime(2024, 1, 2, 15, 0, 1, tzinfo=UTC)
ME = AccountId("me")

FILL = OrderFilled(
    order_id=OrderId("o"),
    account_id=ME,
    execution_id=ExecutionId("x"),
    symbol="AAPL",
    side=OrderSide.BUY,
    price=PriceUnits(187_200_000_000),
    qty=QuantityUnits(10_500_000_000),
    fee=MoneyUnits(-1_000_000),
    liquidity=Liquidity.MAKER,
    hold_released=5,
    filled_qty=QuantityUnits(10_500_000_000),
    filled_value=MoneyUnits(1_965_600_000_000),
    status=OrderStatus.FILLED,
    position_qty=QuantityUnits(10_500_000_000),
)


def told(event: Event, account_id: AccountId = ME) -> Message:
    return message_of(JournalRecord(MAIN_VENUE, 7, AT, event), account_id, None)


def test_amounts_are_decimals_and_inner_figures_are_left_out() -> None:
    data = told(FILL).data
    assert (data["price"], data["qty"], data["fee"]) == ("187.2", "10.5", "-0.001")
    assert (data["side"], data["status"]) == ("buy", "filled")
    assert "hold_released" not in data
    assert "contra_order_id" not in data


def test_id_of_an_event_is_the_same_at_every_reading_and_one_for_each_account() -> None:
    transfer = CashTransferred(ME, AccountId("you"), MoneyUnits(10**9), "r")
    assert accounts_of(transfer) == [ME, "you"]
    assert told(transfer) == told(transfer)
    assert told(transfer).event_id != told(transfer, AccountId("you")).event_id


def test_order_adds_what_its_events_do_not_say() -> None:
    record = JournalRecord(MAIN_VENUE, 7, AT, FILL)
    data = message_of(record, ME, {"client_order_id": "c", "symbol": "other"}).data
    assert (data["client_order_id"], data["symbol"]) == ("c", "AAPL")


def test_structures_inside_are_written_the_same_way() -> None:
    limits = AccountLimits(order_value_max=MoneyUnits(5 * 10**9))
    assert told(AccountLimitsSet(ME, limits, "admin")).data["limits"] == {"order_value_max": "5"}


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_of_the_journal_has_a_type_and_a_topic(kind: type) -> None:
    fields = {field.name: None for field in msgspec.structs.fields(kind)}
    event = kind(**fields)
    assert type_of(event).islower()
    expected = Topic.ORDERS if "order_id" in fields else Topic.ACCOUNT
    assert topic_of(event) is (Topic.FILLS if kind is OrderFilled else expected)


def test_subject_says_what_happened_and_cannot_begin_another_header() -> None:
    assert subject_of(told(FILL)) == "Order filled: buy 10.5 AAPL at 187.2"
    sneaky = Message(
        event_id="e", type="test", at=AT, account_id=ME, venue_id="main",
        data={"symbol": "A\r\nBcc: x@y.z"},
    )  # fmt: skip
    assert "\n" not in subject_of(sneaky)
    assert "\r" not in subject_of(sneaky)


def test_text_has_every_field_in_a_line() -> None:
    lines = text_of(told(FILL)).splitlines()
    assert "time: 2024-01-02 15:00:01 UTC" in lines
    assert "filled qty: 10.5" in lines
    assert "venue: main" in lines
