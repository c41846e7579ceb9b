"""A terminal that is open tells when another build is deployed, and keeps what is being typed."""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Page, expect
from tests.e2e.conftest import DESK
from tests.e2e.terminal import PATIENCE_MS, Terminal

from tradewind.testing.process import PlatformProcess

SITE = Path(__file__).parents[2] / "web-ui" / "dist"


@dataclass
class Deployment:
    """A platform with a terminal of its own, at an address that stays."""

    process: PlatformProcess
    site: Path

    async def replace(self, build: str) -> None:
        """Deploy another build: stop what runs and start again with a site that has changed."""
        await asyncio.to_thread(self.process.stop)
        page = self.site / "index.html"
        named = re.sub(r'(name="tradewind-build" content=")\w+', rf"\g<1>{build}", page.read_text())
        assert named != page.read_text()
        page.write_text(named)
        (self.site / "version.json").write_text(json.dumps({"build": build}))
        await asyncio.to_thread(self.process.start)


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    # A short path: PostgreSQL's socket lies below it, and its length is limited.
    folder = Path(tempfile.mkdtemp(prefix="tw-new-"))
    site = folder / "site"
    shutil.copytree(SITE, site)
    process = PlatformProcess(folder / "data", web_dist=str(site))
    try:
        await asyncio.to_thread(process.start)
        gateway, web = (urlsplit(url).port for url in (process.gateway_url, process.web_url))
        assert gateway is not None
        assert web is not None
        process.ports = (gateway, web)
        yield Deployment(process, site)
        await asyncio.to_thread(process.stop)
    finally:
        if process.is_running:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


async def build_of(page: Page) -> str | None:
    return await page.locator('meta[name="tradewind-build"]').get_attribute("content")


def test_the_page_and_the_file_beside_it_name_the_same_build() -> None:
    told = json.loads((SITE / "version.json").read_text())
    assert re.fullmatch("[0-9a-f]{16}", told["build"])
    assert (
        f'<meta name="tradewind-build" content="{told["build"]}">'
        in (SITE / "index.html").read_text()
    )


async def test_an_open_terminal_offers_what_was_deployed_and_waits(
    deployment: Deployment, browser: Browser
) -> None:
    # While the platform is away the browser says so on its console: no page of the other tests.
    context = await browser.new_context(viewport=DESK)
    terminal = Terminal(await context.new_page(), deployment.process.web_url)
    credentials = deployment.process.credentials
    assert credentials is not None
    await terminal.open()
    await terminal.sign_in(credentials.username, credentials.password)
    await terminal.expect_live()
    await terminal.choose("AAPL")
    served = await asyncio.to_thread(httpx.get, f"{terminal.url}/version.json")
    assert served.headers["cache-control"] == "no-cache"
    before = await build_of(terminal.page)
    assert served.json() == {"build": before}
    quantity = terminal.ticket.get_by_role("textbox", name="Quantity")
    await quantity.fill("12")
    offer = terminal.page.get_by_role("status", name="New version")

    await deployment.replace("0123456789abcdef")

    await expect(offer).to_contain_text("A new version is available", timeout=3 * PATIENCE_MS)
    await expect(quantity).to_be_focused()
    await terminal.page.keyboard.type("3")
    await expect(quantity).to_have_value("123")
    assert await build_of(terminal.page) == before

    await offer.get_by_role("button", name="Reload").click()
    await terminal.expect_live()
    assert await build_of(terminal.page) == "0123456789abcdef"
    await expect(offer).to_be_empty()

    await deployment.replace("fedcba9876543210")  # pragma: allowlist secret
    await expect(offer).to_contain_text("A new version", timeout=3 * PATIENCE_MS)
    await offer.get_by_role("button", name="Not now").click()
    await expect(offer).to_be_empty()
    await context.close()
