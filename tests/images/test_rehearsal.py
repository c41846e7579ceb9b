"""Rehearsal of a release that goes wrong: two versions, an OCI layout, a rollback under load."""

import shutil
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
from tests.images.load import Load
from tests.scripts import run_script

from tradewind.testing.waiting import wait_for

pytestmark = pytest.mark.timeout(1500)

IMAGES = (*SERVICES, "web-ui")
HEALS_WITHIN_S = 90
REGISTRY = "tradewind-rehearsal"
OLDER, BROKEN = "1.0.0", "1.1.0"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with both versions; the engine has neither by its name any more."""
    if shutil.which("skopeo") is None:
        pytest.skip("NO ROLLBACK IS REHEARSED: skopeo is not installed")
    folder = tmp_path_factory.mktemp("registry")
    broken = copy_checkout(tmp_path_factory.mktemp("broken"))
    page = broken / "web-ui/index.html"
    written = page.read_text()
    page.write_text(written.replace('id="root"', 'id="nowhere"').replace("<script", "<template"))
    assert page.read_text() != written
    for tag, checkout in ((OLDER, ROOT), (BROKEN, broken)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TRADEWIND_REGISTRY", REGISTRY)
            build(tag, *IMAGES, folder=checkout)
            names = [image(name, tag) for name in IMAGES]
        done = run_script("oci-layout", "push", str(folder), *names)
        assert done.returncode == 0, done.stderr
        docker("image", "rm", *names)
    yield folder
    docker("image", "rm", "--force", *(f"{REGISTRY}/{name}:{tag}" for name in IMAGES
                                       for tag in (OLDER, BROKEN)))  # fmt: skip


@pytest.fixture(scope="module")
def platform(layout: Path, compose_secrets: Path) -> Iterator[Stack]:
    """Return the platform at the older version, out of the layout."""
    pull(layout, OLDER)
    named = {"TRADEWIND_REGISTRY": REGISTRY, "TRADEWIND_TAG": OLDER}
    with production(REGISTRY, compose_secrets, **named) as stack:
        yield stack


def pull(layout: Path, tag: str) -> None:
    names = [f"{REGISTRY}/{name}:{tag}" for name in IMAGES]
    done = run_script("oci-layout", "pull", str(layout), *names)
    assert done.returncode == 0, done.stderr


def test_rollback_after_a_release_that_does_not_work_loses_nothing(
    platform: Stack, layout: Path
) -> None:
    key = platform.make_key()
    load = Load(
        platform.url,
        platform.trust(),
        {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]},
        every_s=0.1,
    )
    pull(layout, BROKEN)
    with load:
        load.wait_for(10)
        done = run_script(
            "deploy-compose",
            BROKEN,
            timeout_s=900,
            **platform.environment,
            COMPOSE_PROJECT_NAME=platform.project,
            TRADEWIND_SECRETS=str(platform.secrets),
            PLATFORM_URL=platform.url,
            TRUST=str(platform.certificate),
            SMOKE_TEST_KEY=f"{key['key_id']}:{key['secret']}",
            SMOKE_TEST_SECONDS="20",
        )
        load.wait_for(10, timeout_s=HEALS_WITHIN_S)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"ok      it is version {BROKEN}" in done.stdout
    assert "not ok  the terminal is served" in done.stdout
    assert f"What runs is {OLDER} again." in done.stderr
    for service in IMAGES:
        assert platform.versions(service) == {OLDER}
    assert load.failures == []
    assert load.lost() == []
    wait_for(platform.all_healthy, "health of the older version", HEALS_WITHIN_S, 0.2)
    platform.verify()
