"""The command line: ``tradewind up`` and the commands around it."""

import json
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from tradewind import __version__
from tradewind.platform.errors import Refusal, StartupRefused
from tradewind.platform.settings import Settings, load_settings
from tradewind.serving.names import ServiceName

app = typer.Typer(
    name="tradewind",
    help="A trading platform that its users own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Market data in and out.", no_args_is_help=True)
keys_app = typer.Typer(help="API keys of programs.", no_args_is_help=True)
users_app = typer.Typer(help="People who sign in.", no_args_is_help=True)
config_app = typer.Typer(help="The environment of the services.", no_args_is_help=True)
journal_app = typer.Typer(help="Old records of the journal out and in.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(journal_app, name="journal")
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(config_app, name="config")

_T = TypeVar("_T")

DataDir = Annotated[
    Path | None,
    # Whether it can be used is the platform's to say, in a sentence of its own.
    typer.Option(help="Data folder (TRADEWIND_DATA_DIR).", show_default=False, readable=False),
]
Archive = Annotated[
    Path | None,
    typer.Option(
        help="Folder of archived records (TRADEWIND_JOURNAL_ARCHIVE_DIR).", show_default=False
    ),
]
Port = Annotated[int | None, typer.Option(min=0, max=65535, show_default=False)]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one line of JSON when ready, for programs.")
]


@app.command()
def up(
    data_dir: DataDir = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default=False)
    ] = None,
    gateway_port: Port = None,
    web_port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Start the whole platform and keep it running until Ctrl-C."""
    from tradewind.up import run

    settings = _settings(data_dir=data_dir, host=host, gateway_port=gateway_port, web_port=web_port)
    raise typer.Exit(_run(lambda: run(settings, as_json=as_json)))


@app.command()
def serve(
    service: Annotated[
        ServiceName,
        typer.Argument(help="Which service.", envvar="TRADEWIND_SERVICE", show_default=False),
    ],
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default=False)
    ] = None,
    port: Port = None,
    as_json: AsJson = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start again when the code changes: to develop.")
    ] = False,
) -> None:
    """Run one service as a process of its own until SIGTERM or Ctrl-C."""
    if reload:
        from tradewind.serving.reloading import run_reloading

        arguments = [each for each in sys.argv[1:] if each != "--reload"]
        raise typer.Exit(run_reloading([sys.executable, "-m", "tradewind", *arguments]))
    from tradewind.serving.command import run
    from tradewind.serving.requirements import problems

    settings = _settings(host=host, service_port=port)
    wrong = problems(settings, [service])
    if wrong:
        raise _ended(" ".join(wrong))
    raise typer.Exit(_run(lambda: run(settings, service, as_json=as_json)))


@app.command()
def migrate() -> None:
    """Bring the database that TRADEWIND_DATABASE_URL names up to date; safe to run at any time."""
    from tradewind import maintenance

    settings = _settings()
    for schema, before, after in _run(lambda: maintenance.migrate_database(settings)):
        told = f"at {after} already" if before == after else f"{before or 'nothing'} -> {after}"
        typer.echo(f"{schema}: {told}")


@app.command("first-start")
def make_first_start(as_json: AsJson = False) -> None:
    """Make the first user, account and API key of a distributed platform, shown this once."""
    from tradewind import maintenance

    settings = _settings()
    made = _run(lambda: maintenance.make_first_start(settings))
    if made is None:
        typer.echo("{}" if as_json else "There is a user already; nothing was made.")
        return
    fields = {
        "username": made.user.username,
        "password": made.password,
        "account_id": made.account.account_id,
        "key_id": made.key.key.key_id,
        "secret": made.key.secret,
    }
    if as_json:
        typer.echo(json.dumps(fields))
    else:
        typer.echo("Made just now and shown this once: keep them")
        for name, value in fields.items():
            typer.echo(f"{name:<11} {value}")


@config_app.command("check")
def check_config(
    services: Annotated[
        list[ServiceName] | None,
        typer.Argument(help="Which services; all unless named.", show_default=False),
    ] = None,
) -> None:
    """Check the environment of services and say in a sentence what is missing or a default."""
    from tradewind.serving.requirements import problems

    wrong = problems(_settings(), services or list(ServiceName))
    for sentence in wrong:
        typer.echo(sentence)
    if wrong:
        raise typer.Exit(1)
    typer.echo("The environment is complete.")


@app.command()
def probe(
    service: Annotated[ServiceName, typer.Argument(help="Which service.", show_default=False)],
    port: Port = None,
    leading: Annotated[
        bool, typer.Option("--leading", help="A process that stands by is not enough.")
    ] = False,
) -> None:
    """Ask a service of this machine whether it is well; exit code 1 when it is not."""
    from tradewind.probe import probe as ask

    try:
        typer.echo(ask(service, port=port, standby_is_well=not leading))
    except OSError as error:
        raise _ended(str(error)) from None


@app.command()
def demo(
    url: Annotated[
        str | None,
        typer.Option(
            help="Gateway of a running platform; unset starts one.",
            envvar="TRADEWIND_DEMO_URL",
            show_default=False,
        ),
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option(help="Administrator's key.", envvar="APCA_API_KEY_ID", show_default=False),
    ] = None,
    secret_key: Annotated[
        str | None,
        typer.Option(help="Its secret.", envvar="APCA_API_SECRET_KEY", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the replay.", min=0)] = 1,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day.", show_default=False)
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the chart goes.")] = Path(
        "out/tradewind-demo.html"
    ),
) -> None:
    """Let a moving-average bot trade a replay of real prices through the official client."""
    from tradewind.demo.command import DEFAULT_PLAN, DemoOptions, run
    from tradewind.demo.errors import DemoRefused
    from tradewind.demo.venue_client import Credentials

    plan = replace(DEFAULT_PLAN, seed=seed, start=start and start.date(), end=end and end.date())
    credentials = Credentials(key_id, secret_key) if key_id and secret_key else None
    # Leave in order, so that the platform started for the demonstration ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(DemoOptions(plan, output, url, credentials), Console())
    except DemoRefused as refused:
        raise _ended(str(refused)) from None


@app.command()
def verify(data_dir: DataDir = None, archive: Archive = None) -> None:
    """Fold every journal again and compare amounts, positions and orders with the tables."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir, journal_archive_dir=archive)
    results = _run(lambda: maintenance.verify(settings))
    table = Table("venue", "records", "orders", "executions", "postings", "differences")
    for result in results:
        counts = (result.records, result.orders, result.executions, result.postings)
        table.add_row(result.venue_id, *map(str, counts), str(len(result.differences)))
    console = Console()
    console.print(table)
    for result in results:
        for difference in result.differences:
            console.print(f"{result.venue_id}: {difference}", markup=False, soft_wrap=True)
    if any(result.differences for result in results):
        raise typer.Exit(1)
    console.print("The tables agree with the journals.")


