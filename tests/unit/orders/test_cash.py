"""Cash from and to outside and between accounts: once for each key, never beyond what is there."""

import pytest
from tests.unit.orders.stage import ALICE, BOB, Stage, money

from tradewind.contracts.journal import CashTransferred
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.ledger import lines
from tradewind.order_service.domain.refusals import (
    AccountNotFound,
    IdempotencyKeyReused,
    InsufficientBuyingPower,
    OrderTooLarge,
)
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.errors import MalformedRequest, Refusal

NOBODY = AccountId("00000000-0000-7000-8000-0000000000ff")


def cash(stage: Stage, account_id: AccountId) -> int:
    """Return an account's available cash."""
    state = stage.core.state
    return state.cash_available(state.accounts[account_id])


@pytest.mark.parametrize(
    "command",
    [
        commands.Deposit(ALICE, money("5"), "gift", "k"),
        commands.Withdraw(ALICE, money("5"), "gift", "k"),
        commands.Transfer(ALICE, BOB, money("5"), "gift", "k"),
    ],
)
def test_repeated_key_posts_once_and_gives_the_first_answer(command: commands.Command) -> None:
    stage = Stage()
    first = decide(stage.core, command, stage.now)
    moved = (cash(stage, ALICE), cash(stage, BOB))
    stage.core.drain()
    assert stage.run(command) == []
    assert decide(stage.core, command, stage.now) == first
    assert (cash(stage, ALICE), cash(stage, BOB)) == moved
    recovered = decode_state(encode_state(stage.core.state))
    assert recovered.cash_keys == {"k": first}


@pytest.mark.parametrize(
    "other",
    [
        commands.Deposit(ALICE, money("6"), "gift", "k"),
        commands.Deposit(ALICE, money("5"), "wages", "k"),
        commands.Deposit(BOB, money("5"), "gift", "k"),
        commands.Deposit(NOBODY, money("5"), "gift", "k"),
        commands.Withdraw(ALICE, money("5"), "gift", "k"),
        commands.Transfer(ALICE, BOB, money("5"), "gift", "k"),
    ],
)
def test_key_of_another_movement_is_refused(other: commands.Command) -> None:
    stage = Stage()
    stage.run(commands.Deposit(ALICE, money("5"), "gift", "k"))
    with pytest.raises(IdempotencyKeyReused, match="for another movement, of 5"):
        stage.run(other)


def test_refused_movement_leaves_its_key_free() -> None:
    stage = Stage()
    withdrawal = commands.Withdraw(ALICE, money("10001"), "car", "k")
    with pytest.raises(InsufficientBuyingPower):
        stage.run(withdrawal)
    stage.run(commands.Deposit(ALICE, money("1"), "coin"))
    assert len(stage.run(withdrawal)) == 1
    assert cash(stage, ALICE) == 0


def test_movement_without_a_key_is_a_new_one_each_time() -> None:
    stage = Stage()
    for _ in range(2):
        stage.run(commands.Deposit(ALICE, money("5"), "gift"))
    assert cash(stage, ALICE) == money("10010")


def test_transfer_is_one_entry_that_moves_cash_from_one_to_the_other() -> None:
    stage = Stage()
    decide(stage.core, commands.Transfer(ALICE, BOB, money("2500.25"), "rent", "k"), stage.now)
    [record], _ = stage.core.drain()
    assert record.event == CashTransferred(ALICE, BOB, money("2500.25"), "rent", "k")
    assert lines(record.postings) == [
        (f"{ALICE}:available", "USD", -money("2500.25")),
        (f"{BOB}:available", "USD", money("2500.25")),
    ]
    assert (cash(stage, ALICE), cash(stage, BOB)) == (money("7499.75"), money("12500.25"))


def test_transfer_leaves_what_orders_hold() -> None:
    stage = Stage()
    stage.submit(ALICE, "buy", 10, "100")
    with pytest.raises(InsufficientBuyingPower, match="is more than the 9000 available"):
        stage.run(commands.Transfer(ALICE, BOB, money("9000.01"), "all"))
    stage.run(commands.Transfer(ALICE, BOB, money("9000"), "all"))
    assert cash(stage, ALICE) == 0


@pytest.mark.parametrize(
    ("transfer", "refusal"),
    [
        (commands.Transfer(ALICE, ALICE, money("1"), ""), MalformedRequest),
        (commands.Transfer(ALICE, NOBODY, money("1"), ""), AccountNotFound),
        (commands.Transfer(NOBODY, ALICE, money("1"), ""), AccountNotFound),
        (commands.Transfer(ALICE, BOB, money("0"), ""), MalformedRequest),
        (commands.Transfer(ALICE, BOB, money("-1"), ""), MalformedRequest),
        (commands.Transfer(ALICE, BOB, money("2000000000"), ""), OrderTooLarge),
    ],
)
def test_transfer_that_cannot_be_is_refused(
    transfer: commands.Transfer, refusal: type[Refusal]
) -> None:
    stage = Stage()
    with pytest.raises(refusal):
        stage.run(transfer)
    assert stage.core.drain() == ([], [])
