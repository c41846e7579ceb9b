"""CloudFront does at its edge what the container of the web terminal does on its own."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "deploy/terraform/modules/cdn"
NGINX = ROOT / "deploy/docker/web-ui/nginx.conf"

Json = dict[str, Any]  # Any: an event of CloudFront

# How CloudFront calls a function: with an event, for what goes on in its place.
CALL = "\nprocess.stdout.write(JSON.stringify(handler(JSON.parse(process.argv[1]))));"


def call(function: str, event: Json) -> Json:
    """Run one of the edge's functions by Node.js and return what it hands on."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on PATH")
    code = (MODULE / f"functions/{function}.js").read_text() + CALL
    done = subprocess.run(
        [node, "--use_strict", "--eval", code, "--", json.dumps(event)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: Json = json.loads(done.stdout)
    return answer


def request(uri: str) -> Json:
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {"symbol": {"value": "AAPL"}},
            "headers": {"host": {"value": "app.example.com"}},
            "cookies": {},
        },
    }


@pytest.mark.parametrize(
    "uri",
    ["/", "/orders", "/orders/", "/accounts/0190/orders", "/a.b/c", "/.well-known/change-password"],
)
def test_every_page_is_the_index(uri: str) -> None:
    assert call("pages", request(uri))["uri"] == "/index.html"


@pytest.mark.parametrize(
    "uri",
    ["/index.html", "/theme.js", "/version.json", "/assets/index-C9MEkG79.css", "/missing.js"],
)
def test_a_file_is_asked_for_by_its_own_name(uri: str) -> None:
    assert call("pages", request(uri))["uri"] == uri


def test_nothing_but_the_path_of_a_page_is_changed() -> None:
    event = request("/orders")
    assert call("pages", event) == event["request"] | {"uri": "/index.html"}


def test_assets_may_be_kept_as_the_container_says() -> None:
    response = {"statusCode": 200, "headers": {"content-type": {"value": "text/css"}}}
    answer = call("caching", {"request": request("/assets/a.css")["request"], "response": response})
    kept = re.search(r'~\^/assets/ "([^"]+)"', NGINX.read_text())
    assert kept is not None
    assert answer["headers"]["cache-control"] == {"value": kept[1]}
    assert answer["headers"]["content-type"] == {"value": "text/css"}


def test_a_page_and_what_names_its_build_are_asked_for_again_as_the_container_says() -> None:
    others = re.search(r'map \$uri \$caching \{[^}]*default "([^"]+)";', NGINX.read_text())
    pages = re.search(
        r'pages = \{\s+Cache-Control += "([^"]+)"', (MODULE / "headers.tf").read_text()
    )
    assert others is not None
    assert pages is not None
    assert others[1] == pages[1] == "no-cache"
    # Nor does the edge keep it for longer than a second, whoever asks.
    kept = re.search(
        r"pages += \{ min = (\d+), default = (\d+)", (MODULE / "caching.tf").read_text()
    )
    assert kept is not None
    assert kept.groups() == ("1", "1")


def test_functions_fit_into_what_cloudfront_takes() -> None:
    for path in (MODULE / "functions").glob("*.js"):
        text = path.read_text()
        assert len(text.encode()) <= 10_240
        # Its runtime knows no modules of ours, no network and no promise at the top.
        assert not re.search(r"^\s*(import|export)\b|\brequire\(|\bfetch\(", text, re.MULTILINE)


def test_pages_carry_the_headers_of_the_container() -> None:
    said = dict(re.findall(r'add_header ([\w-]+) "?([^"$;][^"]*?)"? always;', NGINX.read_text()))
    text = (MODULE / "headers.tf").read_text()
    values = dict(re.findall(r'^  (\w+)\s+= "(.*)"$', text, re.MULTILINE))
    assert said == {
        "Content-Security-Policy": values["content_security_policy"],
        "Cross-Origin-Opener-Policy": values["opener_policy"],
        "Permissions-Policy": values["permissions_policy"],
        "Referrer-Policy": values["referrer_policy"],
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": values["frame_option"],
    }
    assert "content_type_options" in text
