"""A page that shows the OpenAPI document without a script and without anybody's server."""

import json
from html import escape
from typing import Any

# Any: JSON of a shape that OpenAPI, not this module, defines.
Json = dict[str, Any]

CONTENT_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: 0 .8rem }
summary { cursor: pointer; padding: .5rem 0 } details > :last-child { margin-bottom: .8rem }
.method { display: inline-block; width: 4.2rem; font-weight: 700 }
.GET { color: #2374ab } .POST { color: #2b8a3e } .DELETE { color: #c92a2a }
.PATCH { color: #b35c00 }
.what { opacity: .75; margin-left: .8rem } pre { background: var(--soft); padding: .6rem;
overflow: auto; border-radius: 4px } table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top }
"""


def docs_page(document: Json) -> bytes:
    """Return the page of an OpenAPI document."""
    info = document["info"]
    groups: dict[str, list[str]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation["tags"][0]].append(_operation(method.upper(), path, operation))
    sections = "".join(
        f"<h2>{escape(name)}</h2>{''.join(operations)}" for name, operations in groups.items()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info['description']).replace('`', '')} "
        "<a href=openapi.json>OpenAPI document</a></p>"
        f"{sections}<h2>WebSockets</h2>{_streams(document['x-websockets'])}"
        f"<h2>Schemas</h2>{_schemas(document['components']['schemas'])}</html>"
    ).encode()


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [escape(operation.get("description", ""))]
    if rows := "".join(_parameter(parameter) for parameter in operation.get("parameters", ())):
        parts.append(f"<table>{rows}</table>")
    if "requestBody" in operation:
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        parts.append(f"<div>Body: {_reference(body)}</div>")
    for status, response in operation["responses"].items():
        if status != "default":
            content = response.get("content", {}).get("application/json", {})
            shown = _reference(content["schema"]) if "schema" in content else "no body"
            parts.append(f"<div>{status}: {shown}</div>")
    return (
        f"<details><summary><span class='method {method}'>{method}</span>"
        f"<code>{escape(path)}</code><span class=what>{escape(operation['summary'])}</span>"
        f"</summary>{''.join(f'<div>{part}</div>' for part in parts if part)}</details>"
    )


def _parameter(parameter: Json) -> str:
    words = parameter["schema"].get("enum")
    kind = " | ".join(map(str, words)) if words else parameter["schema"].get("type", "")
    need = " (required)" if parameter.get("required") else ""
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code>{need}<td>{escape(parameter['in'])}"
        f"<td>{escape(str(kind))}<td>{escape(parameter.get('description', ''))}"
    )


def _reference(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"<a href='#{escape(name)}'><code>{escape(name)}</code></a>"
    if "items" in schema:
        return f"list of {_reference(schema['items'])}"
    if "anyOf" in schema:
        return " or ".join(_reference(option) for option in schema["anyOf"])
    return f"<code>{escape(json.dumps(schema))}</code>"


def _schemas(schemas: Json) -> str:
    return "".join(
        f"<details id='{escape(name)}' open><summary><code>{escape(name)}</code></summary>"
        f"<pre>{escape(json.dumps(schema, indent=2))}</pre></details>"
        for name, schema in schemas.items()
    )


def _streams(streams: Json) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(path)}</code><td>{escape(stream['summary'])}"
        for path, stream in streams.items()
    )
    return f"<table>{rows}</table>"
