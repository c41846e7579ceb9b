"""Over TLS both stores prove who they are, and services notice when they cannot.

The wheels that other tests take PostgreSQL and Valkey from leave TLS out, so these take Debian's
PostgreSQL, and its Redis 7, which speaks Valkey's protocol.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.integration.platform.authority import Authority
from tests.integration.platform.shared_limits import assert_gateways_count_together

from tradewind.all_in_one import schemas
from tradewind.order_service.schema import SCHEMA
from tradewind.platform.database import Database
from tradewind.platform.database_users import ensure_users
from tradewind.platform.errors import StartupRefused
from tradewind.platform.migrations import migrate
from tradewind.platform.valkey_bus import ValkeyBus
from tradewind.testing.services import run_command
from tradewind.testing.waiting import free_port

OWNER, PASSWORD = "owner", "the-owners-password"
START_TIMEOUT_S = 30


def program(pattern: str) -> str:
    """Return a program of Debian's; skips, or fails where CI should have installed it."""
    found = sorted(Path("/").glob(pattern))
    if found:
        return str(found[-1])
    message = f"TLS IS NOT TESTED: there is no /{pattern} on this machine"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Short, for sockets, and open to the user whom PostgreSQL runs as.
    made = Path(tempfile.mkdtemp(prefix="tw-tls-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder / "ours", "ours")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Authority:
    """Return an authority of the same name that has signed nothing."""
    return Authority(folder / "theirs", "ours")


def wait_for_port(process: subprocess.Popen[bytes], log: Path, port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def postgres(folder: Path, authority: Authority) -> Iterator[str]:
    """Return where a PostgreSQL listens that takes nobody without TLS and a password."""
    binaries = Path(program("usr/lib/postgresql/*/bin/postgres")).parent
    user = "postgres" if os.geteuid() == 0 else None
    data, log, port = folder / "data", folder / "postgres.log", free_port()
    certificate, key = authority.certify("localhost")
    password = folder / "password"
    password.write_text(PASSWORD)
    data.mkdir(mode=0o700)
    if user:
        for path in (data, certificate.parent, certificate, key, password):
            shutil.chown(path, user, user)
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", OWNER, "--pwfile", password, "-A", "scram-sha-256"],
        check=True, capture_output=True, user=user, cwd="/",
    )  # fmt: skip
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "ssl": "on",
        "ssl_cert_file": certificate,
        "ssl_key_file": key,
    }
    options = [part for name, text in settings.items() for part in ("-c", f"{name}={text}")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            stdout=output, stderr=output, user=user, cwd="/",
        )  # fmt: skip
    try:
        wait_for_port(process, log, port)
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


Dsn = Callable[..., str]


@pytest.fixture(scope="module")
def dsn(postgres: str, authority: Authority) -> Dsn:
    """Return a function that makes a URL as an operator would write it."""

    def make(
        user: str = OWNER,
        password: str = f":{PASSWORD}",
        place: str = postgres,
        mode: str = "verify-full",
        root: Path = authority.file,
    ) -> str:
        return f"postgresql://{user}{password}@{place}/postgres?sslmode={mode}&sslrootcert={root}"

    return make


async def test_service_signs_in_over_tls_with_the_password_that_the_command_gave(
    dsn: Dsn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(dsn(), schemas())
    passwords = {schema.user: f"first-of-{schema.schema}" for schema in schemas()}
    await ensure_users(dsn(), schemas(), passwords)
    # The password lies in a file, as a secret of the container does, and is rotated.
    secret = tmp_path / "tradewind_database_password"
    secret.write_text("first-of-orders\n")
    monkeypatch.setenv("TRADEWIND_SECRETS_DIR", str(tmp_path))
    whole = dsn(user=SCHEMA.user, password=":first-of-orders")
    database = await Database.open(whole, SCHEMA)
    try:
        sql = "SELECT ssl AND usename = $1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        assert await database.fetchval(f"{sql} WHERE pid = pg_backend_pid()", SCHEMA.user)
        await ensure_users(
            dsn(), schemas(), {**passwords, SCHEMA.user: "second"}, set_passwords=True
        )
        with pytest.raises(asyncpg.InvalidPasswordError):
            await database.connect()
        secret.write_text("second\n")
        connection = await database.connect()
        assert await connection.fetchval("SELECT current_user") == SCHEMA.user
        await connection.close()
    finally:
        await database.close()


def test_command_takes_url_authority_and_password_from_the_environment(
    dsn: Dsn, tmp_path: Path
) -> None:
    (tmp_path / "tradewind_database_password").write_text(f"{PASSWORD}\n")
    done = run_command({"database_url": dsn(password=""), "secrets_dir": str(tmp_path)}, "migrate")
    assert done.returncode == 0, done.stderr
    assert "orders:" in done.stdout


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("authority", "CERTIFICATE_VERIFY_FAILED|certificate verify failed"),
        ("host", "mismatch|doesn't match"),
        ("plain", "no pg_hba.conf entry"),
    ],
)
async def test_postgres_that_is_not_who_it_should_be_is_refused(
    dsn: Dsn, postgres: str, stranger: Authority, wrong: str, reason: str
) -> None:
    url = {
        "authority": dsn(root=stranger.file),
        "host": dsn(place=postgres.replace("localhost", "127.0.0.1")),
        "plain": dsn(mode="disable"),
    }[wrong]
    with pytest.raises(StartupRefused, match=reason):
        await Database.open(url, SCHEMA)


