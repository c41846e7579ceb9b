"""Alpaca's own OpenAPI documents, and a check of responses against them."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_DOCUMENTS = ("trading-api.json", "market-data-api.json")
_ERROR = {
    "type": "object",
    "properties": {"code": {"type": "integer"}, "message": {"type": "string", "minLength": 1}},
    "required": ["code", "message"],
}
_RATE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")

formats = FormatChecker(formats=("uuid", "date", "ipv4"))


@formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return True
    # The documents give the date of a cash activity this format and show a plain date.
    if len(value) == 10:
        return bool(date.fromisoformat(value))
    return datetime.fromisoformat(value).tzinfo is not None


@formats.checks("decimal")
def _is_decimal(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


class Documents:
    """Finds what the documents say about a response and checks it; counts what it has seen."""

    def __init__(self) -> None:
        self._registry: Registry[Any] = Registry()
        self._operations: list[tuple[re.Pattern[str], str, str, str, dict[str, Any]]] = []
        self.seen: set[tuple[str, str, int]] = set()
        folder = files("alpaca_mcp_server") / "specs"
        for name in _DOCUMENTS:
            document = json.loads((folder / name).read_text())
            self._registry = self._registry.with_resource(
                f"urn:{name}", Resource(contents=document, specification=DRAFT202012)
            )
            for path, operations in document["paths"].items():
                pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
                for method, operation in operations.items():
                    if method in ("get", "post", "put", "patch", "delete"):
                        entry = (pattern, method, f"urn:{name}", path, operation)
                        self._operations.append(entry)
        # A path without variable parts is meant before one that would match it too.
        self._operations.sort(key=lambda entry: entry[3].count("{"))

    def check(self, response: httpx.Response) -> None:
        """Raise ``AssertionError`` unless the response is what its document says."""
        method = response.request.method.lower()
        path = response.request.url.path.removeprefix("/api")
        found = self._find(method, path)
        assert found is not None, f"no document describes {method} {path}"
        document, template, operation = found
        status = response.status_code
        self.seen.add((method, template, status))
        if status >= 400:
            self._validate(response, _ERROR)
        documented = operation["responses"].get(str(status))
        assert documented is not None or status >= 400, f"{method} {template} answers no {status}"
        for name in _RATE_HEADERS:
            assert response.headers[name].isdigit()
        pointer = f"/paths/{_escape(template)}/{method}/responses/{status}"
        if documented is not None and "$ref" in documented:
            pointer = documented["$ref"].removeprefix("#")
            documented = self._registry.resolver(document).lookup(documented["$ref"]).contents
        if documented and "application/json" in documented.get("content", {}):
            assert response.headers["content-type"] == "application/json"
            pointer += "/content/application~1json/schema"
            self._validate(response, {"$ref": f"{document}#{quote(pointer, safe='/~{}')}"})
        elif status == 204:
            assert response.content == b""

    def template(self, method: str, path: str) -> tuple[str, str] | None:
        """Return the documented operation that a method and path are, if there is one."""
        found = self._find(method, path)
        return None if found is None else (method, found[1])

    def _find(self, method: str, path: str) -> tuple[str, str, dict[str, Any]] | None:
        for pattern, known, document, template, operation in self._operations:
            if known == method and pattern.fullmatch(path):
                return document, template, operation
        return None

    def _validate(self, response: httpx.Response, schema: dict[str, Any]) -> None:
        validator = Draft202012Validator(schema, registry=self._registry, format_checker=formats)
        problems = [
            f"{error.json_path}: {error.message[:300]}"
            for error in _leaves(validator.iter_errors(response.json()))
        ]
        request = response.request
        assert not problems, f"{request.method} {request.url} {response.text[:500]}: {problems}"


def _leaves(errors: Iterator[Any]) -> Iterator[Any]:
    for error in errors:
        if error.context:
            yield from _leaves(iter(error.context))
        yield error


def _escape(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1")
