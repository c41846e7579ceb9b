"""A person sells short in the browser and buys back."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import expect
from tests.e2e.terminal import Terminal

from tradewind.testing.process import PlatformProcess


@pytest.fixture
def on_margin(platform: PlatformProcess) -> Iterator[None]:
    """Let the account borrow while the test runs."""
    set_account_type(platform, "margin")
    yield
    set_account_type(platform, "cash")


def set_account_type(platform: PlatformProcess, account_type: str) -> None:
    assert platform.credentials is not None
    path = f"/tradewind/v1/accounts/{platform.credentials.account_id}/margin"
    answer = httpx.put(
        platform.gateway_url + path,
        headers=platform.headers,
        json={"account_type": account_type},
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("on_margin")
async def test_short_sale_is_shown_as_such_and_bought_back(desk: Terminal) -> None:
    await desk.choose("MSFT")
    await desk.ticket.get_by_role("radio", name="Sell", exact=True).check()
    await expect(desk.ticket).to_contain_text("Buying power")
    await desk.order("Sell", "7")
    await expect(desk.notices).to_contain_text("Sold 7 MSFT at $")
    await expect(desk.row("Positions", "MSFT", "short", "−7")).to_be_visible()
    await expect(desk.region("Account")).to_contain_text("Maintenance")

    await desk.ticket.get_by_role("radio", name="Buy", exact=True).check()
    await expect(desk.ticket).to_contain_text("Available to buy back")
    await desk.page.get_by_role("button", name="Close the position in MSFT").click()
    dialog = desk.page.get_by_role("dialog", name="Buy back 7 MSFT at market?")
    await dialog.get_by_role("button", name="Buy back 7 MSFT").click()
    await expect(desk.notices).to_contain_text("Bought 7 MSFT at $")
    await expect(desk.row("Positions", "MSFT")).to_have_count(0)
