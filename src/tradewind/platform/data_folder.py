"""The data folder: who may use it, and whether this version can read it."""

import fcntl
import os
from pathlib import Path
from typing import IO

from tradewind.platform.errors import StartupRefused

FORMAT = 1
"""Counts changes of the folder's layout that an older version could not read."""


class DataFolder:
    """Guards a data folder: one platform at a time, and none that is too old for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def acquire(self) -> None:
        """Make the folder if need be and lock it; raises ``StartupRefused``."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.check_version()
            self._take_lock()
            marker = self.path / "version"
            if not marker.exists():
                marker.write_text(f"{FORMAT}\n", encoding="ascii")
        except OSError as error:
            self.release()
            raise unusable(self.path, error) from error

    def release(self) -> None:
        """Let another platform use the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def check_version(self) -> None:
        """Refuse a folder of a newer version of the platform."""
        try:
            text = (self.path / "version").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return
        except OSError as error:
            raise unusable(self.path, error) from error
        if not text.isdigit() or int(text) > FORMAT:
            raise StartupRefused(
                f"The data folder {self.path} is of a newer version of Tradewind (format "
                f"{text[:20]!r}, this one knows up to {FORMAT}). Update Tradewind, or choose "
                "another folder with TRADEWIND_DATA_DIR."
            )

    def _take_lock(self) -> None:
        lock = (self.path / "lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read(20).strip()
            lock.close()
            whom = f" (process {holder})" if holder else ""
            raise StartupRefused(
                f"Another Tradewind{whom} uses the data folder {self.path}. Stop it first, or "
                "choose another folder with TRADEWIND_DATA_DIR."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock


def unusable(path: Path, error: OSError) -> StartupRefused:
    """Say that a data folder cannot be used, and what to do."""
    return StartupRefused(
        f"The data folder {path} cannot be used ({error.strerror or error}). "
        "Make it readable and writable, or choose another one with TRADEWIND_DATA_DIR."
    )
