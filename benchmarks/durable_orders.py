"""Durable order acknowledgements a second over HTTP, beside a bare handler on the same PostgreSQL.

Both servers get the same requests from wrk over 64 connections, in turns, and after that at half of
the pace that each has just kept, see ``paced``. The whole way is measured: HTTP, authentication,
rate limits, validation, risk, matching, journal, commit, answer. The processor's time of a server's
process for an order says the same when other programs want the machine too.
"""

import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.order import ORDER
from benchmarks.paced import run_paced
from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import free_port

CONNECTIONS = 64
SECONDS = 5
ROUNDS = 3


class Figure(NamedTuple):
    """One row: the median of the rounds; latencies in milliseconds."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float = 0.0
    """Processor time of the server's process for an order, in microseconds."""
    paced_p50_ms: float = 0.0
    paced_p99_ms: float = 0.0
    """At half of the pace of the same round."""


class Contender(NamedTuple):
    """A server to measure."""

    name: str
    url: str
    headers: dict[str, str]
    pid: int


def measure(connections: int = CONNECTIONS, seconds: int = SECONDS) -> list[Figure]:
    """Return our row and the reference's."""
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
        platform = PlatformProcess(
            Path(folder) / "data",
            initial_cash="900000000",
            rate_limit_per_key="1000000000/minute",
            rate_limit_per_address="1000000000/minute",
        )
        platform.start()
        try:
            with bare_handler(database_url(platform)) as (url, pid):
                ours = Contender(
                    "Tradewind gateway", platform.gateway_url, platform.headers, platform.pid
                )
                bare = Contender("bare Starlette, one INSERT", url, {}, pid)
                return [_median(rows) for rows in _in_turns([ours, bare], connections, seconds)]
        finally:
            platform.stop()


def _in_turns(
    contenders: list[Contender], connections: int, seconds: int
) -> Iterator[list[Figure]]:
    rows: list[list[Figure]] = [[] for _ in contenders]
    for _ in range(ROUNDS):
        for row, (name, url, headers, pid) in zip(rows, contenders, strict=True):
            before = _processor_s(pid)
            peak = run_wrk(name, url, headers, connections, seconds)
            cpu_us = (_processor_s(pid) - before) / (peak.per_second * seconds) * 1e6
            paced = run_paced(url, headers, peak.per_second / 2, seconds)
            row.append(
                peak._replace(cpu_us=cpu_us, paced_p50_ms=paced.p50_ms, paced_p99_ms=paced.p99_ms)
            )
    yield from rows


def _median(rows: list[Figure]) -> Figure:
    values = [statistics.median(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return Figure(rows[0].name, *values)


def _processor_s(pid: int) -> float:
    """Return the seconds that a process has run so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def database_url(platform: PlatformProcess) -> str:
    """Return the DSN of a running platform's embedded PostgreSQL."""
    from tradewind.platform.embedded_postgres import EmbeddedPostgres

    dsn = asyncio.run(EmbeddedPostgres(platform.data_dir).attach())
    assert dsn is not None
    return dsn


@contextmanager
def bare_handler(dsn: str) -> Iterator[tuple[str, int]]:
    """Run the reference as a process of its own and yield its address and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_handler", dsn, str(port)])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def run_wrk(name: str, url: str, headers: dict[str, str], connections: int, seconds: int) -> Figure:
    """Send orders for some seconds; raises ``RuntimeError`` when any is not acknowledged."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_lua(headers))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s"]
        done = subprocess.run(
            [*command, script.name, f"{url}/v2/orders"],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{name} did not acknowledge everything:\n{done.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert rate is not None, done.stdout
    return Figure(
        name, float(rate[1]), _latency_ms(done.stdout, "50%"), _latency_ms(done.stdout, "99%")
    )


def _lua(headers: dict[str, str]) -> str:
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(json.dumps(ORDER))}"]
    for name, value in {"Content-Type": "application/json", **headers}.items():
        lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    return "\n".join(lines)


def _latency_ms(output: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", output)
    assert found is not None, output
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


if __name__ == "__main__":
    for figure in measure():
        print(
            f"{figure.name:30} {figure.per_second:10,.0f}/s"
            f"  p50 {figure.p50_ms:6.2f} ms  p99 {figure.p99_ms:6.2f} ms"
            f"  {figure.cpu_us:5.0f} us of processor"
            f"  at half of it p50 {figure.paced_p50_ms:6.2f} ms p99 {figure.paced_p99_ms:6.2f} ms"
        )
