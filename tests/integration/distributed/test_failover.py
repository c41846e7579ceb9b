"""Two gateways and two order services side by side: one leads, and any process may end."""

import asyncio
import signal
import sys

import httpx
import pytest
from tests.integration.distributed.conftest import Deploy, Deployment
from tests.integration.distributed.load import Load
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tradewind.testing.services import ServiceRun, run_command


@pytest.fixture(scope="module")
def deployment(deploy: Deploy) -> Deployment:
    return deploy(orders=2, gateways=2, drain_delay_s="0.5")


def leader_of(deployment: Deployment) -> ServiceRun:
    (leader,) = [run for run in deployment.orders if run.serves]
    return leader


def standby_of(deployment: Deployment) -> ServiceRun:
    (standby,) = [run for run in deployment.orders if not run.serves]
    return standby


async def again(run: ServiceRun) -> None:
    await asyncio.to_thread(run.start)


async def test_one_order_service_leads_and_the_other_stands_by(deployment: Deployment) -> None:
    leader, standby = leader_of(deployment), standby_of(deployment)
    async with httpx.AsyncClient() as client:
        ready = await client.get(f"{leader.url}/healthz/ready")
        waits = await client.get(f"{standby.url}/healthz/ready")
        waits_well = await client.get(f"{standby.url}/healthz/ready?standby=ok")
        leads_well = await client.get(f"{leader.url}/healthz/ready?standby=ok")
        refused = await client.post(f"{standby.url}/rpc/OrderService/verify", content=b"{}")
        assert (await client.get(f"{standby.url}/healthz/live")).status_code == 200
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert (waits.status_code, waits.json()) == (503, {"status": "standby"})
    assert (waits_well.status_code, waits_well.json()) == (200, {"status": "standby"})
    assert (leads_well.status_code, leads_well.json()) == (200, {"status": "ready"})
    assert (refused.status_code, refused.json()["code"]) == (503, 50310001)
    port = standby.url.rpartition(":")[2]
    well = run_command({}, "probe", "order-service", "--port", port)
    assert (well.returncode, well.stdout.strip()) == (0, "standby")
    leading = run_command({}, "probe", "order-service", "--port", port, "--leading")
    assert leading.returncode == 1
    assert "order-service is standby" in leading.stderr


async def test_service_answers_only_services(deployment: Deployment) -> None:
    paths = {
        "account-service": "AccountService/verify_key",
        "order-service": "OrderService/list_venues",
        "market-data-service": "MarketDataService/list_instruments",
        "portfolio-service": "PortfolioService/performance",
        "notification-service": "NotificationService/list_channels",
    }
    async with httpx.AsyncClient() as client:
        for service, path in paths.items():
            run = next(run for run in deployment.runs[service] if run.serves)
            # A customer's key is nobody's identity.
            for headers in ({}, deployment.headers, {"authorization": "Bearer x.y.z"}):
                answer = await client.post(f"{run.url}/rpc/{path}", content=b"{}", headers=headers)
                assert answer.status_code == 401, (service, answer.text)


async def test_killed_leader_costs_no_order_and_no_request(deployment: Deployment) -> None:
    leader, standby = leader_of(deployment), standby_of(deployment)
    load = Load(deployment)
    async with load.running():
        leader.kill()
        await asyncio.to_thread(standby.wait_serving)
    sys.stdout.write(f"longest answer {load.longest_s:.2f} s\n")
    assert load.failures == []
    await load.check()
    await again(leader)
    assert not leader.serves


async def test_clean_stop_of_the_leader_costs_no_order_and_no_request(
    deployment: Deployment,
) -> None:
    leader, standby = leader_of(deployment), standby_of(deployment)
    load = Load(deployment)
    async with load.running():
        leader.send_signal(signal.SIGTERM)
        await asyncio.to_thread(standby.wait_serving)
        assert await asyncio.to_thread(leader.wait_ended) == 0
    sys.stdout.write(f"longest answer {load.longest_s:.2f} s\n")
    assert load.failures == []
    await load.check()
    await again(leader)
    assert not leader.serves


@pytest.mark.parametrize(
    "service",
    ["account-service", "market-data-service", "portfolio-service", "notification-service"],
)
async def test_killed_service_costs_no_order_and_comes_back(
    deployment: Deployment, service: str
) -> None:
    (run,) = deployment.runs[service]
    load = Load(deployment)
    async with load.running():
        run.kill()
        await again(run)
        assert run.serves
    assert load.failures == []
    await load.check()


async def test_killed_gateway_costs_no_acknowledged_order(deployment: Deployment) -> None:
    gateway = deployment.gateways[0]
    load = Load(deployment)
    async with load.running():
        gateway.kill()
        await again(gateway)
    await load.check()


async def test_stopping_gateway_sends_streams_elsewhere_and_answers_what_it_has(
    deployment: Deployment,
) -> None:
    gateway = deployment.gateways[1]
    stream = f"{gateway.url.replace('http', 'ws')}/stream"
    async with connect(stream, additional_headers=deployment.headers) as socket:
        reading = asyncio.create_task(_read_to_the_end(socket))
        gateway.send_signal(signal.SIGTERM)
        async with httpx.AsyncClient(headers=deployment.headers) as client:
            # Not ready any more, and still answering, so that a balancer can notice first.
            while (ready := await client.get(f"{gateway.url}/healthz/ready")).is_success:
                pass
            assert ready.json() == {"status": "draining"}
            assert (await client.get(f"{gateway.url}/v2/account")).status_code == 200
        with pytest.raises(ConnectionClosed) as closed:
            await reading
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert await asyncio.to_thread(gateway.wait_ended) == 0
    await again(gateway)


async def _read_to_the_end(socket: ClientConnection) -> None:
    while True:
        await socket.recv()
