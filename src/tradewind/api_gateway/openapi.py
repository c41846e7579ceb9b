"""The gateway's OpenAPI document, made from the same table that serves the requests."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tradewind.api_gateway.routing.route import Access, RequestHeader, Route, StreamRoute
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Parameter

# Any: JSON of a shape that OpenAPI, not this module, defines.
Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_DESCRIPTION = (
    "The public edge of Tradewind. The trading and market-data routes speak Alpaca's API, so that "
    "its clients work unchanged; our own routes are below `/tradewind/v1`. Every route answers at "
    "`/` and below `/api` alike. Amounts are strings in trading and numbers in market data."
)
_CREDENTIALS = {
    "keyId": {"type": "apiKey", "in": "header", "name": "APCA-API-KEY-ID"},
    "secretKey": {"type": "apiKey", "in": "header", "name": "APCA-API-SECRET-KEY"},
    "basic": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "tradewind_session"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}
_KEY_KINDS: list[Json] = [{"keyId": [], "secretKey": []}, {"basic": []}]
_VARIABLE = re.compile(r"\{(\w+)(?::path)?\}")
_ERRORS = {
    ErrorStyle.TRADING: "Refusal",
    ErrorStyle.DATA: "Refusal",
    ErrorStyle.PROBLEM: "Problem",
}
_REFUSAL_SCHEMA: Json = {
    "title": "Refusal",
    "description": "Why a request was declined; further members give the amounts concerned.",
    "type": "object",
    "properties": {
        "code": {"type": "integer", "description": "Stable number of the reason."},
        "message": {"type": "string"},
    },
    "required": ["code", "message"],
}
_PROBLEM_SCHEMA: Json = {
    "title": "Problem",
    "description": "Why a request was declined (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        **_REFUSAL_SCHEMA["properties"],
    },
    "required": ["type", "title", "status", "detail", "code", "message"],
}


def openapi_document(routes: Iterable[Route], streams: Iterable[StreamRoute], version: str) -> Json:
    """Return the OpenAPI 3.1 document of some routes."""
    listed = [route for route in routes if route.is_documented]
    forms = _body_forms(listed)
    schemas, components = msgspec.json.schema_components(list(forms.values()), ref_template=_REF)
    known = dict(zip(forms, schemas, strict=True))
    paths: Json = {}
    for route in listed:
        path = _VARIABLE.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tradewind gateway", "version": version, "description": _DESCRIPTION},
        "servers": [{"url": "/"}, {"url": "/api"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in listed)],
        "paths": paths,
        "components": {
            "schemas": {**components, "Refusal": _REFUSAL_SCHEMA, "Problem": _PROBLEM_SCHEMA},
            "responses": {
                "Refusal": _refused("application/json", "Refusal"),
                "Problem": _refused("application/problem+json", "Problem"),
            },
            "securitySchemes": _CREDENTIALS,
        },
        "x-websockets": {
            path: {"summary": stream.summary} for stream in streams for path in stream.paths
        },
    }


def _body_forms(routes: Iterable[Route]) -> dict[str, Any]:  # Any: type forms
    """Return every type form that a body has or refers to, by its representation."""
    forms: dict[str, Any] = {}
    for route in routes:
        for form in (route.body, route.response, *route.response_parts):
            if form is not None:
                forms[repr(form)] = form
    return forms


def _operation(route: Route, known: Mapping[str, Json]) -> Json:
    operation: Json = {
        "operationId": _operation_id(route),
        "tags": [route.tag],
        "summary": route.summary,
    }
    if route.description:
        operation["description"] = route.description
    parameters = [
        *(
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _VARIABLE.findall(route.path)
        ),
        *(_parameter(parameter) for parameter in route.parameters),
        *(_header(header) for header in route.request_headers),
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": known[repr(route.body)]}},
        }
    success: Json = {"description": "Done."}
    if route.response is not None:
        success["content"] = {"application/json": {"schema": known[repr(route.response)]}}
    operation["responses"] = {
        str(route.status): success,
        "default": {"$ref": f"#/components/responses/{_ERRORS[route.errors]}"},
    }
    operation["security"] = _security(route)
    return operation


def _parameter(parameter: Parameter[Any]) -> Json:  # Any: parameters of every type
    shown: Json = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }
    if parameter.required:
        shown["required"] = True
    return shown


def _header(header: RequestHeader) -> Json:
    return {
        "name": header.name,
        "in": "header",
        "required": True,
        "description": header.description,
        "schema": {"type": "string", "minLength": 1, "maxLength": header.longest},
    }


def _security(route: Route) -> list[Json]:
    if route.access is Access.PUBLIC:
        return []
    session: Json = {"session": []} if route.method == "GET" else {"session": [], "csrf": []}
    return [session] if route.access is Access.SESSION else [*_KEY_KINDS, session]


def _operation_id(route: Route) -> str:
    words = re.findall(r"[A-Za-z0-9]+", route.path)
    return "_".join([route.method.lower(), *words]).removesuffix("_path")


def _refused(media_type: str, schema: str) -> Json:
    return {
        "description": "The request was declined.",
        "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
