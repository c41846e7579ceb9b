"""The runs under test: built images, secrets made for them, ports that are free."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.images.compose import (
    ROOT,
    SERVICES,
    Stack,
    build,
    copy_checkout,
    docker,
    image,
    production,
)

from tradewind.platform.migrations import read_revisions

# `make images-test` names the images; without them there is nothing to try here.
collect_ignore_glob = [] if "TRADEWIND_TAG" in os.environ else ["test_*.py"]

_MIGRATION = '''"""What the next version might need: a column that this version knows nothing of."""

from alembic import op

revision = "9999_newer"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN newer text")
'''


@pytest.fixture(scope="session")
def compose_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with secrets that were made for these tests."""
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([ROOT / "deploy/docker/make-secrets", folder], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def stack(compose_secrets: Path) -> Iterator[Stack]:
    """Return the platform, up and healthy, over TLS; removed with its data in the end."""
    with production("tradewind-images-test", compose_secrets) as stack:
        yield stack


@pytest.fixture(scope="session")
def newer_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the tag of images of a newer version: this code with one migration more."""
    newer = copy_checkout(tmp_path_factory.mktemp("newer"))
    versions = newer / "src/tradewind/order_service/migrations/versions"
    _, head = read_revisions(versions.parent)
    (versions / "9999_newer.py").write_text(_MIGRATION.format(head=head))
    tag = f"{os.environ['TRADEWIND_TAG']}-newer"
    names = (*SERVICES, "web-ui")
    build(tag, *names, folder=newer)
    yield tag
    docker("image", "rm", *(image(name, tag) for name in names))


@pytest.fixture(scope="module")
def key(stack: Stack) -> dict[str, str]:
    """Return the first user's key and account."""
    return stack.make_key()


@pytest.fixture(scope="module")
def headers(key: dict[str, str]) -> dict[str, str]:
    """Return the headers that sign a request."""
    return {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]}
