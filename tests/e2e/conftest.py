"""The real platform in a process of its own, and a real browser in front of it."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, async_playwright
from tests.e2e.terminal import Terminal

from tradewind.testing.process import PlatformProcess

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = ViewportSize(width=1440, height=900)
_SITE = Path(__file__).parents[2] / "web-ui" / "dist" / "index.html"

OpenTerminal = Callable[[ViewportSize], Awaitable[Terminal]]


@pytest.fixture(scope="session")
async def platform() -> AsyncIterator[PlatformProcess]:
    """Return a running platform whose market never closes."""
    if not _SITE.is_file():
        pytest.fail("the web terminal is not built: run `npm ci && npm run build` in web-ui")
    # A short path: PostgreSQL's socket lies below it, and its length is limited.
    folder = Path(tempfile.mkdtemp(prefix="tw-e2e-"))
    process = PlatformProcess(folder, rate_limit_sign_in="1000/minute")
    try:
        await asyncio.to_thread(process.start)
        yield process
        await asyncio.to_thread(process.stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return Debian's chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def open_terminal(platform: PlatformProcess, browser: Browser) -> AsyncIterator[OpenTerminal]:
    """Return a function that opens the terminal in a browser that remembers nothing.

    At the end no page may have thrown, broken its content policy or asked another host.
    """
    opened: list[Terminal] = []

    async def make(viewport: ViewportSize) -> Terminal:
        context = await browser.new_context(viewport=viewport)
        terminal = Terminal(await context.new_page(), platform.web_url)
        opened.append(terminal)
        await terminal.open()
        return terminal

    yield make
    for terminal in opened:
        await terminal.page.context.close()
    assert [fault for terminal in opened for fault in terminal.faults] == []


@pytest.fixture
async def terminal(open_terminal: OpenTerminal) -> Terminal:
    """Return the terminal at its sign-in page, on a desk."""
    return await open_terminal(DESK)


@pytest.fixture
async def desk(terminal: Terminal, platform: PlatformProcess) -> Terminal:
    """Return the terminal signed in and live."""
    assert platform.credentials is not None
    await terminal.sign_in(platform.credentials.username, platform.credentials.password)
    await terminal.expect_live()
    return terminal
