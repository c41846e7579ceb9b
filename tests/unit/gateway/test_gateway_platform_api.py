"""Our own routes: sessions, keys, accounts, venues, performance."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tradewind.contracts.market_data import FeedSpec
from tradewind.contracts.venues import FeeSchedule, FillSettings, VenueSpec
from tradewind.contracts.vocabulary import FeedKind, FillModel, Role
from tradewind.platform.errors import Unavailable
from tradewind.platform.money import SCALE, MoneyUnits

SESSION = "/tradewind/v1/session"
VENUE: dict[str, Any] = {
    "name": "Replay of 2008",
    "feed": {
        "kind": "replay",
        "symbols": ["aapl", "IBM", "AAPL"],
        "start_date": "2008-01-02",
        "end_date": "2008-12-31",
        "seed": 7,
    },
    "fees": {"fee_bps": "1.5", "fee_minimum": "0.35"},
    "cash": 50000,
}


async def test_sign_in_sets_a_cookie_that_scripts_cannot_read(gateway) -> None:
    response = await gateway.call(
        "POST", SESSION, role=None, json={"username": "trader", "password": "correct horse"}
    )
    assert response.status_code == 201
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("tradewind_session=token-trader-0; Path=/; Expires=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    body = response.json()
    assert set(body) == {"user", "accounts", "csrf_token", "expires_at"}
    assert (body["user"]["username"], body["user"]["role"]) == ("trader", "trader")
    assert "token-trader-0" not in response.text.replace(body["csrf_token"], "")


async def test_cookie_is_secure_over_https(gateway) -> None:
    async with gateway.at("https://gateway") as client:
        response = await client.post(
            SESSION, json={"username": "trader", "password": "correct horse"}
        )
    assert response.headers["set-cookie"].endswith("; Secure")


async def test_session_shows_itself_until_it_is_ended(gateway) -> None:
    session = await gateway.sign_in()
    shown = await gateway.call("GET", SESSION, role=None, headers=session)
    assert shown.status_code == 200
    assert shown.json()["csrf_token"] == session["x-csrf-token"]
    assert shown.json()["expires_at"] == "2024-01-03T02:30:00Z"
    ended = await gateway.call("DELETE", SESSION, role=None, headers=session)
    assert ended.status_code == 204
    assert "Expires=Thu, 01 Jan 1970" in ended.headers["set-cookie"]
    assert (await gateway.call("GET", SESSION, role=None, headers=session)).status_code == 401


async def test_wrong_password_is_a_problem_of_401(gateway) -> None:
    response = await gateway.call(
        "POST", SESSION, role=None, json={"username": "trader", "password": "guess"}
    )
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == 40110000
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"username=trader&password=x", "application/x-www-form-urlencoded", 415),
        (b'{"username":"trader","password":"correct horse"}', "text/plain", 415),
        (b"[]", "application/json", 400),
        (b'{"username":"trader"}', "application/json; charset=utf-8", 422),
        (b'{"username":"","password":"x"}', "application/json", 422),
        (b'{"username":1,"password":"x"}', "application/json", 422),
        (b'{"username":"a","password":"' + b"x" * 2000 + b'"}', "application/json", 422),
    ],
)
async def test_sign_in_takes_small_json_only(gateway, content, content_type, status) -> None:
    response = await gateway.call(
        "POST", SESSION, role=None, content=content, headers={"content-type": content_type}
    )
    assert response.status_code == status


async def test_key_is_made_shown_once_listed_and_revoked(gateway) -> None:
    session = await gateway.sign_in()
    made = await gateway.call(
        "POST", "/tradewind/v1/keys", role=None, headers=session, json={"name": " bot "}
    )
    assert made.status_code == 201
    new = {
        "APCA-API-KEY-ID": made.json()["key_id"],
        "APCA-API-SECRET-KEY": made.json()["secret_key"],
    }
    assert (await gateway.call("GET", "/v2/clock", role=None, headers=new)).status_code == 200
    listed = await gateway.call("GET", "/tradewind/v1/keys")
    assert made.json()["key_id"] in [key["key_id"] for key in listed.json()["keys"]]
    assert "secret" not in listed.text.replace("secret-trader", "")
    path = f"/tradewind/v1/keys/{made.json()['key_id']}"
    assert (await gateway.call("DELETE", path, role=None, headers=session)).status_code == 204
    assert (await gateway.call("GET", "/v2/clock", role=None, headers=new)).status_code == 401
    again = await gateway.call("DELETE", path, role=None, headers=session)
    assert again.status_code == 404


async def test_key_cannot_make_keys(gateway) -> None:
    response = await gateway.call("POST", "/tradewind/v1/keys", json={"name": "x"}, role=Role.ADMIN)
    assert response.status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb"])
async def test_key_needs_a_proper_name(gateway, name: str) -> None:
    session = await gateway.sign_in()
    response = await gateway.call(
        "POST", "/tradewind/v1/keys", role=None, headers=session, json={"name": name}
    )
    assert response.status_code == 422


async def test_key_sees_its_account_and_a_session_all_of_its_user(gateway) -> None:
    mine = gateway.accounts.account_of(Role.TRADER)
    gateway.accounts.add_account(mine.user_id, mine.venue_id, "Second")
    by_key = await gateway.call("GET", "/tradewind/v1/accounts")
    assert [account["name"] for account in by_key.json()["accounts"]] == ["Main"]
    session = await gateway.sign_in()
    by_page = await gateway.call("GET", "/tradewind/v1/accounts", role=None, headers=session)
    assert [account["name"] for account in by_page.json()["accounts"]] == ["Main", "Second"]


async def test_venue_opens_with_feed_account_cash_and_key(gateway) -> None:
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=VENUE)
    assert response.status_code == 201, response.text
    made = response.json()
    venue_id = made["venue_id"]
    feed = gateway.market_data.asked[0]
    assert feed == FeedSpec(
        venue_id=venue_id,
        kind=FeedKind.REPLAY,
        symbols=("AAPL", "IBM"),
        seed=7,
        start_date=date(2008, 1, 2),
        end_date=date(2008, 12, 31),
    )
    venue, opened, deposit = gateway.orders.asked
    assert isinstance(venue, VenueSpec)
    assert venue.follows_feed_time
    assert type(venue.fees.fee_bps) is Decimal
    assert venue.starts_at is not None
    assert venue.starts_at.isoformat().replace("+00:00", "Z") == made["state"]["now"]
    assert (venue.fees.fee_bps, venue.fees.fee_minimum) == (Decimal("1.5"), 350_000_000)
    assert opened == ("open", venue_id, made["account_id"])
    assert deposit == ("deposit", made["account_id"], 50_000 * SCALE)
    assert made["state"]["days_done"] == 0
    key = {"APCA-API-KEY-ID": made["key_id"], "APCA-API-SECRET-KEY": made["secret_key"]}
    stepped = await gateway.call(
        "POST", f"/tradewind/v1/venues/{venue_id}/step", role=None, headers=key, json={"days": 3}
    )
    assert stepped.status_code == 200
    assert (stepped.json()["number"], stepped.json()["days_done"]) == (3, 3)
    assert gateway.orders.asked[-1] == ("wait", venue_id, 3)
    once = await gateway.call(
        "POST", f"/tradewind/v1/venues/{venue_id}/step", role=None, headers=key
    )
    assert once.json()["days_done"] == 4


async def test_venue_takes_every_kind_of_fee(gateway) -> None:
    fees = {
        "maker_bps": "-0.5",
        "taker_bps": 1,
        "maker_per_share": "-0.002",
        "taker_per_share": "0.003",
        "sell_fee_per_million": "27.8",
        "sell_fee_per_share": "0.000166",
        "sell_fee_per_share_max": "8.30",
    }
    sent = VENUE | {"fees": fees}
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=sent)
    assert response.status_code == 201, response.text
    assert gateway.orders.asked[0].fees == FeeSchedule(
        maker_bps=Decimal("-0.5"),
        taker_bps=Decimal(1),
        maker_per_share=MoneyUnits(-2_000_000),
        taker_per_share=MoneyUnits(3_000_000),
        sell_fee_per_million=MoneyUnits(27_800_000_000),
        sell_fee_per_share=MoneyUnits(166_000),
        sell_fee_per_share_max=MoneyUnits(8_300_000_000),
    )


async def test_venue_takes_how_it_fills_orders(gateway) -> None:
    fills = {"model": "top_of_book", "hidden_percent": 20, "impact_bps": 15}
    sent = VENUE | {"fills": fills}
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=sent)
    assert response.status_code == 201, response.text
    assert gateway.orders.asked[0].fills == FillSettings(
        model=FillModel.TOP_OF_BOOK, hidden_percent=20, impact_bps=15
    )


async def test_venue_takes_the_interest_it_pays_and_charges(gateway) -> None:
    sent = VENUE | {"interest": {"cash_bps": "425.5", "debit_bps": 825}}
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=sent)
    assert response.status_code == 201, response.text
    venue = gateway.orders.asked[0]
    assert (venue.interest_bps, venue.debit_interest_bps) == (Decimal("425.5"), Decimal(825))


async def test_venue_that_cannot_be_opened_leaves_no_feed_running(gateway) -> None:
    gateway.orders.refusal = Unavailable("no leader")
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=VENUE)
    assert response.status_code == 503
    assert len(gateway.market_data.stopped) == 1


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("feed", {"kind": "simulated"}),
        ("feed", {"kind": "live"}),
        ("feed", {"symbols": ["NOPE"]}),
        ("feed", {"symbols": ["\x00"]}),
        ("feed", {"end_date": "2007-01-01"}),
        ("feed", {"start_date": "tomorrow"}),
        ("feed", {"seed": -1}),
        ("fees", {"fee_bps": "-1"}),
        ("fees", {"fee_bps": "NaN"}),
        ("fees", {"maker_bps": "-10001"}),
        ("fills", {"model": "magic"}),
        ("fees", {"sell_fee_per_million": "-1"}),
        ("fees", {"fee_per_share": "0.0000000001"}),
        (None, {"cash": "-5"}),
        (None, {"cash": "1e30"}),
        (None, {"name": ""}),
    ],
)
async def test_venue_that_does_not_hold_is_422(gateway, part, change) -> None:
    body = VENUE | (change if part is None else {part: VENUE.get(part, {}) | change})
    response = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=body)
    assert response.status_code == 422, response.text
    assert gateway.orders.asked == []


async def test_venue_is_seen_and_stepped_by_its_own_accounts_and_administrators(gateway) -> None:
    made = await gateway.call("POST", "/tradewind/v1/venues", role=Role.ADMIN, json=VENUE)
    path = f"/tradewind/v1/venues/{made.json()['venue_id']}"
    assert (await gateway.call("GET", path, role=Role.ADMIN)).status_code == 200
    assert (await gateway.call("GET", path, role=Role.TRADER)).status_code == 404
    stepped = await gateway.call("POST", f"{path}/step", role=Role.TRADER, json={"days": 1})
    assert stepped.status_code == 404
    assert (await gateway.call("GET", "/tradewind/v1/venues/main")).status_code == 200


@pytest.mark.parametrize("days", [0, -1, 100_000, "1", 1.5])
async def test_step_is_a_whole_number_of_days_within_reason(gateway, days) -> None:
    response = await gateway.call("POST", "/tradewind/v1/venues/main/step", json={"days": days})
    assert response.status_code == 422


async def test_performance_is_of_the_chosen_account_and_dates(gateway) -> None:
    response = await gateway.call(
        "GET", "/tradewind/v1/performance?start=2024-01-01&end=2024-01-31"
    )
    assert response.json()["time_weighted_return"] == "0.01"
    assert response.json()["end_equity"] == "101000"
    account = gateway.accounts.account_of(Role.TRADER)
    assert gateway.portfolio.asked == [
        (account.venue_id, account.account_id, date(2024, 1, 1), date(2024, 1, 31))
    ]


async def test_income_is_by_position_and_in_total_of_the_chosen_dates(gateway) -> None:
    response = await gateway.call("GET", "/tradewind/v1/income?start=2024-01-01&end=2024-01-31")
    account = gateway.accounts.account_of(Role.TRADER)
    assert response.json() == {
        "account_id": account.account_id,
        "start_date": "2024-01-01",
        "end_date": "2024-01-31",
        "total": "12.6234",
        "dividends": "12.5",
        "interest": "0.1234",
        "fees": "0.36",
        "borrow_fees": "0.01",
        "positions": [{"symbol": "IBM", "dividends": "12.5", "fees": "0.35"}],
    }
    assert gateway.portfolio.asked == [
        (account.venue_id, account.account_id, date(2024, 1, 1), date(2024, 1, 31))
    ]
