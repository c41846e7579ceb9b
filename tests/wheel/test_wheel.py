"""The wheel alone is the whole platform: nothing of the checkout is needed to run it."""

import os
import re
import subprocess
import zipfile
from pathlib import Path

import httpx
from playwright.sync_api import expect, sync_playwright
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.wheel.conftest import ROOT, InstalledPlatform, Wheel


def test_the_same_commit_gives_the_same_bytes(wheel: Wheel, tmp_path: Path) -> None:
    again = tmp_path / "again"
    subprocess.run(
        [ROOT / "scripts/build-wheel"], env=os.environ | {"DIST": str(again)}, check=True
    )
    (built,) = again.iterdir()
    assert built.name == wheel.path.name
    assert built.read_bytes() == wheel.path.read_bytes()


def test_it_holds_the_package_and_the_terminal_and_nothing_else(wheel: Wheel) -> None:
    with zipfile.ZipFile(wheel.path) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"tradewind", f"tradewind-{wheel.version}.dist-info"}
    assert {"tradewind/cli.py", "tradewind/py.typed", "tradewind/web_dist/index.html"} <= set(names)
    assert not [name for name in names if name.endswith(".pyc") or "node_modules" in name]
    built = ROOT / "web-ui/dist"
    terminal = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    prefix = "tradewind/web_dist/"
    assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == terminal


def test_it_says_its_version_and_has_all_that_it_needs(wheel: Wheel, environment: Path) -> None:
    python, command = environment / "bin/python", environment / "bin/tradewind"
    assert subprocess.check_output([command, "version"], text=True) == f"{wheel.version}\n"
    uv = os.environ.get("UV", str(ROOT / ".build/uv"))
    subprocess.run([uv, "pip", "check", "-q", "--python", python], check=True)
    assert not (environment / "bin/pytest").exists()


def test_the_platform_serves_the_terminal(wheel: Wheel, platform: InstalledPlatform) -> None:
    with httpx.Client(base_url=platform.web_url) as web:
        page = web.get("/")
        assert page.status_code == 200
        (script,) = re.findall(r'<script type="module"[^>]* src="([^"]+)"', page.text)
        program = web.get(script)
        assert program.headers["content-type"].startswith("text/javascript")
        assert len(program.content) > 10_000
        deep = web.get("/positions/AAPL")
        assert (deep.status_code, deep.text) == (200, page.text)
        assert web.get("/assets/none.js").status_code == 404
    alive = httpx.get(f"{platform.gateway_url}/healthz/live").json()
    assert alive["version"] == wheel.version
    document = httpx.get(f"{platform.gateway_url}/openapi.json").json()
    assert document["info"]["version"] == wheel.version


def test_the_first_key_places_an_order(platform: InstalledPlatform) -> None:
    asked = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "1"}
    with httpx.Client(base_url=platform.gateway_url, headers=platform.headers) as api:
        placed = api.post("/v2/orders", json=asked | {"time_in_force": "gtc"})
        assert placed.status_code == 200, placed.text
        assert api.delete(f"/v2/orders/{placed.json()['id']}").status_code == 204


def test_the_first_user_signs_in_at_the_terminal(platform: InstalledPlatform) -> None:
    assert platform.credentials is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        page.goto(platform.web_url)
        page.get_by_label("User name").fill(platform.credentials.username)
        page.get_by_label("Password").fill(platform.credentials.password)
        page.get_by_label("Password").press("Enter")
        live = page.get_by_role("status", name="Connection: Live")
        expect(live).to_be_visible(timeout=30_000)
        browser.close()


def test_it_stops_when_it_is_told_to_and_leaves_no_process(platform: InstalledPlatform) -> None:
    assert platform.stop() == 0
    left = subprocess.run(
        ["pgrep", "-f", str(platform.data_dir)], capture_output=True, text=True, check=False
    )
    assert left.stdout == ""
