"""Services as child processes: what tests of the distributed topology run against."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tradewind.testing.process import START_TIMEOUT_S, STOP_TIMEOUT_S, read_line

_COMMAND = [str(Path(sys.executable).with_name("tradewind"))]


class ServiceRun:
    """``tradewind serve`` of one service; it keeps its port over restarts.

    ``environment`` are variables without their prefix.
    """

    def __init__(self, service: str, environment: Mapping[str, str]) -> None:
        self.service = service
        self.url = ""
        self.serves = False
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Return whether the process has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and wait until it serves or stands by; raises ``RuntimeError`` with its log."""
        port = self.url.rpartition(":")[2] or "0"
        self._close_pipes()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - read after the process has ended
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*_COMMAND, "serve", self.service, "--json", "--port", port],
            env=environment_of(self._environment),
            stdout=subprocess.PIPE,
            stderr=self._log,
            bufsize=0,
        )
        self._listen(START_TIMEOUT_S)

    def wait_serving(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return when it serves; raises ``RuntimeError`` with its log when that takes too long."""
        while not self.serves:
            self._listen(timeout_s)

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait_ended(self) -> int:
        """Return its exit code when it has ended."""
        assert self._process is not None
        code = self._process.wait(STOP_TIMEOUT_S)
        self.serves = False
        return code

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        self.send_signal(signal.SIGTERM)
        return self.wait_ended()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.send_signal(signal.SIGKILL)
        self.wait_ended()

    def log(self) -> str:
        """Return what it has written to standard error since its last start."""
        assert self._log is not None
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def close(self) -> None:
        """End it if it runs, whatever state it is in."""
        if self.is_running:
            self.send_signal(signal.SIGCONT)
            self.kill()
        self._close_pipes()

    def _listen(self, timeout_s: float) -> None:
        assert self._process is not None
        line = read_line(self._process, timeout_s)
        if not line.startswith("{"):
            self.kill()
            raise RuntimeError(f"{self.service} did not start: {line}{self.log()}")
        told = json.loads(line)
        self.url, self.serves = told["url"], told["role"] == "serving"

    def _close_pipes(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        if self._log is not None:
            self._log.close()
            self._log = None


def run_command(
    environment: Mapping[str, str], *arguments: str, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``tradewind`` in an environment of variables without their prefix."""
    return subprocess.run(  # noqa: S603 - our own command
        [*_COMMAND, *arguments],
        env=environment_of(environment),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def start_command(environment: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
    """Begin a command of ``tradewind`` like ``run_command``; the caller waits for its end."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [*_COMMAND, *arguments],
        env=environment_of(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environment_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with settings, and no other settings of Tradewind."""
    others = {
        name: value for name, value in os.environ.items() if not name.startswith("TRADEWIND_")
    }
    return others | {f"TRADEWIND_{name.upper()}": value for name, value in variables.items()}
