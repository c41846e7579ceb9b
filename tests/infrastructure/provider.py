"""One AWS provider for many runs of terraform, which spend most of their time starting theirs."""

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradewind.testing.waiting import wait_for

ATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")
PR_SET_PDEATHSIG = 1


@contextmanager
def shared_provider(executable: Path, log: Path) -> Iterator[dict[str, str]]:
    """Keep one provider running; yield the environment that makes terraform use it.

    Only for what configures no provider (validate, and tests with a mock provider): its settings
    are shared, too.
    """
    with log.open("w") as output:
        process = subprocess.Popen(
            [executable, "-debug"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
    try:
        found = wait_for(
            lambda: ATTACH.search(log.read_text()), f"the start of {executable.name}", timeout_s=120
        )
        yield {"TF_REATTACH_PROVIDERS": found.group(1)}
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _end_with_parent() -> None:
    """Let the kernel end this process when the tests are killed and cannot."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
