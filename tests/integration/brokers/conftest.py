"""A data folder as a first start leaves it, for platforms of which each test has its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.brokers.desk import Started

from tradewind.testing.process import PlatformProcess


@pytest.fixture(scope="session")
def started() -> Iterator[Started]:
    """Return what a platform was that has started once and was stopped: most of a first start."""
    folder = Path(tempfile.mkdtemp(prefix="tw-first-"))
    try:
        platform = PlatformProcess(folder)
        platform.start()
        assert platform.stop() == 0
        assert platform.credentials is not None
        yield Started(folder, platform.credentials)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
