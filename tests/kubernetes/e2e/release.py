"""The two releases under test: the stores, and the platform with values for the test."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kubernetes.e2e.cluster import Answer, Cluster

ROOT = Path(__file__).resolve().parents[3]
CHARTS = ROOT / os.environ.get("CHARTS", ".build/charts") / "source"
PLATFORM, STORES = "tradewind", "stores"
CLAIM = "data-postgres-0"
"""The database's, which outlives an uninstall on purpose."""
_KEPT_BY = {"ReplicaSet", "StatefulSet"}
"""What keeps pods of services there, other than those of jobs and tests."""
Values = dict[str, Any]  # Any: values of a chart, as YAML has them


@dataclass(frozen=True)
class Release:
    """How the platform is installed: which images, and what else the caller's files say."""

    cluster: Cluster
    folder: Path
    """Where files with secrets may lie: it is gone when the run is."""
    registry: str
    tag: str
    files: tuple[Path, ...] = ()
    store_files: tuple[Path, ...] = ()
    passwords: dict[str, str] = field(
        default_factory=lambda: {
            "databasePassword": secrets.token_hex(16),
            "valkeyPassword": secrets.token_hex(16),
        }
    )
    identity_key: str = field(default_factory=lambda: secrets.token_hex(32))

    def image(self, name: str) -> str:
        """Return the name of one image."""
        return f"{self.registry}/{name}:{self.tag}"

    def install_stores(self) -> None:
        """Install PostgreSQL and Valkey and wait until both are ready."""
        files = [*self.store_files, self._file("stores.json", self.passwords)]
        self.cluster.helm(
            *("install", STORES, str(CHARTS / "local-stores"), *_options(files)),
            *("--wait", "--timeout", "10m"),
            timeout_s=660,
        )

    def upgrade(self, **changes: Values) -> None:
        """Install the platform, or bring it to other values, and wait until all of it is ready."""
        files = [
            CHARTS / "tradewind/values-local.yaml",
            self._file("platform.json", self._values()),
            *self.files,
            self._file("changes.json", changes),
        ]
        self.cluster.helm(
            *("upgrade", "--install", PLATFORM, str(CHARTS / "tradewind"), *_options(files)),
            *("--wait", "--timeout", "15m"),
            timeout_s=960,
        )

    def uninstall(self) -> None:
        """Take both releases away, also where only a part of them is there."""
        for name in (PLATFORM, STORES):
            self.cluster.helm(
                *("uninstall", name, "--ignore-not-found", "--wait", "--timeout", "5m"),
                timeout_s=330,
            )

    def pods(self) -> dict[str, Answer]:
        """Return the platform's pods that run services, by name."""
        chosen = f"app.kubernetes.io/part-of=tradewind,app.kubernetes.io/instance={PLATFORM}"
        listed = self.cluster.ask("get", "pods", "--selector", chosen)["items"]
        return {
            each["metadata"]["name"]: each
            for each in listed
            if {owner["kind"] for owner in each["metadata"].get("ownerReferences", [])} & _KEPT_BY
        }

    def all_ready(self, count: int) -> bool:
        """Tell whether there are so many pods of services, all ready and none about to end."""
        pods = self.pods().values()
        return len(pods) == count and all(
            "deletionTimestamp" not in pod["metadata"]
            and any(
                each["type"] == "Ready" and each["status"] == "True"
                for each in pod["status"].get("conditions", [])
            )
            for pod in pods
        )

    def _values(self) -> Values:
        return {
            "global": {
                "image": {"registry": self.registry, "tag": self.tag},
                "secrets": {"plain": {**self.passwords, "identityKey": self.identity_key}},
            },
            "ingress": {"enabled": False},
            # One that is killed must not be the only one, and orders cost cash.
            "api-gateway": {"replicas": 2},
            "account-service": {"settings": {"TRADEWIND_INITIAL_CASH": "900000000"}},
        }

    def _file(self, name: str, values: Values) -> Path:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(json.dumps(values))
        return file


def _options(files: list[Path]) -> list[str]:
    return [part for each in files for part in ("--values", str(each))]
