"""The command line as its users meet it: child processes on data folders of their own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from tradewind.platform.embedded_postgres import EmbeddedPostgres

START_TIMEOUT_S = 60


class Cli:
    """Runs commands on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("TRADEWIND_")},
            "TRADEWIND_DATA_DIR": str(folder),
            "TRADEWIND_GATEWAY_PORT": "0",
            "TRADEWIND_WEB_PORT": "0",
            "COLUMNS": "200",
        }
        self.processes: list[subprocess.Popen[str]] = []
        self.start_seconds: list[float] = []

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tradewind", *arguments],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_TIMEOUT_S,
        )

    def up(self) -> "Up":
        before = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "tradewind", "up", "--json"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=10)[1]
        self.start_seconds.append(time.monotonic() - before)
        return Up(process, json.loads(line))

    def end_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)
        self.processes.clear()

    def close(self) -> None:
        self.end_all()
        asyncio.run(EmbeddedPostgres(self.folder).stop())


class Up:
    """A platform that runs."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, str]) -> None:
        self.process = process
        self.said = said

    def end(self, kind: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(kind)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cli, dict[str, str]]]:
    """Return a data folder after a first start, and what that start said."""
    folder = Path(tempfile.mkdtemp(prefix="tw-cli-"))
    cli = Cli(folder)
    first = cli.up()
    code, errors = first.end(signal.SIGINT)
    assert (code, "Traceback" in errors) == (0, False), errors
    yield cli, first.said
    cli.close()
    shutil.rmtree(folder)


@pytest.fixture
def cli(made: tuple[Cli, dict[str, str]]) -> Iterator[Cli]:
    yield made[0]
    made[0].end_all()


def test_the_first_start_shows_a_user_and_a_key_and_no_other_start_does(
    cli: Cli, made: tuple[Cli, dict[str, str]]
) -> None:
    said = made[1]
    assert {"username", "password", "key_id", "secret", "account_id"} < said.keys()
    again = cli.up()
    assert again.said.keys() == {"role", "gateway_url", "web_url"}
    assert again.end(signal.SIGTERM)[0] == 0


def test_the_first_key_trades_with_the_initial_cash(
    cli: Cli, made: tuple[Cli, dict[str, str]]
) -> None:
    said = made[1]
    running = cli.up()
    headers = {"APCA-API-KEY-ID": said["key_id"], "APCA-API-SECRET-KEY": said["secret"]}
    account = httpx.get(f"{running.said['gateway_url']}/v2/account", headers=headers).json()
    assert account["cash"] == "100000"
    assert running.end(signal.SIGINT)[0] == 0


def test_a_second_start_is_quicker_than_the_first(cli: Cli) -> None:
    cli.up().end(signal.SIGINT)
    assert cli.start_seconds[-1] < cli.start_seconds[0]


def test_the_gateway_answers_below_api_on_the_web_port_too(cli: Cli) -> None:
    running = cli.up()
    for url in (running.said["gateway_url"], f"{running.said['web_url']}/api"):
        response = httpx.get(f"{url}/v2/account")
        assert (response.status_code, response.json()["code"]) == (401, 40110000)
    page = httpx.get(running.said["web_url"])
    assert page.headers["content-type"].startswith("text/html")
    assert httpx.get(f"{running.said['gateway_url']}/healthz/ready").status_code == 200
    running.end(signal.SIGINT)


def test_a_killed_platform_starts_again_and_verifies(cli: Cli) -> None:
    cli.up().end(signal.SIGKILL)
    beside = cli.run("verify")
    assert (beside.returncode, "agree" in beside.stdout) == (0, True), beside.stderr
    again = cli.up()
    running = cli.run("verify")
    assert running.returncode == 0, running.stderr
    again.end(signal.SIGINT)
    stopped = cli.run("verify")
    assert stopped.returncode == 0, stopped.stderr


def test_a_platform_whose_database_dies_ends_and_starts_again(cli: Cli) -> None:
    running = cli.up()
    pid_file = cli.folder / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    _, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 70, errors
    assert "the database server has ended" in errors
    assert cli.up().end(signal.SIGINT)[0] == 0
    assert cli.run("verify").returncode == 0


def test_keys_are_made_beside_a_running_platform(cli: Cli) -> None:
    running = cli.up()
    made = cli.run("keys", "create", "bot")
    key, secret = (line.split()[-1] for line in made.stdout.splitlines())
    headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
    answer = httpx.get(f"{running.said['gateway_url']}/v2/account", headers=headers)
    assert answer.status_code == 200
    running.end(signal.SIGINT)


def test_old_records_leave_beside_a_running_platform_and_come_back(
    cli: Cli, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    running = cli.up()
    done = cli.run("journal", "archive", "--before", "2100-01-01", "--to", str(archive), "--drop")
    assert done.returncode == 0, done.stderr
    assert "TRADEWIND_JOURNAL_ARCHIVE_DIR" in done.stdout
    assert list(archive.glob("main/*.jsonl.gz"))
    assert cli.run("verify", "--archive", str(archive)).returncode == 0
    running.end(signal.SIGINT)
    back = cli.run("journal", "restore", "--from", str(archive))
    assert back.stdout.startswith("main: "), back.stderr
    assert cli.run("verify").returncode == 0
    shutil.rmtree(archive)
    assert_refused(cli.run("journal", "restore", "--from", str(archive)), "cannot be read")


def test_a_lost_password_is_replaced_beside_a_running_platform(cli: Cli) -> None:
    running = cli.up()
    made = cli.run("users", "reset-password")
    username, password = (line.split()[-1] for line in made.stdout.splitlines()[:2])
    assert username == "admin", made.stderr
    answer = httpx.post(
        f"{running.said['gateway_url']}/tradewind/v1/session",
        json={"username": username, "password": password},
    )
    assert answer.status_code in (200, 201), answer.text
    assert_refused(cli.run("users", "reset-password", "nobody"), "'nobody'")
    running.end(signal.SIGINT)


def test_a_key_for_an_unknown_user_is_refused(cli: Cli) -> None:
    assert_refused(cli.run("keys", "create", "--username", "nobody"), "'nobody'")


def test_prices_are_imported_from_csv(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("symbol,date,open,high,low,close,volume\nACME,2020-01-02,10,11,9.5,10.5,1000\n")
    done = cli.run("data", "import", str(file))
    assert "1 1Day bars of ACME, 2020-01-02 to 2020-01-02" in done.stdout, done.stderr


def test_a_bad_price_file_is_refused_by_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("symbol,date,open,high,low,close,volume\nACME,2020-01-02,10,9,9.5,10.5,1000\n")
    assert_refused(cli.run("data", "import", str(file)), "line 2")


def test_a_second_platform_on_the_same_folder_is_refused(cli: Cli) -> None:
    running = cli.up()
    assert_refused(cli.run("up"), f"Another Tradewind (process {running.process.pid})")
    running.end(signal.SIGINT)


def test_a_taken_port_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = Cli(tmp_path / "new").run("up", TRADEWIND_GATEWAY_PORT=str(port))
    assert_refused(refused, f"Port {port}", "TRADEWIND_GATEWAY_PORT")
    assert not (tmp_path / "new").exists()


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("999\n")
    assert_refused(Cli(tmp_path).run("up"), "newer version", "Update Tradewind")


def test_a_schema_of_a_newer_version_is_refused(cli: Cli) -> None:
    async def advance(revision: str) -> str:
        import asyncpg

        server = EmbeddedPostgres(cli.folder)
        connection = await asyncpg.connect(await server.start())
        table = "orders.alembic_version"
        before: str = await connection.fetchval(f"SELECT version_num FROM {table}")
        await connection.execute(f"UPDATE {table} SET version_num = $1", revision)
        await connection.close()
        await server.stop()
        return before

    real = asyncio.run(advance("9999"))
    try:
        assert_refused(cli.run("up"), "newer version", "'9999'")
    finally:
        asyncio.run(advance(real))


@pytest.mark.parametrize("command", [("up",), ("verify",), ("keys", "create")])
def test_a_folder_that_cannot_be_written_is_refused(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("a regular file")
    assert_refused(Cli(tmp_path / "file" / "data").run(*command), "TRADEWIND_DATA_DIR")


def test_a_wrong_setting_is_refused_by_name(tmp_path: Path) -> None:
    refused = Cli(tmp_path).run("up", TRADEWIND_FEED="tea_leaves")
    assert_refused(refused, "TRADEWIND_FEED", "tea_leaves")


def test_commands_on_a_folder_without_a_database_say_how_to_make_one(tmp_path: Path) -> None:
    assert_refused(Cli(tmp_path).run("verify"), "tradewind up")


def test_an_interrupted_first_start_leaves_nothing_running(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tw-int-"))
    cli = Cli(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind", "up"],
        env=cli.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "Bringing" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert asyncio.run(EmbeddedPostgres(folder).attach()) is None
    shutil.rmtree(folder)


def test_the_version_is_printed() -> None:
    assert Cli(Path()).run("version").stdout == f"{version('tradewind')}\n"


def test_an_image_prints_its_version_and_its_commit() -> None:
    image = {"TRADEWIND_VERSION": "1.2.3", "TRADEWIND_REVISION": "f00d"}
    assert Cli(Path()).run("version", **image).stdout == "1.2.3 (f00d)\n"


def assert_refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr
