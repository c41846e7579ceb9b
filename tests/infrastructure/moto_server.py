"""A moto server that stands in for AWS: started for one test, and asked what it holds."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.infrastructure_tools import PROGRAMS

from tradewind.testing.waiting import free_port, wait_for

PYTHON = PROGRAMS / "python"

Inventory = dict[str, list[str]]


@dataclass(frozen=True)
class Moto:
    """A running server, for one account without anything in it."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what sends a program that uses an AWS SDK to this server instead of AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "moto",
            "AWS_SECRET_ACCESS_KEY": "moto",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def inventory(self, *regions: str) -> Inventory:
        """Return the ids of all that the account holds, by region and kind."""
        held: Inventory = json.loads(self._run("inventory.py", *regions))
        return held

    def empty_bucket(self, name: str) -> None:
        """Remove every version of every object of a bucket."""
        self._run("empty_bucket.py", name)

    def change_logs(self, region: str, group: str, days: int) -> None:
        """Keep a group of logs for another time, past Terraform."""
        self._run("change_logs.py", region, group, str(days))

    @contextmanager
    def recorded(self) -> Iterator[set[str]]:
        """Yield a set that will hold what AWS was asked for, such as `ecr.GetAccountSetting`.

        Only services whose requests name their action in a header are in it.
        """
        asked: set[str] = set()
        recorder = f"{self.url}/moto-api/recorder"
        httpx.post(f"{recorder}/start-recording", timeout=30).raise_for_status()
        yield asked
        httpx.post(f"{recorder}/stop-recording", timeout=30).raise_for_status()
        lines = httpx.get(f"{recorder}/download-recording", timeout=60).text.splitlines()
        headers = [json.loads(line)["headers"] for line in lines]
        asked.update(each["X-Amz-Target"] for each in headers if "X-Amz-Target" in each)

    def _run(self, script: str, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, Path(__file__).with_name(script), *arguments],
            env=_clean_environment() | self.environment | {"AWS_REGION": "us-east-1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{script} failed:\n{done.stderr}")
        return done.stdout


@contextmanager
def moto_server(folder: Path) -> Iterator[Moto]:
    """Run a server on a port of its own; its log is written to `folder`."""
    port = free_port()
    moto = Moto(f"http://127.0.0.1:{port}")
    with (folder / "moto.log").open("w") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "moto.server", "--port", str(port)],
            env=_clean_environment()
            # Roles are given policies that AWS itself maintains.
            | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
            | {"MOTO_RECORDER_FILEPATH": str(folder / "moto.requests")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: _answers(moto.url), "moto's first answer", timeout_s=180)
            yield moto
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/moto-api/", timeout=5).is_success
    except httpx.TransportError:
        return False


def _clean_environment() -> dict[str, str]:
    """Return this process's environment without anything of the caller's AWS account."""
    return {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
