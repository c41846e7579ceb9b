"""Terraform for the tests, or the reason why there is none."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.infrastructure.life import Life, override
from tests.infrastructure.moto_server import PYTHON, moto_server
from tests.infrastructure.planned import Planned
from tests.infrastructure.provider import shared_provider
from tests.infrastructure.terraform import SOURCE, Terraform, TerraformUnavailableError

AT_ONCE = 2  # each reads the schema of the whole provider, which keeps a processor busy


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Return terraform on a copy of the configuration; skips, or fails if it is required."""
    try:
        return Terraform.prepare(tmp_path_factory.mktemp("terraform"))
    except TerraformUnavailableError as error:
        if os.environ.get("REQUIRE_TERRAFORM"):
            pytest.fail(f"REQUIRE_TERRAFORM is set, but {error}")
        pytest.skip(f"THE INFRASTRUCTURE IS NOT TESTED: {error}")


@pytest.fixture(scope="session")
def sharing(terraform: Terraform) -> Iterator[Terraform]:
    """Return terraform with a provider that all its runs share: for what configures none."""
    log = terraform.tree.parent / "provider.log"
    with shared_provider(terraform.provider, log) as attached:
        yield replace(terraform, environment=terraform.environment | attached)


@pytest.fixture(scope="session")
def planned(sharing: Terraform) -> Planned:
    """Return an environment as the mocked providers make it."""
    return Planned.of(sharing)


@pytest.fixture(scope="session")
def checked(sharing: Terraform, request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Return what waits for the check of one folder; all that were chosen run, two at once."""
    chosen = [
        item.callspec.params["folder"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and "checked" in item.fixturenames
        and hasattr(item, "callspec")
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[str, Future[None]] = {
            folder: pool.submit(_check, sharing, folder) for folder in chosen
        }
        try:
            yield lambda folder: running[folder].result()
        finally:
            pool.shutdown(cancel_futures=True)


def _check(terraform: Terraform, folder: str) -> None:
    __tracebackhide__ = True
    place = terraform.tree / folder
    terraform.initialise(place)
    if (SOURCE / folder / "tests").is_dir():
        # It validates, too, before the first run.
        terraform.run(place, "test", "-no-color")
    else:
        terraform.run(place, "validate", "-no-color")


@pytest.fixture(scope="session", autouse=True)
def beginning(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Life] | None]:
    """Begin the life of an environment at once, if a test asks: it waits more than it works."""
    asked = any("life" in getattr(item, "fixturenames", ()) for item in request.session.items)
    scratch = tmp_path_factory.mktemp("moto")
    try:
        own = Terraform.prepare(scratch) if asked and PYTHON.exists() else None
    except TerraformUnavailableError:
        own = None
    if own is None:
        yield None
        return
    override(own.tree)
    with moto_server(scratch) as moto, ThreadPoolExecutor(1) as pool:
        yield pool.submit(Life(own, moto).live)


@pytest.fixture
def life(terraform: Terraform, beginning: Future[Life] | None) -> Life:
    """Return an environment that was made and destroyed on moto, and what was seen of it."""
    if beginning is None:
        pytest.fail(f"there is no {PYTHON}: make infra-test makes it")
    return beginning.result()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let those who ask for the environment's life come last: it goes on beside all others."""
    items.sort(key=lambda item: "life" in getattr(item, "fixturenames", ()))
