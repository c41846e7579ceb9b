"""The documentation: complete, valid, and the same as the committed file."""

import json
import os
import re
from pathlib import Path

from tradewind.contracts.vocabulary import Role

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "gateway.json"
WRITE = "TRADEWIND_WRITE_OPENAPI"


async def test_committed_document_is_the_one_that_is_served(gateway) -> None:
    served = (await gateway.call("GET", "/openapi.json", role=None)).json()
    served["info"]["version"] = "current"
    text = json.dumps(served, indent=2, sort_keys=True) + "\n"
    if os.environ.get(WRITE):
        COMMITTED.parent.mkdir(parents=True, exist_ok=True)
        COMMITTED.write_text(text)
    assert COMMITTED.read_text() == text, f"run this test with {WRITE}=1 and commit the file"


async def test_every_route_is_documented_once(gateway) -> None:
    document = (await gateway.call("GET", "/openapi.json", role=None)).json()
    documented = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    routes = {
        f"{route.method} {re.sub(':path', '', route.path)}"
        for route in gateway.app.table.routes
        if route.is_documented
    }
    assert documented == routes
    ids = [op["operationId"] for ops in document["paths"].values() for op in ops.values()]
    assert len(ids) == len(set(ids))


async def test_every_reference_leads_somewhere(gateway) -> None:
    document = (await gateway.call("GET", "/openapi.json", role=None)).json()
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        target = document
        for step in reference.split("/"):
            target = target[step]


async def test_page_needs_no_script_and_no_other_server(gateway) -> None:
    for path in ("/docs", "/api/docs"):
        page = await gateway.call("GET", path, role=None)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "<script" not in page.text
        assert "http" not in page.text.replace("https://json-schema.org", "")
        assert "/v2/orders" in page.text


async def test_documentation_is_open_to_all(gateway) -> None:
    for role in (None, Role.VIEWER):
        assert (await gateway.call("GET", "/docs", role=role)).status_code == 200
