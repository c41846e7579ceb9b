"""A deployment that lets some gateways of a new version serve first, and asks them for real.

Helm and kubectl are stood in for; what they lead to runs on this machine, and what is judged is
what its gateways say of themselves.
"""

import itertools
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from tests.integration.distributed.conftest import Deployment, database_passwords
from tests.integration.platform.authority import Authority
from tests.scripts import ROOT, run_script

from tradewind.testing.services import ServiceRun
from tradewind.testing.waiting import free_port, wait_for

NEW = "1.2.3"
CLIENTS = 8
Done = subprocess.CompletedProcess[str]
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def deployment(database_dsn: str, valkey_url: str) -> Iterator[Deployment]:
    """Return a platform with two gateways, which have served the version before."""
    running = Deployment(
        {
            "database_url": database_dsn,
            "valkey_url": valkey_url,
            "identity_key": secrets.token_hex(32),
            **database_passwords(),
            "rate_limit_per_key": "1000000/minute",
            "rate_limit_per_address": "1000000/minute",
            "version": "1.2.2",
        }
    )
    try:
        running.start(gateways=2)
        yield running
    finally:
        running.close()


@contextmanager
def gateway(deployment: Deployment, **settings: str) -> Iterator[ServiceRun]:
    """Run one more gateway, of the new version, which knows what it is told besides."""
    environment = {**deployment.environment_of("api-gateway"), "version": NEW, **settings}
    run = ServiceRun("api-gateway", environment)
    try:
        run.start()
        yield run
    finally:
        run.close()


@pytest.fixture(scope="module")
def good(deployment: Deployment) -> Iterator[list[ServiceRun]]:
    with ExitStack() as stack:
        yield [stack.enter_context(gateway(deployment)) for _ in range(2)]


class Trial:
    """A cluster that is stood in for, clients of its gateways, and deployments to it."""

    def __init__(self, folder: Path, deployment: Deployment) -> None:
        self._folder = folder
        self._deployment = deployment
        self._stop = threading.Event()
        self.failures: list[str] = []
        """What clients got from stable gateways other than what they asked for."""
        self.answers = 0
        self._programs = {name.upper(): str(folder / name) for name in ("helm", "kubectl")}
        self._programs |= {"STAND_IN": str(folder), "SMOKE_TEST_SECONDS": "5"}
        for name in ("helm", "kubectl"):
            program = folder / name
            program.write_text(
                f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/pipelines/stand_in.py {name} "$@"\n'
            )
            program.chmod(0o755)
        self.tell([])

    def tell(self, canary: list[ServiceRun], **more: object) -> None:
        stable = [_port(run.url) for run in self._deployment.gateways]
        told = {"stable": stable, "canary": [_port(run.url) for run in canary], **more}
        # At once, since clients and programs read it meanwhile.
        (self._folder / "new.json").write_text(json.dumps(told))
        (self._folder / "new.json").replace(self._folder / "told.json")

    @property
    def count(self) -> int:
        """Return how many new gateways there are."""
        try:
            return int((self._folder / "count").read_text() or 0)
        except FileNotFoundError:
            return 0

    def calls(self, program: str) -> list[str]:
        lines = (self._folder / "calls").read_text().splitlines()
        return [line for line in lines if line.startswith(program)]

    def values(self) -> dict[str, object]:
        """Return what the canary's chart was told."""
        told: dict[str, object] = json.loads((self._folder / "values.json").read_text())
        return told

    @contextmanager
    def clients(self) -> Iterator[None]:
        """Ask all gateways in turn, as connections through one Service would come to them."""
        threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(30)

    def _ask(self) -> None:
        turns = itertools.count()
        headers = self._deployment.headers
        with httpx.Client(headers=headers, timeout=20, trust_env=False) as client:
            while not self._stop.is_set():
                told = json.loads((self._folder / "told.json").read_text())
                ports = [*told["stable"], *told["canary"][: self.count]]
                # Each asks all for everything.
                asked, turn = divmod(next(turns), len(ports))
                port = ports[turn]
                path = ("/api/v2/account", "/api/v2/orders", "/api/v2/clock")[asked % 3]
                self._one(client, f"http://127.0.0.1:{port}{path}", port in told["stable"])
                self._stop.wait(0.01)

    def _one(self, client: httpx.Client, url: str, is_stable: bool) -> None:
        try:
            answer = client.get(url)
            wrong = "" if answer.status_code == 200 else f"{answer.status_code} {answer.text}"
        except httpx.HTTPError as error:
            wrong = repr(error)
        if is_stable:
            self.answers += 1
            if wrong:
                self.failures.append(f"{url}: {wrong}")

    def deploy(self, url: str = "https://127.0.0.1:9", **variables: str) -> Done:
        """Run scripts/deploy to production."""
        return run_script(
            "deploy",
            ENVIRONMENT="production",
            VERSION=NEW,
            PLATFORM_URL=url,
            HELM_VALUES=self._values({}),
            timeout_s=200,
            **self._programs,
            **variables,
        )

    def attempt(self, seconds_max: int = 60, **limits: float) -> Done:
        """Run the part of it that is about a canary, with limits on top of the chart's."""
        return run_script(
            "canary", *self._trying(limits, seconds_max), timeout_s=200, **self._programs
        )

    def begin(self) -> "subprocess.Popen[bytes]":
        """Begin the same; the caller ends it."""
        return subprocess.Popen(
            [ROOT / "scripts/canary", *self._trying({}, 60)],
            env={**os.environ, "PYTHON": sys.executable, **self._programs},
        )

    def _trying(self, limits: dict[str, float], seconds_max: int) -> list[str]:
        values = self._folder / "given.yaml"
        values.write_text(self._values(limits, seconds_max))
        return ["try", NEW, str(ROOT / "deploy/helm/tradewind/values-production.yaml"), str(values)]

    def _values(self, limits: dict[str, float], seconds_max: int = 60) -> str:
        """Return settings for seconds rather than minutes, and for a machine that is busy."""
        loose = {"p99RatioFromSeconds": 5, "p99Seconds": 10, **limits}
        canary = {"seconds": 8, "secondsMax": seconds_max, "requests": 20, "limits": loose}
        return json.dumps({"rollout": {"canary": canary}})

    def assert_stopped(self, done: Done, why: str) -> None:
        """See that the new version went no further, and that nobody else noticed."""
        assert done.returncode == 1, done.stdout + done.stderr
        assert f"{NEW} goes no further: " in done.stderr
        assert why in done.stderr
        helm = self.calls("helm")
        assert not [call for call in helm if call.startswith("helm upgrade --install tradewind ")]
        assert helm[-1].startswith("helm uninstall tradewind-canary ")
        assert self.count == 0
        assert self.failures == []
        assert self.answers > 20


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture
def trial(tmp_path: Path, deployment: Deployment) -> Trial:
    return Trial(tmp_path, deployment)


