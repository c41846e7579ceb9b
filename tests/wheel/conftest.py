"""The wheel that `make wheel` has built, installed into an environment that has nothing else."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradewind.testing.process import PlatformProcess

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Wheel:
    """A built wheel and the version that it has to be of."""

    path: Path
    version: str


class InstalledPlatform(PlatformProcess):
    """``tradewind up`` of an environment, as somebody runs it who has no checkout."""

    def __init__(self, environment: Path, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.command = (str(environment / "bin" / "tradewind"),)
        self._home = data_dir.parent

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment that leads to no other Python code and to no other settings."""
        return {
            "HOME": str(self._home),
            "PATH": os.defpath,
            "TRADEWIND_DATA_DIR": str(self.data_dir),
        }


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    """Return the wheel of this checkout."""
    version = subprocess.check_output([ROOT / "scripts/version", "--pep440"], text=True).strip()
    path = ROOT / ".build/dist" / f"tradewind-{version}-py3-none-any.whl"
    if not path.is_file():
        pytest.fail(f"{path.name} is not built: run make wheel")
    return Wheel(path, version)


@pytest.fixture(scope="session")
def environment(wheel: Wheel) -> Iterator[Path]:
    """Return an environment with the wheel and the locked packages that it needs."""
    # A short path: PostgreSQL's socket lies below it, and its length is limited.
    folder = Path(tempfile.mkdtemp(prefix="tw-wheel-"))
    environment = folder / "installed"
    uv = os.environ.get("UV", str(ROOT / ".build/uv"))
    # Compiled at once, so that the start which is timed need not do it.
    install = (uv, "pip", "install", "-q", "--compile-bytecode", "--python")
    install += (str(environment / "bin" / "python"),)
    try:
        for command in (
            (uv, "venv", "-q", "--python", sys.executable, str(environment)),
            (*install, "--require-hashes", "-r", str(ROOT / "requirements/base.txt")),
            (*install, "--no-deps", "--offline", str(wheel.path)),
        ):
            subprocess.run(command, check=True, timeout=240)
        yield environment
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def platform(environment: Path) -> Iterator[InstalledPlatform]:
    """Return the platform that was started from the wheel, with a fresh data folder."""
    platform = InstalledPlatform(environment, environment.parent / "data")
    try:
        platform.start()
        yield platform
    finally:
        if platform.is_running:
            platform.kill()
