"""The command line: ``tradewind up`` and the commands around it."""

import json
import signal
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind.command_line import Archive, AsJson, DataDir, Port, ended, read_settings, run_command
from tradewind.database_commands import database_app
from tradewind.platform.version import UNKNOWN, this_build
from tradewind.serving.names import ServiceName
from tradewind.store_commands import data_app, journal_app, keys_app, users_app

app = typer.Typer(
    name="tradewind",
    help="A trading platform that its users own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(help="The environment of the services.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(journal_app, name="journal")
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(config_app, name="config")
app.add_typer(database_app, name="database")


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

    settings = read_settings(
        data_dir=data_dir, host=host, gateway_port=gateway_port, web_port=web_port
    )
    raise typer.Exit(run_command(lambda: run(settings, as_json=as_json)))


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

    settings = read_settings(host=host, service_port=port)
    wrong = problems(settings, [service])
    if wrong:
        raise ended(" ".join(wrong))
    raise typer.Exit(run_command(lambda: run(settings, service, as_json=as_json)))


@app.command()
def migrate() -> None:
    """Bring the database that TRADEWIND_DATABASE_URL names up to date; safe to run at any time."""
    from tradewind import maintenance

    settings = read_settings()
    for schema, before, after in run_command(lambda: maintenance.migrate_database(settings)):
        told = f"at {after} already" if before == after else f"{before or 'nothing'} -> {after}"
        typer.echo(f"{schema}: {told}")


@app.command("first-start")
def make_first_start(as_json: AsJson = False) -> None:
    """Make the first user, account and API key of a distributed platform, shown this once."""
    from tradewind import maintenance

    settings = read_settings()
    made = run_command(lambda: maintenance.make_first_start(settings))
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

    wrong = problems(read_settings(), services or list(ServiceName))
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
        raise ended(str(error)) from None


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
        raise ended(str(refused)) from None


@app.command()
def verify(data_dir: DataDir = None, archive: Archive = None) -> None:
    """Fold every journal again and compare amounts, positions and orders with the tables."""
    from tradewind import maintenance

    settings = read_settings(data_dir=data_dir, journal_archive_dir=archive)
    results = run_command(lambda: maintenance.verify(settings))
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

    settings = read_settings(data_dir=data_dir)
    newest = run_command(lambda: maintenance.reconciliations(settings))
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

    settings = read_settings(data_dir=data_dir, journal_archive_dir=archive)
    for line in run_command(lambda: maintenance.explain(settings, order_id)):
        typer.echo(line)


@app.command()
def version() -> None:
    """Print the version, and the commit where the build knows it."""
    build = this_build()
    commit = "" if build.revision == UNKNOWN else f" ({build.revision})"
    typer.echo(f"{build.version}{commit}")