@app.command()
def brokers(data_dir: DataDir = None) -> None:
    """Show what the newest comparison of each live venue with its broker found."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    newest = _run(lambda: maintenance.reconciliations(settings))
    console = Console()
    if not newest:
        console.print("No live venue has been compared with its broker yet.")
        return
    table = Table("venue", "compared at", "differences")
    for found in newest:
        at = f"{found.at:%Y-%m-%d %H:%M:%S} UTC"
        table.add_row(found.venue_id, at, str(len(found.differences)))
    console.print(table)
    for found in newest:
        for difference in found.differences:
            text = f"{found.venue_id}: {difference.message}"
            console.print(text, markup=False, soft_wrap=True, highlight=False)
    if any(found.differences for found in newest):
        raise typer.Exit(1)
    console.print("The brokers agree with us.")


@app.command()
def explain(
    order_id: Annotated[str, typer.Argument(help="The platform's id of the order.")],
    data_dir: DataDir = None,
    archive: Archive = None,
) -> None:
    """Print the life of an order: command, risk decision, fills with the book, ledger lines."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir, journal_archive_dir=archive)
    for line in _run(lambda: maintenance.explain(settings, order_id)):
        typer.echo(line)


@data_app.command("import")
def import_data(
    files: Annotated[list[Path], typer.Argument(help="CSV files of bars.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Bring daily or minute prices from CSV files into market data.

    The first line names the columns: symbol,date,open,high,low,close,volume for daily prices, with
    timestamp in the place of date for minute prices. A file is taken whole or not at all.
    """
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    summaries = _run(lambda: maintenance.import_bars(settings, files))
    console = Console()
    for path, summary in zip(files, summaries, strict=True):
        console.print(
            f"{path}: {summary.rows} {summary.timeframe} bars of {', '.join(summary.symbols)}, "
            f"{summary.first:%Y-%m-%d} to {summary.last:%Y-%m-%d}",
            markup=False, soft_wrap=True, highlight=False,
        )  # fmt: skip
    console.print("Replays show them; a platform that runs now does so after its next start.")


@journal_app.command("archive")
def archive_journal(
    before: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC) that stays out of it.")
    ],
    to: Annotated[Path, typer.Option(help="Folder of the archive.", file_okay=False)],
    drop: Annotated[
        bool, typer.Option("--drop", help="Let archived rows go that a start does not need.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write old records into compressed files with checksums, beside a running platform."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    instant = before.replace(tzinfo=UTC)
    done = _run(lambda: maintenance.archive_journal(settings, instant, to, drop=drop))
    table = Table("venue", "files", "records", "archived to", "followed to", "rows dropped")
    for summary, dropped, followed in done:
        counts = (summary.files, summary.records, summary.last, followed, dropped)
        table.add_row(summary.venue_id, *map(str, counts))
    console = Console()
    console.print(table)
    if drop:
        console.print(
            f"Keep the folder, and set TRADEWIND_JOURNAL_ARCHIVE_DIR={to.absolute()}: the first "
            "start of a new version may have to read it.",
            markup=False, soft_wrap=True, highlight=False,
        )  # fmt: skip


@journal_app.command("restore")
def restore_journal(
    source: Annotated[Path, typer.Option("--from", help="Folder of the archive.", file_okay=False)],
    data_dir: DataDir = None,
) -> None:
    """Bring archived records back into the journal, each file checked and compared."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    restored = _run(lambda: maintenance.restore_journal(settings, source))
    for venue_id, count in restored.items():
        typer.echo(f"{venue_id}: {count} records brought back")


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")] = "command line",
    username: Annotated[str, typer.Option(help="Whose account.")] = "admin",
    account: Annotated[
        str | None,
        typer.Option(help="Account id or number; unset takes the oldest.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make an API key; its secret is shown this once."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    made = _run(lambda: maintenance.create_key(settings, username, account, name))
    console = Console()
    for label, value in (("API key", made.key.key_id), ("API secret", made.secret)):
        console.print(f"{label:<11} {value}", markup=False, soft_wrap=True, highlight=False)


@users_app.command("reset-password")
def reset_password(
    username: Annotated[str, typer.Argument(help="Who has lost it.")] = "admin",
    data_dir: DataDir = None,
) -> None:
    """Give a user a new password, shown this once, and end their sessions."""
    from tradewind import maintenance

    settings = _settings(data_dir=data_dir)
    password = _run(lambda: maintenance.reset_password(settings, username))
    console = Console()
    for label, value in (("User name", username), ("Password", password)):
        console.print(f"{label:<11} {value}", markup=False, soft_wrap=True, highlight=False)
    console.print("Earlier sessions have ended; API keys stay in force.")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _settings(**overrides: object) -> Settings:
    """Read the settings and set up logging, or end with a sentence."""
    from tradewind.platform.logging import configure

    try:
        settings = load_settings(**overrides)
    except StartupRefused as refusal:
        raise _ended(str(refusal)) from None
    configure(settings)
    return settings


def _run(work: Callable[[], Coroutine[None, None, _T]]) -> _T:
    """Run a command's work; what is refused ends with a sentence and exit code 1."""
    import uvloop

    try:
        return uvloop.run(work())
    except StartupRefused as refusal:
        raise _ended(str(refusal)) from None
    except Refusal as refusal:
        raise _ended(refusal.message) from None


def _ended(message: str) -> typer.Exit:
    console = Console(stderr=True)
    console.print(f"Error: {message}", markup=False, highlight=False, soft_wrap=True, style="red")
    return typer.Exit(1)
