"""Leave out what no service runs, compile the rest, and date everything the same.

Usage: slim.py FOLDER SECONDS: everything in the folder is dated so many seconds after 1970 began.
"""

import compileall
import os
import py_compile
import shutil
import sys
from pathlib import Path

_TEST_FOLDERS = {"test", "tests"}
_TESTED_ONLY_BY_THEMSELVES = (
    "alembic/testing",
    "numpy/f2py",
    "numpy/distutils",
    "sqlalchemy/testing",
    "pygments/lexers",
    "uvloop/loop.c",
    "tradewind/testing",
    "tradewind/demo",
)
_SOURCES_OF_EXTENSIONS = {".c", ".cpp", ".h", ".hpp", ".pxd", ".pyx", ".pyi", ".pyd", ".a"}


def slim(folder: Path, epoch: int) -> None:
    """Make the environments in a folder small and the same each time."""
    for packages in folder.rglob("lib/python*/site-packages"):
        _remove(packages)
        compileall.compile_dir(
            str(packages),
            quiet=1,
            # One after the other: what is written depends a little on what the process compiled
            # before, and workers share out the files differently each time.
            workers=1,
            # The source is what counts, not its date.
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _remove(packages: Path) -> None:
    for part in _TESTED_ONLY_BY_THEMSELVES:
        path = packages / part
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    for folder in sorted(packages.rglob("*"), reverse=True):
        if folder.is_dir() and folder.name in _TEST_FOLDERS:
            shutil.rmtree(folder)
    for path in packages.rglob("*"):
        if path.is_file() and path.suffix in _SOURCES_OF_EXTENSIONS:
            path.unlink()


if __name__ == "__main__":
    slim(Path(sys.argv[1]), int(sys.argv[2]))
