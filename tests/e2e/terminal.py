"""The web terminal as a person sees it: roles and words, never the markup behind them."""

from dataclasses import dataclass, field

from playwright.async_api import ConsoleMessage, Locator, Page, Request, Response, expect

PATIENCE_MS = 20_000
"""How long a person would wait for the first picture of a market on a slow machine."""


@dataclass
class Terminal:
    """One page, with what went wrong on it unseen."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("console", self._on_console)
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    async def open(self) -> None:
        """Load the page."""
        await self.page.goto(self.url)

    async def sign_in(self, username: str, password: str) -> None:
        """Fill the sign-in form and send it with the Enter key."""
        await self.page.get_by_label("User name").fill(username)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_label("Password").press("Enter")

    async def expect_live(self) -> None:
        """Wait until both streams are up and the market is open."""
        live = self.page.get_by_role("status", name="Connection: Live")
        await expect(live).to_be_visible(timeout=PATIENCE_MS)
        await expect(self.page.get_by_text("Market open")).to_be_visible()

    async def choose(self, symbol: str) -> None:
        """Pick an instrument on the watch list and wait for its quote."""
        await self.region("Watch list").get_by_role("button", name=symbol).click()
        await expect(self.region(f"Quote of {symbol}")).to_be_visible()
        ask = self.page.get_by_role("button", name="Ask").filter(has_text=".")
        await expect(ask).to_be_enabled(timeout=PATIENCE_MS)

    async def order(self, side: str, qty: str, limit_price: str | None = None) -> None:
        """Fill the ticket and send it with the Enter key."""
        await self.ticket.get_by_role("radio", name=side, exact=True).check()
        kind = "Market" if limit_price is None else "Limit"
        await self.ticket.get_by_role("radio", name=kind, exact=True).check()
        if limit_price is not None:
            await self.ticket.get_by_role("textbox", name="Limit price").fill(limit_price)
        quantity = self.ticket.get_by_role("textbox", name="Quantity")
        await quantity.fill(qty)
        await quantity.press("Enter")

    def region(self, name: str) -> Locator:
        """Return a named part of the screen."""
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def ticket(self) -> Locator:
        """Return the form of a new order."""
        return self.page.get_by_role("form", name="Order ticket")

    @property
    def notices(self) -> Locator:
        """Return the short notices in the corner."""
        return self.page.get_by_role("status", name="Notifications")

    def row(self, table: str, *words: str) -> Locator:
        """Return the rows of a table in which every one of the words stands."""
        rows = self.page.get_by_role("table", name=table).get_by_role("row")
        for word in words:
            rows = rows.filter(has_text=word)
        return rows

    def _on_console(self, message: ConsoleMessage) -> None:
        # A refused request is what some tests are about; the responses are watched by themselves.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self.faults.append(f"another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500 or response.status == 404:
            self.faults.append(f"{response.status}: {response.url}")
