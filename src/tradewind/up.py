"""``tradewind up``: start the platform, say where it is, and stop it on a signal."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tradewind.all_in_one import STAGES, Platform, Report, Running
from tradewind.platform.logging import get_logger
from tradewind.platform.process_end import EXIT_FAILED
from tradewind.platform.settings import Settings
from tradewind.signals import stop_on_signals, unless


async def run(settings: Settings, *, as_json: bool) -> int:
    """Run until a signal or a failure and return the exit code."""
    started_at = time.monotonic()
    stop = stop_on_signals()
    with _progress(quiet=as_json) as report:
        platform = Platform(settings, report)
        running = await unless(stop, platform.start())
    if running is None:
        return 0
    try:
        seconds = time.monotonic() - started_at
        _tell(running, seconds, as_json=as_json)
        if not running.leads:
            leading = await unless(stop, platform.lead())
            if leading is None:
                return 0
            _tell(leading, time.monotonic() - started_at, as_json=as_json)
        failure = await unless(stop, platform.wait_failed())
        if failure is not None:
            get_logger("platform").critical(
                "stopping: the platform must not go on", exc_info=failure
            )
        elif not as_json:
            Console(highlight=False).print("Stopping… (Ctrl-C again stops at once)")
        return EXIT_FAILED if failure else 0
    finally:
        await platform.stop()


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Report]:
    console = Console()
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as bar:
            task = bar.add_task("Starting", total=STAGES)
            begun = 0

            def advance(stage: str) -> None:
                nonlocal begun
                bar.update(task, description=stage, completed=begun)
                begun += 1

            yield advance
    else:
        yield lambda stage: console.print(f"{stage} …", markup=False, highlight=False)


def _tell(running: Running, seconds: float, *, as_json: bool) -> None:
    if as_json:
        _announce_json(running)
    elif running.leads:
        _announce(running, seconds)
    else:
        Console(highlight=False).print(
            "Another Tradewind leads at this database. This one follows it and takes over when it "
            f"ends; until then {running.gateway_url} answers 503. Stop with Ctrl-C."
        )


def _announce(running: Running, seconds: float) -> None:
    console = Console(highlight=False)
    console.print(f"Tradewind runs (started in {seconds:.1f} s).", style="bold")
    table = Table.grid(padding=(0, 2))
    table.add_row("Web terminal", running.web_url)
    table.add_row("API gateway", f"{running.gateway_url} (documentation at /docs)")
    console.print(table)
    made = running.bootstrap
    if made is not None:
        secrets = Table.grid(padding=(0, 2))
        secrets.add_row("User name", made.user.username)
        secrets.add_row("Password", made.password)
        secrets.add_row("API key", made.key.key.key_id)
        secrets.add_row("API secret", made.key.secret)
        title = "Made just now and shown this once: keep them"
        if console.is_terminal:
            console.print(Panel(secrets, title=title, expand=False))
        else:
            console.print(title)
            console.print(secrets, soft_wrap=True)
    console.print("Stop with Ctrl-C.")


def _announce_json(running: Running) -> None:
    made = running.bootstrap
    fields: dict[str, str] = {
        "role": "leader" if running.leads else "standby",
        "gateway_url": running.gateway_url,
        "web_url": running.web_url,
    }
    if made is not None:
        fields |= {
            "username": made.user.username,
            "password": made.password,
            "account_id": made.account.account_id,
            "key_id": made.key.key.key_id,
            "secret": made.key.secret,
        }
    Console().file.write(json.dumps(fields) + "\n")
    Console().file.flush()
