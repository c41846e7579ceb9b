"""A platform of the demonstration's own: a child process on free ports with a throw-away folder."""

import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tradewind.demo.errors import DemoRefused
from tradewind.demo.venue_client import Credentials

_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 30.0
_LOG_LINES = 15


class ChildPlatform:
    """Starts ``tradewind up`` when entered, and stops it and removes its folder when left."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tradewind-demo-"))
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.credentials = Credentials("", "")

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _start(self) -> None:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("TRADEWIND_")},
            "TRADEWIND_DATA_DIR": str(self._folder / "data"),
            "TRADEWIND_GATEWAY_PORT": "0",
            "TRADEWIND_WEB_PORT": "0",
            "TRADEWIND_LOG_LEVEL": "warning",
            "TRADEWIND_RATE_LIMIT_PER_KEY": "1000000/minute",
            "TRADEWIND_RATE_LIMIT_PER_ADDRESS": "1000000/minute",
        }
        with (self._folder / "platform.log").open("w") as log:
            # In a session of its own, so that Ctrl-C reaches the demonstration alone, which then
            # stops the platform in order. In its folder, so that no .env of the user's is read.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tradewind", "up", "--json"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        said = json.loads(self._first_line(self._process))
        self.url = said["gateway_url"]
        self.credentials = Credentials(said["key_id"], said["secret"])

    def _first_line(self, process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        ends_at = time.monotonic() + _START_TIMEOUT_S
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() < ends_at:
                if selector.select(timeout=1.0):
                    line = process.stdout.readline()
                    if line:
                        return line
                    break
        log = (self._folder / "platform.log").read_text(encoding="utf-8").splitlines()
        raise DemoRefused(
            "the platform of the demonstration did not start:\n" + "\n".join(log[-_LOG_LINES:])
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)
