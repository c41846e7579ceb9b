"""The edge of the charts, really run: NGINX, a certificate of a local ACME server, the services."""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml
from tests.integration.distributed.conftest import Deployment, database_passwords
from tests.integration.platform.authority import Authority
from tests.kubernetes.edge.clients import Visitor
from tests.kubernetes.edge.programs import NEEDED, AcmeServer, Edge, WebTerminal, find
from tests.kubernetes.tools import ROOT, Manifest, named, of_kind, render

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.testing.waiting import free_port

collect_ignore_glob = [] if "TRADEWIND_KUBERNETES_TOOLS" in os.environ else ["test_*.py"]

HOST = "tradewind.localhost"
BALANCER = "127.0.0.20"
"""Where a load balancer before the controller would be."""
SWITCHES = (
    "ingress.tls.source=certManager",
    "issuers.enabled=true",
    "issuers.email=ops@tradewind.example",
    "global.edge.trustedProxies={127.0.0.1/32}",
    # So few that a test comes to the end of them.
    "ingress.requestsPerSecond=10",
    "ingress.burst=40",
    "ingress.timeoutSeconds=5",
)
"""What is not as the chart has it by itself."""
SECRET = "tradewind-tls"


@pytest.fixture(scope="session")
def manifests() -> tuple[Manifest, ...]:
    """Return every object of the chart with F5's controller and cert-manager."""
    return render("local", *SWITCHES)


@pytest.fixture(scope="session")
def ingresses(manifests: tuple[Manifest, ...]) -> list[Manifest]:
    return of_kind(manifests, "Ingress")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Return a folder whose name is short: a socket is in it."""
    made = Path(tempfile.mkdtemp(prefix="tw-edge-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def edge(folder: Path) -> Iterator[Edge]:
    """Return NGINX, which does not run before something is applied."""
    missing = [name for name in NEEDED if find(name) is None]
    if missing:
        pytest.skip(f"THE EDGE IS NOT RUN: there is no {', '.join(missing)}; .ci/system-packages")
    values = yaml.safe_load((ROOT / "deploy/helm/platform/nginx-ingress.yaml").read_text())
    controller = {**values["controller"]["config"]["entries"], "set-real-ip-from": BALANCER}
    edge = Edge(folder, controller)
    yield edge
    edge.stop()


@pytest.fixture(scope="session")
def acme(folder: Path, edge: Edge) -> Iterator[AcmeServer]:
    authority = Authority(folder / "acme-server", "authority")
    identity = (authority.file, *authority.certify("127.0.0.1"))
    server = AcmeServer(folder, edge.place.http_port, identity)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def visitor(acme: AcmeServer, edge: Edge) -> Visitor:
    return Visitor(HOST, edge.place.http_port, edge.place.https_port, acme.root())


@pytest.fixture(scope="session")
def temporary(folder: Path) -> Path:
    """Return the certificate that cert-manager makes by itself, which nobody trusts."""
    authority = Authority(folder / "temporary", "cert-manager.local")
    certificate, key = authority.certify(HOST)
    file = folder / "temporary.pem"
    file.write_text(certificate.read_text() + key.read_text())
    return file


@pytest.fixture(scope="session")
def certificate(
    edge: Edge, acme: AcmeServer, manifests: tuple[Manifest, ...], temporary: Path
) -> Path:
    """Return the certificate that the authority gave after it had asked through the edge."""
    solver = free_port()
    asked = [*of_kind(manifests, "Ingress"), solver_ingress(manifests)]
    pods = {"cm-acme-http-solver:8089": [f"127.0.0.1:{solver}"]}
    edge.apply(asked, endpoints=pods, secrets={SECRET: temporary})
    done = acme.certify(HOST, solver)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}{acme.log()}{edge.log()}"
    return acme.certificate(HOST)


def solver_ingress(manifests: tuple[Manifest, ...]) -> Manifest:
    """Return the Ingress that cert-manager makes from what the ClusterIssuer tells it.

    It would name the one question that the authority asks; certbot does not tell it beforehand.
    """
    issuer = named(manifests, "ClusterIssuer", "letsencrypt-production")
    (solver,) = issuer["spec"]["acme"]["solvers"]
    told = solver["http01"]["ingress"]["ingressTemplate"]["metadata"]["annotations"]
    theirs = {"nginx.ingress.kubernetes.io/whitelist-source-range": "0.0.0.0/0,::/0"}
    service = {"name": "cm-acme-http-solver", "port": {"number": 8089}}
    path = {
        "path": "/.well-known/acme-challenge/",
        "pathType": "ImplementationSpecific",
        "backend": {"service": service},
    }
    return {
        "kind": "Ingress",
        "metadata": {"name": "cm-acme-http-solver", "annotations": {**theirs, **told}},
        "spec": {"rules": [{"host": HOST, "http": {"paths": [path]}}]},
    }


@pytest.fixture(scope="session")
async def database(folder: Path) -> AsyncIterator[str]:
    """Return the DSN of an empty database of the tests' own."""
    server = EmbeddedPostgres(folder / "postgres")
    yield await server.start()
    await server.stop()


@pytest.fixture(scope="session")
def platform(
    database: str, valkey_url: str, manifests: tuple[Manifest, ...]
) -> Iterator[Deployment]:
    """Return every service, each a process; the gateway trusts whom the chart says it trusts."""
    told = named(manifests, "ConfigMap", "api-gateway")["data"]
    deployment = Deployment(
        {
            "database_url": database,
            "valkey_url": valkey_url,
            "identity_key": secrets.token_hex(32),
            **database_passwords(),
            "feed_interval_ms": "100",
            "initial_cash": "900000000",
            "trusted_proxies": told["TRADEWIND_TRUSTED_PROXIES"],
        }
    )
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.close()


@pytest.fixture(scope="session")
def terminal(folder: Path) -> Iterator[WebTerminal]:
    """Return the web terminal as its image serves it."""
    site = ROOT / "web-ui/dist"
    assert (site / "index.html").exists(), "the web terminal is not built: make web"
    writes = folder / "terminal"
    writes.mkdir()
    server = WebTerminal(writes, ROOT / "deploy/docker/web-ui/nginx.conf", site)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def site(
    edge: Edge,
    visitor: Visitor,
    certificate: Path,
    ingresses: list[Manifest],
    platform: Deployment,
    terminal: WebTerminal,
) -> Visitor:
    """Return a visitor of the whole site: edge, certificate, every service, web terminal."""
    pods = {
        "api-gateway:8000": [run.url.removeprefix("http://") for run in platform.gateways],
        "web-ui:3000": [f"127.0.0.1:{terminal.port}"],
    }
    edge.apply(ingresses, endpoints=pods, secrets={SECRET: certificate})
    return visitor
