"""Every kind of order that the ticket can write, as it stands in the lists afterwards."""

from playwright.async_api import expect
from tests.e2e.terminal import Terminal


async def fill(desk: Terminal, **texts: str) -> None:
    """Type into fields of the ticket; ``limit_price`` goes into ``Limit price``."""
    for name, text in texts.items():
        label = name.replace("_", " ").capitalize()
        await desk.ticket.get_by_role("textbox", name=label, exact=True).fill(text)


async def choose_type(desk: Terminal, name: str) -> None:
    await desk.ticket.get_by_role("radio", name=name, exact=True).check()


async def pick(desk: Terminal, label: str, option: str) -> None:
    await desk.ticket.get_by_label(label, exact=True).select_option(label=option)


async def send(desk: Terminal) -> None:
    await desk.ticket.get_by_role("textbox", name="Quantity").press("Enter")


async def cancel_all(desk: Terminal, symbol: str) -> None:
    """Cancel what is open in an instrument, one after another."""
    buttons = desk.row("Open orders", symbol).get_by_role("button", name="Cancel")
    while left := await buttons.count():
        await buttons.first.click()
        await expect(buttons).not_to_have_count(left)


async def test_stop_and_stop_limit_orders_wait_and_are_replaced(desk: Terminal) -> None:
    await desk.choose("GOOG")
    await choose_type(desk, "Stop limit")
    await fill(desk, quantity="2", stop_price="5000", limit_price="5010")
    await send(desk)
    waiting = desk.row("Open orders", "GOOG", "Stop 5,000.00, limit 5,010.00")
    await expect(waiting).to_be_visible()

    await desk.page.get_by_role("button", name="Replace: Buy 2 GOOG").click()
    dialog = desk.page.get_by_role("dialog", name="Replace: Buy 2 GOOG")
    await dialog.get_by_role("textbox", name="Stop price").fill("5005")
    await dialog.get_by_role("button", name="Replace order").click()
    moved = desk.row("Open orders", "GOOG", "Stop 5,005.00, limit 5,010.00")
    await expect(moved).to_be_visible()
    await cancel_all(desk, "GOOG")


async def test_trailing_stop_shows_its_trail(desk: Terminal) -> None:
    await desk.choose("MSFT")
    await choose_type(desk, "Trailing stop")
    await fill(desk, quantity="1", trail="20")
    await pick(desk, "Time in force", "GTC")
    await send(desk)
    await expect(desk.row("Open orders", "MSFT", "Trail 20%, stop", "GTC")).to_be_visible()
    await cancel_all(desk, "MSFT")


async def test_bracket_stands_with_its_exits(desk: Terminal) -> None:
    await desk.choose("IBM")
    await choose_type(desk, "Limit")
    await fill(desk, quantity="4", limit_price="20")
    await pick(desk, "Exits", "Take profit and stop loss")
    await fill(desk, take_profit="30", stop_loss="10")
    await send(desk)
    await expect(desk.row("Open orders", "IBM", "20.00", "Working")).to_be_visible()
    await expect(desk.row("Open orders", "IBM", "30.00", "Held")).to_be_visible()
    await expect(desk.row("Open orders", "IBM", "Stop 10.00", "Held")).to_be_visible()
    await cancel_all(desk, "IBM")


async def test_exits_on_the_wrong_side_are_told_while_typing(desk: Terminal) -> None:
    await desk.choose("IBM")
    await choose_type(desk, "Limit")
    await fill(desk, quantity="4", limit_price="20")
    await pick(desk, "Exits", "Take profit and stop loss")
    await fill(desk, take_profit="19", stop_loss="21")
    await expect(desk.ticket).to_contain_text("The take profit must be above the price, 20.00.")
    await expect(desk.ticket).to_contain_text("The stop loss must be below the price, 20.00.")
    await fill(desk, take_profit="30", stop_loss="10")
    await expect(desk.ticket).not_to_contain_text("must be")


async def test_amount_of_money_buys_a_fraction(desk: Terminal) -> None:
    await desk.choose("ETH/USD")
    await pick(desk, "Order in", "Dollars")
    await fill(desk, amount="250")
    await expect(desk.ticket.get_by_role("button", name="Buy ETH/USD for $250.00")).to_be_visible()
    await desk.ticket.get_by_role("textbox", name="Amount").press("Enter")
    outcome = desk.ticket.get_by_role("status")
    await expect(outcome).to_contain_text("Buy $250.00 of ETH/USD: filled at")


async def test_order_for_extended_hours_is_marked(desk: Terminal) -> None:
    await desk.choose("AAPL")
    await choose_type(desk, "Limit")
    await desk.ticket.get_by_role("checkbox", name="Also before the open").check()
    await fill(desk, quantity="1", limit_price="2")
    await send(desk)
    await expect(desk.row("Open orders", "AAPL", "2.00", "Day ext.")).to_be_visible()
    await cancel_all(desk, "AAPL")


async def test_choices_that_cannot_stand_together_are_not_offered(desk: Terminal) -> None:
    await desk.choose("AAPL")
    await pick(desk, "Time in force", "IOC")
    await choose_type(desk, "Stop")
    times = desk.ticket.get_by_label("Time in force")
    await expect(times).to_have_value("day")
    await expect(times.get_by_role("option")).to_have_count(2)
    await expect(desk.ticket.get_by_label("Exits")).to_have_count(0)
    await expect(desk.ticket.get_by_role("checkbox")).to_have_count(0)


async def test_crypto_is_bought_by_the_fraction_around_the_clock(desk: Terminal) -> None:
    await desk.choose("BTC/USD")
    await expect(desk.ticket.get_by_role("radio", name="Trailing stop")).to_have_count(0)
    await fill(desk, quantity="0.00001")
    await expect(desk.ticket).to_contain_text("The smallest order of BTC/USD is 0.0001.")
    await fill(desk, quantity="0.0125")
    await send(desk)
    await expect(desk.notices).to_contain_text("Bought 0.0125 BTC/USD at $")
    await expect(desk.row("Positions", "BTC/USD", "Close")).to_contain_text("0.0125")
    await desk.page.get_by_role("button", name="Close the position in BTC/USD").click()
    dialog = desk.page.get_by_role("dialog", name="Sell 0.0125 BTC/USD at market?")
    await dialog.get_by_role("button", name="Sell 0.0125 BTC/USD").click()
    await expect(desk.row("Positions", "BTC/USD")).to_have_count(0)
