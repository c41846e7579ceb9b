"""The stack under test: built images, secrets made for it, ports that are free."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.images.compose import ROOT, Stack

from tradewind.testing.waiting import free_port

# `make images-test` names the images; without them there is nothing to try here.
collect_ignore_glob = [] if "TRADEWIND_TAG" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return the platform, up and healthy, over TLS; removed with its data in the end."""
    secrets: Path = tmp_path_factory.mktemp("secrets")
    subprocess.run([ROOT / "deploy/docker/make-secrets", secrets], check=True, timeout=60)
    stack = Stack(
        "tradewind-images-test",
        secrets,
        free_port(),
        free_port(),
        environment={"TRADEWIND_INITIAL_CASH": "900000000"},
    )
    try:
        stack.up()
        yield stack
    finally:
        stack.down(and_data=True)


@pytest.fixture(scope="session")
def key(stack: Stack) -> dict[str, str]:
    """Return the first user's key and account."""
    return stack.make_key()


@pytest.fixture(scope="session")
def headers(key: dict[str, str]) -> dict[str, str]:
    """Return the headers that sign a request."""
    return {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]}
