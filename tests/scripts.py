"""The repository's own scripts and linters, as tests run them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
_OURS = ("DRY_RUN", "REGISTRY", "REPOSITORY_PREFIX", "VERSION", "GH_TOKEN")
"""Variables that scripts go by: only a test says what they are."""


def run_script(
    name: str, *arguments: str, folder: Path = ROOT, timeout_s: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of ``scripts/`` with variables on top of the environment."""
    environment = {key: value for key, value in os.environ.items() if key not in _OURS}
    return subprocess.run(
        [folder / "scripts" / name, *arguments],
        env={**environment, "PYTHON": sys.executable, **variables},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def copy_scripts(folder: Path, *names: str) -> None:
    """Give another checkout some files of ``scripts/``."""
    (folder / "scripts").mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy2(ROOT / "scripts" / name, folder / "scripts" / name)


def shell_scripts(*folders: str) -> list[Path]:
    """Return the files of some folders that are run by a shell."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).glob("*"))
        if path.suffix == ".sh"
        or (path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash"))
    ]


def lint(tool: str, files: Iterable[Path]) -> str:
    """Return what a linter that is installed beside the interpreter has to say."""
    done = subprocess.run(
        [Path(sys.executable).with_name(tool), *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr
