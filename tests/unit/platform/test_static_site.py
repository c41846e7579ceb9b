from pathlib import Path

import httpx
import pytest

from tradewind.platform.static_site import StaticSite


@pytest.fixture
def site(tmp_path: Path) -> httpx.AsyncClient:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tradewind</title>")
    (folder / "version.json").write_text('{"build":"0f0f"}')
    (folder / "assets" / "app-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not for the web")
    return client_of(StaticSite(folder))


def client_of(site: StaticSite) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://site")


async def test_pages_of_the_application_are_the_index(site: httpx.AsyncClient) -> None:
    for path in ("/", "/orders", "/accounts/7"):
        response = await site.get(path)
        assert response.status_code == 200
        assert "Tradewind" in response.text
        assert response.headers["cache-control"] == "no-cache"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


async def test_files_with_a_digest_in_the_name_are_kept_for_ever(site: httpx.AsyncClient) -> None:
    response = await site.get("/assets/app-1a2b.js")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]


async def test_what_names_the_build_is_asked_for_each_time(site: httpx.AsyncClient) -> None:
    response = await site.get("/version.json")
    assert response.json() == {"build": "0f0f"}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again(site: httpx.AsyncClient) -> None:
    tag = (await site.get("/")).headers["etag"]
    response = await site.get("/", headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")


async def test_a_file_that_does_not_exist_is_not_found(site: httpx.AsyncClient) -> None:
    assert (await site.get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"]
)
async def test_nothing_outside_the_folder_is_served(site: httpx.AsyncClient, path: str) -> None:
    response = await site.get(path)
    assert response.status_code == 404


async def test_head_has_the_length_but_no_body(site: httpx.AsyncClient) -> None:
    response = await site.head("/")
    assert response.headers["content-length"] == "39"
    assert response.content == b""


async def test_only_reading_is_allowed(site: httpx.AsyncClient) -> None:
    response = await site.post("/")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


async def test_a_site_that_is_not_built_says_how_to_build_it() -> None:
    response = await client_of(StaticSite(None)).get("/")
    assert "make web" in response.text
