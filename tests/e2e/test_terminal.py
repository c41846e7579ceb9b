"""A person trades in the browser. Each test has an instrument of its own, so that none meets
another's resting orders."""

import httpx
from playwright.async_api import Route, ViewportSize, expect
from tests.e2e.conftest import OpenTerminal
from tests.e2e.terminal import PATIENCE_MS, Terminal

from tradewind.testing.process import PlatformProcess


async def test_wrong_password_is_answered_by_a_sentence(terminal: Terminal) -> None:
    await terminal.sign_in("admin", "not-the-password")

    await expect(terminal.page.get_by_role("alert")).to_contain_text("password is wrong")
    await expect(terminal.page.get_by_label("Password")).to_have_value("")


async def test_market_order_fills_into_a_position_with_a_notice(desk: Terminal) -> None:
    await desk.choose("AAPL")
    await desk.order("Buy", "3")

    await expect(desk.notices).to_contain_text("Bought 3 AAPL at $")
    await expect(desk.row("Positions", "AAPL", "Close")).to_contain_text("3")
    await expect(desk.ticket.get_by_role("status")).to_contain_text("Buy 3 AAPL: filled at $")
    await desk.page.get_by_role("tab", name="Recent orders").click()
    await expect(desk.row("Recent orders", "AAPL", "3 of 3", "Filled")).to_be_visible()


async def test_order_far_from_the_market_rests_until_it_is_canceled(desk: Terminal) -> None:
    await desk.choose("IBM")
    await desk.order("Buy", "7", limit_price="1.25")

    resting = desk.row("Open orders", "IBM", "0 of 7")
    await expect(resting).to_contain_text("1.25")
    await expect(resting).to_contain_text("Working")

    await desk.page.get_by_role("button", name="Cancel: Buy 7 IBM").click()
    await expect(resting).to_have_count(0)
    await expect(desk.notices).to_contain_text("Buy 7 IBM canceled")
    await desk.page.get_by_role("tab", name="Recent orders").click()
    await expect(desk.row("Recent orders", "IBM", "0 of 7", "Canceled")).to_be_visible()


async def test_replacing_an_order_changes_its_price_and_quantity(desk: Terminal) -> None:
    await desk.choose("GOOG")
    await desk.order("Buy", "2", limit_price="10.00")
    await desk.page.get_by_role("button", name="Replace: Buy 2 GOOG").click()

    dialog = desk.page.get_by_role("dialog", name="Replace: Buy 2 GOOG")
    await dialog.get_by_role("textbox", name="Quantity").fill("4")
    await dialog.get_by_role("textbox", name="Limit price").fill("11.50")
    await dialog.get_by_role("button", name="Replace order").click()

    await expect(dialog).to_have_count(0)
    await expect(desk.row("Open orders", "GOOG", "0 of 4", "11.50")).to_have_count(1)
    await expect(desk.row("Open orders", "GOOG")).to_have_count(1)
    await desk.page.get_by_role("button", name="Cancel: Buy 4 GOOG").click()
    await expect(desk.row("Open orders", "GOOG")).to_have_count(0)


async def test_refusal_of_a_too_large_order_stands_in_the_ticket(desk: Terminal) -> None:
    await desk.choose("MSFT")
    await desk.order("Buy", "100000")

    await expect(desk.ticket.get_by_role("alert")).to_contain_text("Insufficient buying power")
    await expect(desk.ticket.get_by_role("textbox", name="Quantity")).to_have_value("100000")
    await expect(desk.row("Positions", "MSFT")).to_have_count(0)


async def test_order_whose_answer_was_lost_is_not_placed_twice(desk: Terminal) -> None:
    async def lose_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await desk.choose("GOOG")
    await desk.page.route("**/api/v2/orders", lose_answer, times=1)
    await desk.order("Buy", "1")
    await expect(desk.ticket.get_by_role("alert")).to_contain_text("may or may not stand")

    await desk.ticket.get_by_role("textbox", name="Quantity").press("Enter")
    await expect(desk.ticket.get_by_role("status")).to_contain_text("Buy 1 GOOG: filled at $")
    await desk.page.get_by_role("tab", name="Recent orders").click()
    await expect(desk.row("Recent orders", "GOOG", "1 of 1", "Filled")).to_have_count(1)


async def test_malformed_order_is_told_apart_before_it_is_sent(desk: Terminal) -> None:
    await desk.choose("MSFT")
    await desk.order("Buy", "", limit_price="20.005")

    await expect(desk.ticket).to_contain_text("Enter how many shares.")
    await expect(desk.ticket).to_contain_text("From $1.00 on, use two decimals.")
    await expect(desk.ticket.get_by_role("textbox", name="Quantity")).to_have_attribute(
        "aria-invalid", "true"
    )


