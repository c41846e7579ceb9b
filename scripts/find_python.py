"""Print the Python to install with: the one that runs this, or a better built one of the machine.

Usage: find_python.py [--check]
With --check it prints nothing and tells by its exit code whether the Python that runs it would do.

CPython takes a sixth longer for an order when it was built without profile-guided optimisation,
as pyenv does unless it is told otherwise; a distribution's was built with it.
"""

import importlib.util
import subprocess
import sys
import sysconfig

PLACES = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3")
OLDEST = (3, 11)
NEEDED = ("_ctypes", "_lzma", "_sqlite3", "_ssl", "zlib")
"""What a distribution may keep in a package of its own, or a build may have left out."""


def is_optimised() -> bool:
    """Tell whether this interpreter was built with profile-guided optimisation.

    CPython notes the flags for it whether they were used or not; Debian, which builds it in a way
    of its own, notes none.
    """
    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return "--enable-optimizations" in arguments or not sysconfig.get_config_var(
        "PGO_PROF_USE_FLAG"
    )


def serves() -> bool:
    """Tell whether Tradewind runs on this interpreter, and well."""
    has_all = all(importlib.util.find_spec(name) is not None for name in NEEDED)
    return sys.version_info >= OLDEST and has_all and is_optimised()


def accepts(place: str) -> bool:
    """Ask another Python whether it would do."""
    try:
        done = subprocess.run(
            [place, __file__, "--check"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def choose() -> str:
    """Return the path of the Python to take."""
    if serves():
        return sys.executable
    better = next(filter(accepts, PLACES), None)
    if better is None:
        return sys.executable
    print(
        f"{better} is taken, which runs Tradewind faster than {sys.executable}: that was built "
        "without optimisation. Name another one by make PYTHON=...",
        file=sys.stderr,
    )
    return better


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(not serves())
    print(choose())
