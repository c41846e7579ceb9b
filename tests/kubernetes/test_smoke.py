"""What `helm test` runs in a cluster, on a platform that runs here."""

import os
import subprocess
import sys
from pathlib import Path

from tests.kubernetes.tools import named, render

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import free_port


def run_smoke_test(script: Path, **where: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, script],
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_smoke_test_passes_on_a_platform_that_runs_and_on_no_other(tmp_path: Path) -> None:
    script = tmp_path / "smoke_test.py"
    script.write_text(named(render("local"), "ConfigMap", "smoke-test")["data"]["smoke_test.py"])
    terminal = tmp_path / "terminal"
    terminal.mkdir()
    (terminal / "index.html").write_text("<html></html>")
    platform = PlatformProcess(tmp_path / "data", web_dist=str(terminal))
    platform.start()
    try:
        where = {"GATEWAY": platform.gateway_url, "TERMINAL": platform.web_url}
        passed = run_smoke_test(script, **where)
        assert (passed.returncode, passed.stderr) == (0, "")
        assert passed.stdout.count("ok: ") == len(passed.stdout.splitlines()) == 5
        nowhere = f"http://127.0.0.1:{free_port()}"
        assert run_smoke_test(script, **{**where, "GATEWAY": nowhere}).returncode == 1
    finally:
        platform.stop()