@pytest.fixture(scope="module")
def valkey(folder: Path) -> Iterator[tuple[str, Authority]]:
    """Return where a Valkey listens over TLS alone, with a password, and who vouches for it."""
    authority = Authority(folder / "valkeys", "valkeys")
    certificate, key = authority.certify("localhost")
    log, port = folder / "valkey.log", free_port()
    arguments = {
        "port": 0, "tls-port": port, "bind": "127.0.0.1", "requirepass": PASSWORD, "save": "",
        "tls-cert-file": certificate, "tls-key-file": key, "tls-auth-clients": "no",
        "dir": folder,
    }  # fmt: skip
    options = [str(part) for name, text in arguments.items() for part in (f"--{name}", text)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                program("usr/bin/redis-server"),
                *options,
            ],
            stdout=output,
            stderr=output,
        )
    try:
        wait_for_port(process, log, port)
        yield f"localhost:{port}", authority
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


@pytest.fixture
async def bus(valkey: tuple[str, Authority]) -> AsyncIterator[ValkeyBus]:
    place, authority = valkey
    bus = ValkeyBus(f"valkeys://:{PASSWORD}@{place}/0?ssl_ca_certs={authority.file}")
    await bus.start()
    yield bus
    await bus.stop()


async def test_bus_and_limits_work_over_tls(bus: ValkeyBus, valkey: tuple[str, Authority]) -> None:
    async with bus.subscribe("feed.main") as reader:
        await bus.publish("feed.main", b"quote")
        assert await anext(reader) == b"quote"
    place, authority = valkey
    url = f"valkeys://:{PASSWORD}@{place}/0?ssl_ca_certs={authority.file}"
    await assert_gateways_count_together(url)


@pytest.mark.parametrize("wrong", ["authority", "host", "plain"])
async def test_valkey_that_is_not_who_it_should_be_is_refused(
    valkey: tuple[str, Authority], stranger: Authority, wrong: str
) -> None:
    place, authority = valkey
    address = place.replace("localhost", "127.0.0.1")
    url = {
        "authority": f"valkeys://:{PASSWORD}@{place}/0?ssl_ca_certs={stranger.file}",
        "host": f"valkeys://:{PASSWORD}@{address}/0?ssl_ca_certs={authority.file}",
        "plain": f"valkey://:{PASSWORD}@{place}/0",
    }[wrong]
    with pytest.raises(StartupRefused, match="Valkey does not answer"):
        await ValkeyBus(url).start()
