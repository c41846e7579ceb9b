"""The platform as a child process: what tests of crashes, clients and speed run against."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class Credentials:
    """What the first start printed once."""

    username: str
    password: str
    key_id: str
    secret: str
    account_id: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request."""
        return {"APCA-API-KEY-ID": self.key_id, "APCA-API-SECRET-KEY": self.secret}


class PlatformProcess:
    """``tradewind up`` on free ports over a data folder.

    ``settings`` are environment variables without their prefix. The credentials of the first start
    are kept, so the same object can be killed and started again.
    """

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.command: Sequence[str] = (str(Path(sys.executable).with_name("tradewind")),)
        """What is run: that of this environment, unless another one is under test."""
        self.ports = (0, 0)
        """The gateway's and the terminal's; 0 is one that is free."""
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._last_log = ""
        self.gateway_url = ""
        self.web_url = ""
        self.credentials: Credentials | None = None
        self.start_seconds = 0.0
        self.leads = False

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request with the first key."""
        assert self.credentials is not None
        return self.credentials.headers

    @property
    def pid(self) -> int:
        """Return the process id of the running platform."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Return whether the process has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that commands on this platform need."""
        own = {f"TRADEWIND_{name.upper()}": value for name, value in self._settings.items()}
        return {**os.environ, "TRADEWIND_DATA_DIR": str(self.data_dir), **own}

    def start(self) -> None:
        """Start and wait until it says that it runs; raises ``RuntimeError`` with its log.

        ``leads`` tells whether it serves, or stands by while another process leads.
        """
        self._ended()
        gateway, web = map(str, self.ports)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - read after the process has ended
        started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*self.command, "up", "--json", "--gateway-port", gateway, "--web-port", web],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            bufsize=0,
        )
        self._listen("start", START_TIMEOUT_S)
        self.start_seconds = time.monotonic() - started

    def wait_leading(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return when it leads; raises ``RuntimeError`` with its log when that takes too long."""
        while not self.leads:
            self._listen("lead", timeout_s)

    def wait_ended(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Return its exit code when it has ended by itself."""
        assert self._process is not None
        code = self._process.wait(timeout_s)
        self._ended()
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def _listen(self, what: str, timeout_s: float) -> None:
        assert self._process is not None
        line = read_line(self._process, timeout_s)
        if not line.startswith("{"):
            self.kill()
            raise RuntimeError(f"the platform did not {what}: {line}{self.log()}")
        told = json.loads(line)
        self.leads = told["role"] == "leader"
        self.gateway_url, self.web_url = told["gateway_url"], told["web_url"]
        if "key_id" in told:
            self.credentials = Credentials(
                told["username"],
                told["password"],
                told["key_id"],
                told["secret"],
                told["account_id"],
            )

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOP_TIMEOUT_S)
        self._ended()
        return code

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_TIMEOUT_S)
        self._ended()

    def log(self) -> str:
        """Return what it has written to standard error since its last start."""
        if self._log is not None and not self._log.closed:
            self._log.seek(0)
            self._last_log = self._log.read().decode(errors="replace")
        return self._last_log

    def _ended(self) -> None:
        self.log()
        if self._log is not None:
            self._log.close()
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def run(self, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run another command of ``tradewind`` on the same data folder."""
        return subprocess.run(  # noqa: S603 - our own command
            [*self.command, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


@contextmanager
def own_platform(name: str, **settings: str) -> Iterator[PlatformProcess]:
    """Run a platform over a folder of its own, which goes with it.

    Not below pytest's own folder, which every test run closes to other users, PostgreSQL's too.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"tw-{name}-"))
    process = PlatformProcess(folder, **settings)
    process.start()
    try:
        yield process
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def read_line(process: "subprocess.Popen[bytes]", timeout_s: float) -> str:
    """Return one line of a process, or nothing when it ends or the time is up."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(timeout_s):
            return ""
    return process.stdout.readline().decode()
