"""Who may call: keys, Basic, sessions, and what is refused."""

from base64 import b64encode

import pytest

from tradewind.contracts.vocabulary import MAIN_VENUE, Role


def basic(pair: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(pair.encode()).decode()}


async def test_key_headers_name_the_account(gateway) -> None:
    response = await gateway.call("GET", "/v2/account", role=Role.VIEWER)
    assert response.json()["id"] == gateway.accounts.account_of(Role.VIEWER).account_id


async def test_basic_is_the_same_key_pair(gateway) -> None:
    response = await gateway.call(
        "GET", "/v2/account", role=None, headers=basic("KEY-trader:secret-trader")
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"APCA-API-KEY-ID": "KEY-trader"},
        {"APCA-API-KEY-ID": "KEY-trader", "APCA-API-SECRET-KEY": "wrong"},
        {"APCA-API-KEY-ID": "KEY-nobody", "APCA-API-SECRET-KEY": "secret-trader"},
        {"APCA-API-KEY-ID": "K" * 5000, "APCA-API-SECRET-KEY": "x"},
        basic("KEY-trader:wrong"),
        basic("no colon"),
        {"authorization": "Basic %%%"},
        {"authorization": "Negotiate abc"},
        {"cookie": "tradewind_session=unknown"},
        {"cookie": "tradewind_session="},
        {"cookie": "other=1; ;;=;"},
    ],
)
async def test_credentials_that_do_not_hold_are_401(gateway, headers: dict[str, str]) -> None:
    response = await gateway.call("GET", "/v2/account", role=None, headers=headers)
    assert response.status_code == 401
    assert response.json()["code"] == 40110000
    assert response.json()["message"].startswith("request is not authorized")


async def test_bearer_is_refused_clearly(gateway) -> None:
    response = await gateway.call(
        "GET", "/v2/account", role=None, headers={"authorization": "Bearer abc"}
    )
    assert response.status_code == 401
    assert "Bearer tokens are not offered" in response.json()["message"]


async def test_wrong_key_is_not_saved_by_a_session(gateway) -> None:
    session = await gateway.sign_in()
    wrong = {"APCA-API-KEY-ID": "KEY-trader", "APCA-API-SECRET-KEY": "wrong"}
    response = await gateway.call("GET", "/v2/account", role=None, headers=session | wrong)
    assert response.status_code == 401


async def test_cookies_of_other_programs_do_not_matter(gateway) -> None:
    session = await gateway.sign_in()
    cookie = f'a[b]=c; "odd; x={{"y":1}}; {session["cookie"]}; other'
    response = await gateway.call("GET", "/v2/account", role=None, headers={"cookie": cookie})
    assert response.status_code == 200


async def test_session_reads_without_and_writes_only_with_csrf_token(gateway) -> None:
    session = await gateway.sign_in()
    cookie = {"cookie": session["cookie"]}
    assert (await gateway.call("GET", "/v2/orders", role=None, headers=cookie)).status_code == 200
    refused = await gateway.call("DELETE", "/v2/orders", role=None, headers=cookie)
    assert refused.status_code == 403
    assert "X-CSRF-Token" in refused.json()["message"]
    forged = await gateway.call(
        "DELETE", "/v2/orders", role=None, headers=cookie | {"x-csrf-token": "forged"}
    )
    assert forged.status_code == 403
    assert gateway.orders.asked[1:] == []
    done = await gateway.call("DELETE", "/v2/orders", role=None, headers=session)
    assert done.status_code == 207


async def test_session_chooses_one_of_its_own_accounts(gateway) -> None:
    session = await gateway.sign_in()
    mine = gateway.accounts.account_of(Role.TRADER)
    second = gateway.accounts.add_account(mine.user_id, MAIN_VENUE, "Second")
    chosen = {"x-tradewind-account": second.account_id}
    response = await gateway.call("GET", "/v2/account", role=None, headers=session | chosen)
    assert response.json()["id"] == second.account_id


@pytest.mark.parametrize("account", ["of somebody else", "not a uuid"])
async def test_session_cannot_choose_a_foreign_account(gateway, account: str) -> None:
    session = await gateway.sign_in()
    foreign = gateway.accounts.account_of(Role.ADMIN).account_id
    named = foreign if account == "of somebody else" else account
    response = await gateway.call(
        "GET", "/v2/account", role=None, headers=session | {"x-tradewind-account": named}
    )
    assert response.status_code in (403, 404)


async def test_key_cannot_name_another_account(gateway) -> None:
    other = gateway.accounts.account_of(Role.ADMIN).account_id
    response = await gateway.call("GET", "/v2/account", headers={"x-tradewind-account": other})
    assert response.status_code == 403


async def test_revoked_key_is_refused_at_once(gateway) -> None:
    assert (await gateway.call("GET", "/v2/account")).status_code == 200
    account = gateway.accounts.account_of(Role.TRADER)
    await gateway.accounts.revoke_key(account.account_id, "KEY-trader")
    assert (await gateway.call("GET", "/v2/account")).status_code == 401
