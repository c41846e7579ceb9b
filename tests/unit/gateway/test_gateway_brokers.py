"""Live venues over HTTP: who sees them, who may trade there, and what differs."""

from datetime import UTC, datetime

from tradewind.contracts.brokers import Difference, DifferenceKind, LiveVenue, Reconciliation
from tradewind.contracts.vocabulary import BrokerKind, Role, VenueId

LIVE = VenueId("alpaca-test")
DIFFERENCE = Difference(
    kind=DifferenceKind.POSITION, subject="AAPL", ours="1", theirs="2", message="one more there"
)


def offer(gateway) -> None:
    """Let the order service have a live venue."""
    found = Reconciliation(
        venue_id=LIVE, at=datetime(2024, 1, 2, tzinfo=UTC), differences=[DIFFERENCE]
    )
    gateway.orders.live_venues = [
        LiveVenue(
            venue_id=LIVE,
            name="Alpaca",
            broker=BrokerKind.ALPACA,
            currency="USD",
            configured=True,
            connected=False,
            orders_open=2,
            orders_unsent=1,
            reconciliation=found,
        )
    ]


async def test_administrator_sees_live_venues_and_what_their_brokers_say(gateway) -> None:
    assert (await gateway.call("GET", "/tradewind/v1/live-venues", role=Role.ADMIN)).json() == []
    offer(gateway)
    answer = await gateway.call("GET", "/tradewind/v1/live-venues", role=Role.ADMIN)
    [venue] = answer.json()
    assert (venue["broker"], venue["orders_unsent"], venue["connected"]) == ("alpaca", 1, False)
    [difference] = venue["reconciliation"]["differences"]
    assert (difference["kind"], difference["ours"], difference["theirs"]) == ("position", "1", "2")


async def test_live_trading_is_turned_on_and_off_and_the_audit_log_knows(gateway) -> None:
    account = gateway.accounts.account_of(Role.TRADER).account_id
    path = f"/tradewind/v1/accounts/{account}/live-trading"
    assert not (await gateway.call("GET", path, role=Role.ADMIN)).json()["live_trading"]
    on = await gateway.call("PUT", path, role=Role.ADMIN)
    assert on.json() == {"account_id": account, "live_trading": True}
    off = await gateway.call("DELETE", path, role=Role.ADMIN)
    assert off.json() == {"account_id": account, "live_trading": False}
    done = [intervention for _, _, intervention, _ in gateway.accounts.interventions]
    assert done == ["live_trading_on", "live_trading_off"]


async def test_account_at_a_live_venue_gets_a_key_and_may_not_trade_yet(gateway) -> None:
    offer(gateway)
    path = f"/tradewind/v1/live-venues/{LIVE}/accounts"
    answer = await gateway.call("POST", path, role=Role.ADMIN, json={"name": "Live"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["live_trading"] is False
    assert answer.json()["secret_key"]
    other = path.replace(LIVE, "elsewhere")
    missing = await gateway.call("POST", other, role=Role.ADMIN, json={"name": "Live"})
    assert missing.status_code == 404


async def test_comparison_is_made_on_demand(gateway) -> None:
    offer(gateway)
    path = f"/tradewind/v1/live-venues/{LIVE}/reconciliation"
    answer = await gateway.call("POST", path, role=Role.ADMIN)
    assert answer.json()["differences"][0]["message"] == "one more there"
    other = path.replace(LIVE, "elsewhere")
    assert (await gateway.call("POST", other, role=Role.ADMIN)).status_code == 404
