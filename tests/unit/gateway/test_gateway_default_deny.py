"""Every route with every kind of caller: nobody gets in who is not meant to."""

import pytest

from tradewind.api_gateway.routing.route import Access
from tradewind.contracts.vocabulary import Role

REFUSED = (401, 403)

PUBLIC = {"POST /tradewind/v1/session", "GET /docs", "GET /openapi.json"}
"""Everything that answers without credentials, and nothing else."""

SESSION_ONLY = {
    "GET /tradewind/v1/session",
    "DELETE /tradewind/v1/session",
    "POST /tradewind/v1/keys",
    "DELETE /tradewind/v1/keys/{key_id}",
}
ADMIN_ONLY = {
    "GET /tradewind/v1/live-venues",
    "POST /tradewind/v1/live-venues/{venue_id}/accounts",
    "POST /tradewind/v1/live-venues/{venue_id}/reconciliation",
    "GET /tradewind/v1/accounts/{account_id}/live-trading",
    "PUT /tradewind/v1/accounts/{account_id}/live-trading",
    "DELETE /tradewind/v1/accounts/{account_id}/live-trading",
    "POST /tradewind/v1/venues",
    "POST /tradewind/v1/accounts/{account_id}/deposits",
    "POST /tradewind/v1/accounts/{account_id}/withdrawals",
    "POST /tradewind/v1/transfers",
    "POST /tradewind/v1/corporate-actions",
    "GET /tradewind/v1/corporate-actions",
    "DELETE /tradewind/v1/corporate-actions/{action_id}",
    "GET /tradewind/v1/accounts/{account_id}/limits",
    "PUT /tradewind/v1/accounts/{account_id}/limits",
    "GET /tradewind/v1/accounts/{account_id}/margin",
    "PUT /tradewind/v1/accounts/{account_id}/margin",
    "PUT /tradewind/v1/accounts/{account_id}/kill-switch",
    "PUT /tradewind/v1/venues/{venue_id}/halts/{symbol:path}",
    "DELETE /tradewind/v1/venues/{venue_id}/halts/{symbol:path}",
    "PUT /tradewind/v1/venues/{venue_id}/halt",
    "DELETE /tradewind/v1/venues/{venue_id}/halt",
    "DELETE /tradewind/v1/accounts/{account_id}/kill-switch",
}

NOBODY = "nobody"
CALLERS = [NOBODY, "wrong key", *(f"{role} {kind}" for role in Role for kind in ("key", "page"))]


def admits(access: Access, method: str, caller: str) -> bool:
    """State again, independently of the code, who may call what."""
    if access is Access.PUBLIC:
        return True
    if caller in (NOBODY, "wrong key"):
        return False
    role, kind = caller.split()
    match access:
        case Access.READ:
            return True
        case Access.TRADE:
            return role != "viewer"
        case Access.SESSION:
            return kind == "page"
        case Access.ADMIN:
            return role == "admin"
    return False


async def headers_of(gateway, caller: str) -> dict[str, str]:
    if caller == NOBODY:
        return {}
    if caller == "wrong key":
        return {"APCA-API-KEY-ID": "KEY-admin", "APCA-API-SECRET-KEY": "guess"}
    role, kind = caller.split()
    if kind == "page":
        return await gateway.sign_in(Role(role))
    return {"APCA-API-KEY-ID": f"KEY-{role}", "APCA-API-SECRET-KEY": f"secret-{role}"}


def listed(gateway, access: Access) -> set[str]:
    return {f"{r.method} {r.path}" for r in gateway.app.table.routes if r.access is access}


def test_the_exceptions_are_exactly_the_known_ones(gateway) -> None:
    assert listed(gateway, Access.PUBLIC) == PUBLIC
    assert listed(gateway, Access.SESSION) == SESSION_ONLY
    assert listed(gateway, Access.ADMIN) == ADMIN_ONLY


def test_everything_that_changes_something_needs_the_right_to_trade_or_more(gateway) -> None:
    for route in gateway.app.table.routes:
        if route.method != "GET" and f"{route.method} {route.path}" not in PUBLIC:
            assert route.access in (Access.TRADE, Access.SESSION, Access.ADMIN), route.path


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_admits_only_whom_it_should(gateway, caller: str) -> None:
    routes = gateway.app.table.routes
    assert len(routes) > 30
    headers = await headers_of(gateway, caller)
    # Signing out is walked last: it would end the session that the others need.
    for route in sorted(
        routes, key=lambda r: (r.method, r.path) == ("DELETE", "/tradewind/v1/session")
    ):
        path = route.path.replace(":path}", "}").format_map(_AnyValue())
        response = await gateway.client.request(route.method, path, headers=headers)
        admitted = response.status_code not in REFUSED
        if f"{route.method} {route.path}" == "POST /tradewind/v1/session":
            assert response.status_code in (201, 400, 415, 422)
            continue
        assert admitted == admits(route.access, route.method, caller), (
            f"{caller}: {route.method} {route.path} answered {response.status_code}"
        )
        assert response.status_code < 500


class _AnyValue(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "x"
