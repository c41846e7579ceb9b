"""Developing a service: it starts again when its code changes, and ends when it is told to."""

import signal
import subprocess
import sys
from pathlib import Path

from tradewind.testing.waiting import wait_for

RUNNER = (
    "import sys; from pathlib import Path; from tradewind.serving.reloading import run_reloading; "
    "sys.exit(run_reloading(sys.argv[2:], Path(sys.argv[1]), every_s=0.05))"
)
SERVICE = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"


def is_running(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_service_starts_again_when_its_code_changes_and_ends_on_sigterm(tmp_path: Path) -> None:
    source, started = tmp_path / "code" / "service.py", tmp_path / "started"
    source.parent.mkdir()
    source.write_text("first = 1\n")
    started.touch()
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, source.parent, sys.executable, "-c", SERVICE, started],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: len(started.read_text().split()) == 1, "the start")
        (first,) = started.read_text().split()
        source.write_text("second = 2\n")
        wait_for(lambda: len(started.read_text().split()) == 2, "the second start")
        second = started.read_text().split()[1]
        assert not is_running(first)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(timeout=20) == 0
        assert not is_running(second)
    finally:
        runner.kill()
        runner.wait()
