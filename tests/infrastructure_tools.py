"""Programs that `make infra-test` installs apart from everything else.

They pin what the platform needs newer.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = ROOT / ".build/infrastructure/bin"


def program(name: str, variable: str, untested: str) -> Path:
    """Return a program, or the one that an environment variable names; skips where there is none.

    ``untested`` says what is not tested then.
    """
    path = Path(os.environ.get(variable, PROGRAMS / name))
    if not path.exists():
        pytest.skip(f"{untested}: there is no {path}; make infra-test")
    return path


def run_checkov(untested: str, *options: str | Path, timeout_s: float) -> dict[str, Any]:
    """Return checkov's report of what the options name; skips where there is no checkov."""
    command = [program("checkov", "CHECKOV", untested), *options]
    done = subprocess.run(
        [*command, "--output", "json", "--skip-download", "--soft-fail"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report
