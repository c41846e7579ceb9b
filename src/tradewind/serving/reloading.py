"""Run a command again whenever the code of the package changes: for development alone."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

_EVERY_S = 0.5
_STOP_TIMEOUT_S = 30.0


def run_reloading(
    command: Sequence[str], folder: Path = Path(__file__).parents[1], every_s: float = _EVERY_S
) -> int:
    """Run a command until a signal; end it and start it again when a source in ``folder`` changes.

    A command that ends by itself is started again with the next change. Returns 0.
    """
    stopping: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    seen = _dates(folder)
    process = subprocess.Popen(command)  # noqa: S603 our own program
    while not stopping:
        time.sleep(every_s)
        now = _dates(folder)
        if now != seen:
            seen = now
            sys.stderr.write("The code changed: starting again.\n")
            _end(process)
            process = subprocess.Popen(command)  # noqa: S603 our own program
    _end(process)
    return 0


def _dates(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.py") if path.is_file()}


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
