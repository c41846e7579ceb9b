"""``tradewind explain``: an order's life, read off the journal."""

import pytest
from tests.integration.orders.stage import Stage, price

from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.explain import explain_order
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.repository import OrderRepository
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import new_id


async def test_story_tells_command_risk_fill_book_and_ledger(stage: Stage) -> None:
    assert stage.app is not None
    other = await stage.second_account()
    resting = await stage.app.submit_order(
        stage.order(qty=5, account_id=other, limit_price=price(98))
    )
    taken = await stage.app.submit_order(stage.order(qty=10, limit_price=price(100)))
    repository, journal = OrderRepository(stage.database), JournalRepository(stage.database)
    story = "\n".join(await explain_order(repository, journal, taken.order_id))
    assert "command: buy 10 AAPL at 100" in story
    assert "risk: passed; 1001 of cash reserved" in story
    assert "fill: 10 at 100 as taker against the feed's depth, fee 1" in story
    assert "users' bids: 10 at 100, 5 at 98" in story
    assert f"{stage.account_id}:available" in story
    assert "order_filled" not in "\n".join(
        await explain_order(repository, journal, resting.order_id)
    )


async def test_order_that_was_never_taken_has_no_story(stage: Stage) -> None:
    with pytest.raises(NotFound, match="no order"):
        await explain_order(
            OrderRepository(stage.database), JournalRepository(stage.database), OrderId(new_id())
        )