@pytest.fixture
def site(
    tmp_path: Path, deployment: Deployment, good: list[ServiceRun]
) -> Iterator[tuple[str, str]]:
    """Yield where the new version is found once all of it is there, over TLS, and whom to trust."""
    authority = Authority(tmp_path, "canary")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.certify("127.0.0.1"))
    terminal = ServiceRun("web-ui", {**deployment.environment, "gateway_url": good[0].url})
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
        stack.callback(terminal.close)
        terminal.start()
        target = ("127.0.0.1", _port(terminal.url))
        threading.Thread(target=_terminate, args=(listener, context, target), daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", str(authority.file)
        listener.shutdown(socket.SHUT_RDWR)


def _terminate(listener: socket.socket, context: ssl.SSLContext, target: tuple[str, int]) -> None:
    """Take TLS off connections and lead them to a server, one connection after another."""
    while True:
        try:
            taken, _ = listener.accept()
        except OSError:
            return  # The test is over.
        with (
            context.wrap_socket(taken, server_side=True) as inside,
            socket.create_connection(target) as outside,
        ):
            back = threading.Thread(target=_copy, args=(outside, inside), daemon=True)
            back.start()
            _copy(inside, outside)
            outside.shutdown(socket.SHUT_WR)
            back.join(10)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        return  # Either side has gone.


def test_good_version_goes_on_to_everybody(
    trial: Trial, good: list[ServiceRun], site: tuple[str, str]
) -> None:
    url, trust = site
    trial.tell(good)
    with trial.clients():
        done = trial.deploy(url, TRUST=trust)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"production is at {NEW}." in done.stdout
    helm = [call for call in trial.calls("helm") if "history" not in call]
    assert [" ".join(call.split()[1:4]) for call in helm] == [
        "template tradewind .build/charts/tradewind-1.2.3.tgz",
        "uninstall tradewind-canary --namespace",
        "upgrade --install tradewind-canary",
        "upgrade --install tradewind-canary",
        "upgrade --install tradewind",
        "uninstall tradewind-canary --namespace",
    ]
    # A tenth and a half of all, where there were two.
    assert [call.split()[-1] for call in helm[2:4]] == ["replicas=1", "replicas=2"]
    assert trial.values()["canaryOf"] == "tradewind"
    judged = [line for line in done.stdout.splitlines() if line.startswith("answers 5xx ")]
    assert [line.split()[2:4] for line in judged] == [["0.00", "%"]] * 2
    assert trial.failures == []


def test_version_that_cannot_reach_the_order_service_is_stopped(
    trial: Trial, deployment: Deployment
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with gateway(deployment, orders_url=nowhere) as bad, trial.clients():
        trial.tell([bad])
        done = trial.deploy()
    trial.assert_stopped(done, "% answers 5xx (limit 1.00 %)")


def test_version_that_services_do_not_know_is_stopped(trial: Trial, deployment: Deployment) -> None:
    with gateway(deployment, identity_key=secrets.token_hex(32)) as bad, trial.clients():
        trial.tell([bad])
        done = trial.deploy()
    trial.assert_stopped(done, "% answers 5xx (limit 1.00 %)")
    # The smoke test is of what is everybody's; it is not so far.
    assert "the terminal is served" not in done.stdout


def test_version_that_refuses_what_the_others_take_is_stopped(
    trial: Trial, deployment: Deployment
) -> None:
    with gateway(deployment, rate_limit_per_key="5/minute") as bad, trial.clients():
        trial.tell([bad])
        done = trial.attempt()
    trial.assert_stopped(done, "% answers 4xx (limit 10.00 %)")


def test_version_that_halts_again_and_again_is_stopped(
    trial: Trial, deployment: Deployment
) -> None:
    over = threading.Event()

    def halt(run: ServiceRun) -> None:
        while not over.wait(0.3):
            run.send_signal(signal.SIGSTOP)
            time.sleep(1.2)  # as long as it is halted
            run.send_signal(signal.SIGCONT)

    with gateway(deployment) as bad, trial.clients():
        trial.tell([bad])
        halting = threading.Thread(target=halt, args=(bad,))
        halting.start()
        try:
            done = trial.attempt(p99RatioFromSeconds=0.8)
        finally:
            over.set()
            halting.join()
    trial.assert_stopped(done, "a p99 of ")


def test_version_that_hangs_is_stopped(trial: Trial, deployment: Deployment) -> None:
    with gateway(deployment) as bad, trial.clients():
        trial.tell([bad])
        bad.send_signal(signal.SIGSTOP)
        done = trial.attempt()
        bad.send_signal(signal.SIGCONT)
    trial.assert_stopped(done, "api-gateway-canary-0 does not tell its numbers")


def test_version_that_is_started_again_is_stopped(trial: Trial, good: list[ServiceRun]) -> None:
    trial.tell(good, restarts=1)
    with trial.clients():
        done = trial.attempt()
    trial.assert_stopped(done, "1 restarts of new pods")


def test_version_that_does_not_start_is_stopped(trial: Trial, good: list[ServiceRun]) -> None:
    trial.tell(good, starts=False)
    with trial.clients():
        time.sleep(2)  # requests that would be lost
        done = trial.attempt()
    trial.assert_stopped(done, "its gateways do not start")


def test_version_that_nobody_asks_anything_is_not_judged(
    trial: Trial, good: list[ServiceRun]
) -> None:
    trial.tell(good)
    done = trial.attempt(seconds_max=10)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "fewer than 20 requests within" in done.stderr
    assert trial.calls("helm")[-1].startswith("helm uninstall tradewind-canary ")


def test_deployment_that_is_cancelled_takes_its_canary_away(
    trial: Trial, good: list[ServiceRun]
) -> None:
    trial.tell(good)
    watching = trial.begin()
    try:
        wait_for(lambda: trial.count or None, "a new gateway", timeout_s=60)
        watching.terminate()
        assert watching.wait(30) == 1
    finally:
        watching.kill()
    assert trial.count == 0
    assert trial.calls("helm")[-1].startswith("helm uninstall tradewind-canary ")


def test_setting_of_the_moment_wins_over_the_values(trial: Trial, good: list[ServiceRun]) -> None:
    trial.tell(good)
    done = trial.deploy(ROLLOUT="rolling")
    # The smoke test finds nobody: this one is about what came before it.
    assert done.returncode == 3
    assert not [call for call in trial.calls("helm") if "--install tradewind-canary" in call]
    assert not trial.calls("kubectl")
    assert run_script("deploy", ROLLOUT="blue", ENVIRONMENT="production", VERSION=NEW,
                      PLATFORM_URL="https://app.example").returncode == 2  # fmt: skip
