"""The charts in a registry: what a release pushes there, a cluster gets from there."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.kubernetes.tools import ROOT, given, helm, values_file
from tests.scripts import run_script

from tradewind.testing.waiting import free_port, wait_for

PUSHED = (
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "portfolio-service",
    "tradewind",
    "web-ui",
)
VERSION = "1.2.3"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a registry that has nothing yet."""
    subprocess.run([ROOT / ".ci/system-packages", "docker-registry"], check=True, timeout=300)
    program = shutil.which("docker-registry")
    assert program is not None
    folder, address = tmp_path_factory.mktemp("registry"), f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder}/data'}}}}\n"
    )
    process = subprocess.Popen([program, "serve", folder / "config.yml"])
    try:
        wait_for(lambda: is_answering(f"http://{address}/v2/"), "the registry's start")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def is_answering(url: str) -> bool:
    """Return whether a server answers at an address."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def push(registry: str, charts: Path) -> str:
    """Push the charts as a release does, and return what was said."""
    done = run_script(
        *("push-charts", "--plain-http"),
        timeout_s=240,
        REGISTRY=registry,
        VERSION=VERSION,
        CHARTS=str(charts),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_release_pushes_its_charts_once_and_they_install_from_there(
    registry: str, tmp_path: Path
) -> None:
    # Beside the charts of the other tests: these have the version of a release.
    charts = Path(os.path.relpath(tmp_path / "charts", ROOT))
    push(registry, charts)
    for name in PUSHED:
        tags = httpx.get(f"http://{registry}/v2/tradewind/charts/{name}/tags/list").json()["tags"]
        assert tags == [VERSION]
    held = httpx.get(f"http://{registry}/v2/_catalog").json()["repositories"]
    assert set(held) == {f"tradewind/charts/{name}" for name in PUSHED}

    again = push(registry, charts)
    assert again.count(f"{VERSION} is there already") == len(PUSHED)

    rendered = helm(
        *("template", "tradewind", f"oci://{registry}/tradewind/charts/tradewind"),
        *("--plain-http", "--version", VERSION, "--values", str(given())),
        *("--values", str(values_file("local"))),
    )
    assert f"order-service:{VERSION}" in rendered
