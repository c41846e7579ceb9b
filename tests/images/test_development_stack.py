"""Development by Compose: the checkout's code in the containers, ports open, mail caught."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.requests import MarketOrderRequest
from tests.images.compose import ROOT, Project, copy_checkout
from websockets.sync.client import connect

from tradewind.testing.waiting import free_port, wait_for

# Starting the platform counts too, on a machine that may have other things to do.
pytestmark = pytest.mark.timeout(600)

RELOADED_WITHIN_S = 180
_PORTS = ("GATEWAY", "WEB", "POSTGRES", "VALKEY", "MAIL")


@pytest.fixture(scope="module")
def development(
    compose_secrets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """Return plain `docker compose up` in a copy of the checkout, which a test may change."""
    project = Project(
        "tradewind-development-test",
        compose_secrets,
        folder=copy_checkout(tmp_path_factory.mktemp("checkout")),
        environment={
            "COMPOSE_PROFILES": "mail",
            **{f"TRADEWIND_{name}_PORT": str(free_port()) for name in _PORTS},
        },
    )
    try:
        project.up()
        yield project
    finally:
        project.down(and_data=True)


@pytest.fixture(scope="module")
def key(development: Project) -> dict[str, str]:
    return development.make_key()


@pytest.fixture
def client(development: Project, key: dict[str, str]) -> TradingClient:
    """Return the official client at the terminal's own origin, as the page speaks to the API."""
    url = f"{address(development, 'WEB')}/api"
    return TradingClient(key["key_id"], key["secret"], url_override=url)


def address(project: Project, name: str) -> str:
    """Return where one of the open ports answers on this machine."""
    return f"http://127.0.0.1:{project.environment[f'TRADEWIND_{name}_PORT']}"


def buy_one(client: TradingClient) -> None:
    """Buy a share and wait until it is there."""
    bought = client.submit_order(
        MarketOrderRequest(symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    wait_for(lambda: client.get_order_by_id(bought.id).status is OrderStatus.FILLED, "the fill")


def test_services_run_the_checkout_and_not_what_the_image_has(development: Project) -> None:
    for service in ("order-service", "api-gateway"):
        where = "import tradewind; print(tradewind.__file__)"
        told = development.compose("exec", "-T", service, "python3", "-c", where)
        assert told.strip() == "/src/tradewind/__init__.py"


def test_alpaca_py_trades_through_the_terminals_origin(client: TradingClient) -> None:
    buy_one(client)
    assert client.get_open_position("AAPL").qty == "1"


def test_terminal_and_gateway_answer_on_their_ports(
    development: Project, key: dict[str, str]
) -> None:
    assert "<div id=" in httpx.get(address(development, "WEB")).text
    signed = {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]}
    account = httpx.get(f"{address(development, 'GATEWAY')}/v2/account", headers=signed)
    assert account.json()["id"] == key["account_id"]


def test_streams_pass_the_terminals_origin(development: Project, key: dict[str, str]) -> None:
    url = f"{address(development, 'WEB')}/api/stream".replace("http:", "ws:")
    with connect(url) as stream:
        stream.send(json.dumps({"action": "auth", "key": key["key_id"], "secret": key["secret"]}))
        assert json.loads(stream.recv(timeout=10))["data"]["status"] == "authorized"


def test_mail_arrives_in_the_catch_all(development: Project, key: dict[str, str]) -> None:
    made = httpx.post(
        f"{address(development, 'WEB')}/api/tradewind/v1/notifications/channels",
        headers={"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]},
        json={"kind": "email", "target": "me@example.org", "topics": ["fills"]},
    )
    assert made.status_code == 201, made.text
    shown = f"{address(development, 'MAIL')}/api/v1/messages"
    (letter,) = wait_for(lambda: httpx.get(shown).json()["messages"], "the letter", 30)
    assert letter["To"][0]["Address"] == "me@example.org"
    assert "code" in letter["Snippet"]


def test_changed_source_is_running_soon(development: Project, client: TradingClient) -> None:
    source = development.folder / "src/tradewind/platform/http.py"
    assert source.read_text() == (ROOT / "src/tradewind/platform/http.py").read_text()
    source.write_text(source.read_text().replace('"status": "live"', '"status": "changed"'))

    def told() -> bool:
        try:
            answer = httpx.get(f"{address(development, 'WEB')}/api/healthz/live")
        except httpx.TransportError:
            return False
        return answer.is_success and answer.json()["status"] == "changed"

    wait_for(told, "the change at the gateway", RELOADED_WITHIN_S, 0.2)
    wait_for(development.all_healthy, "health after the change", RELOADED_WITHIN_S, 0.2)
    buy_one(client)
