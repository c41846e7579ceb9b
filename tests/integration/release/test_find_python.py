"""Which Python an installation takes: the one at hand if it is built well, else one that is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import find_python

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "scripts/find_python.py"


def python(folder: Path, name: str, status: int) -> str:
    """Return a program that answers ``--check`` by its exit code, as another Python would."""
    program = folder / name
    program.write_text(f'#!/bin/sh\n[ "$2" = --check ] && exit {status}\nexit 9\n')
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Make the running interpreter one that was built without optimisation, and no other known."""
    flags = {"CONFIG_ARGS": "--enable-shared", "PGO_PROF_USE_FLAG": "-fprofile-use"}
    monkeypatch.setattr(find_python.sysconfig, "get_config_var", flags.get)
    monkeypatch.setattr(find_python, "PLACES", (str(tmp_path / "missing"),))
    return monkeypatch


@pytest.mark.parametrize(
    ("arguments", "flag", "optimised"),
    [
        ("'--enable-optimizations' '--with-lto'", "-fprofile-use", True),
        ("'--enable-shared'", "-fprofile-use", False),
        ("'--enable-shared'", "", True),
        (None, None, True),
    ],
    ids=["named", "plain", "debian", "unknown"],
)
def test_a_build_is_known_by_its_flags(
    monkeypatch: pytest.MonkeyPatch, arguments: str | None, flag: str | None, optimised: bool
) -> None:
    flags = {"CONFIG_ARGS": arguments, "PGO_PROF_USE_FLAG": flag}
    monkeypatch.setattr(find_python.sysconfig, "get_config_var", flags.get)
    assert find_python.is_optimised() is optimised


def test_the_first_better_one_is_taken_and_named(
    at_hand: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worse, better = python(tmp_path, "worse", 1), python(tmp_path, "better", 0)
    at_hand.setattr(find_python, "PLACES", (str(tmp_path / "missing"), worse, better))
    assert find_python.choose() == better
    assert better in capsys.readouterr().err


def test_where_there_is_no_better_one_it_is_the_one_at_hand(
    at_hand: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand.setattr(find_python, "PLACES", (python(tmp_path, "worse", 1),))
    assert find_python.choose() == sys.executable
    assert capsys.readouterr().err == ""


def test_one_that_lacks_a_part_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_python, "is_optimised", lambda: True)
    assert find_python.serves()
    monkeypatch.setattr(find_python, "NEEDED", ("_not_built",))
    assert not find_python.serves()


def test_the_program_prints_a_python_that_runs() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    version = subprocess.run(
        [done.stdout.strip(), "-c", "import sys; print(sys.version_info >= (3, 11))"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert version.stdout == "True\n"


def test_make_takes_the_one_that_is_named() -> None:
    # What the make that runs the tests was told is not for this one.
    own = ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    for named, expected in (([], "scripts/find_python.py"), (["PYTHON=python3.12"], "python3.12")):
        done = subprocess.run(
            ["make", "-n", "-B", ".venv/bin/python", *named],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        (line,) = [
            line for line in done.stdout.splitlines() if " venv -q" in line and ".venv" in line
        ]
        assert expected in line