async def test_closing_a_position_sells_all_of_it_after_a_question(desk: Terminal) -> None:
    await desk.choose("FB")
    await desk.order("Buy", "11")
    await desk.page.get_by_role("button", name="Close the position in FB").click()
    dialog = desk.page.get_by_role("dialog", name="Sell 11 FB at market?")
    await dialog.get_by_role("button", name="Sell 11 FB").click()

    await expect(desk.notices).to_contain_text("Sold 11 FB at $")
    await expect(desk.row("Positions", "FB")).to_have_count(0)


async def test_keys_choose_the_side_and_the_limit_price_comes_from_the_quote(
    desk: Terminal,
) -> None:
    await desk.choose("IBM")
    await desk.ticket.get_by_role("radio", name="Limit", exact=True).check()
    await desk.page.keyboard.press("s")

    await expect(desk.ticket.get_by_role("radio", name="Sell")).to_be_checked()
    await expect(desk.ticket.get_by_role("textbox", name="Quantity")).to_be_focused()
    await expect(desk.ticket.get_by_role("textbox", name="Limit price")).not_to_have_value("")
    await desk.page.keyboard.type("12b")
    await expect(desk.ticket.get_by_role("radio", name="Buy")).to_be_checked()
    await expect(desk.ticket.get_by_role("button", name="Buy 12 IBM")).to_be_visible()


async def test_reload_keeps_the_session_and_signing_out_ends_it(desk: Terminal) -> None:
    await desk.page.reload()
    await desk.expect_live()

    await desk.page.get_by_role("button", name="Sign out").click()
    await expect(desk.page.get_by_role("form", name="Sign in")).to_be_visible()
    await desk.page.reload()
    await expect(desk.page.get_by_role("form", name="Sign in")).to_be_visible()


async def test_a_phone_can_trade_without_scrolling_sideways(
    open_terminal: OpenTerminal, platform: PlatformProcess
) -> None:
    phone = await open_terminal(ViewportSize(width=390, height=844))
    assert platform.credentials is not None
    await phone.sign_in(platform.credentials.username, platform.credentials.password)
    await phone.expect_live()
    views = phone.page.get_by_role("navigation", name="Views")
    for view in ("Markets", "Chart", "Trade", "Portfolio"):
        await views.get_by_role("button", name=view).click()
        width = await phone.page.evaluate("document.documentElement.scrollWidth")
        assert width == 390, f"{view} is {width} pixels wide"

    await views.get_by_role("button", name="Markets").click()
    await phone.region("Watch list").get_by_role("button", name="MSFT").click()
    await views.get_by_role("button", name="Trade").click()
    await phone.order("Buy", "5")
    await expect(phone.notices).to_contain_text("Bought 5 MSFT at $")
    await views.get_by_role("button", name="Portfolio").click()
    await expect(phone.row("Positions", "MSFT", "Close")).to_be_visible()


async def test_halted_instrument_wears_a_badge_and_its_ticket_says_that_orders_wait(
    desk: Terminal, platform: PlatformProcess
) -> None:
    await desk.choose("MSFT")
    badge = desk.region("Quote of MSFT").get_by_text("Halted", exact=True)
    await expect(badge).to_have_count(0)
    halt = f"{platform.gateway_url}/tradewind/v1/venues/main/halts/MSFT"
    async with httpx.AsyncClient(headers=platform.headers) as admin:
        (await admin.put(halt, json={"reason": "news pending"})).raise_for_status()
        try:
            await expect(badge).to_be_visible()
            await expect(desk.ticket).to_contain_text("halted by the venue: news pending.")
            await desk.choose("IBM")
            await expect(desk.ticket).not_to_contain_text("halted")
            # Whoever comes during the halt sees it as well.
            await desk.page.reload()
            await desk.expect_live()
            await desk.choose("MSFT")
            await expect(badge).to_be_visible()
        finally:
            (await admin.delete(halt)).raise_for_status()
    await expect(badge).to_have_count(0)
    await expect(desk.ticket).not_to_contain_text("halted")


async def test_dividend_shows_beside_its_position_and_in_the_accounts_income(
    desk: Terminal, platform: PlatformProcess
) -> None:
    await desk.choose("FB")
    await desk.order("Buy", "30")
    position = desk.row("Positions", "FB", "Close")
    await expect(position).to_contain_text("30")
    account = desk.region("Account")
    await expect(account).to_contain_text("Income$0.00")
    async with httpx.AsyncClient(base_url=platform.gateway_url, headers=platform.headers) as admin:
        clock = (await admin.get("/v2/clock")).json()
        dividend = {
            "type": "cash_dividend",
            "symbol": "FB",
            "ex_date": clock["timestamp"][:10],
            "rate": "0.4117",
        }
        entered = await admin.post(
            "/tradewind/v1/corporate-actions",
            json=dividend,
            headers={"Idempotency-Key": "fb-dividend"},
        )
        entered.raise_for_status()
    # 30 shares, at 0.4117 each, with the next look at the server.
    await expect(position).to_contain_text("12.35", timeout=PATIENCE_MS)
    await expect(account).to_contain_text("Income$12.35", timeout=PATIENCE_MS)
