"""Commands on what is stored: prices, old records of the journal, keys and passwords."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind.command_line import DataDir, read_settings, run_command

data_app = typer.Typer(help="Market data in and out.", no_args_is_help=True)
journal_app = typer.Typer(help="Old records of the journal out and in.", no_args_is_help=True)
keys_app = typer.Typer(help="API keys of programs.", no_args_is_help=True)
users_app = typer.Typer(help="People who sign in.", no_args_is_help=True)


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

    settings = read_settings(data_dir=data_dir)
    summaries = run_command(lambda: maintenance.import_bars(settings, files))
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

    settings = read_settings(data_dir=data_dir)
    instant = before.replace(tzinfo=UTC)
    done = run_command(lambda: maintenance.archive_journal(settings, instant, to, drop=drop))
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

    settings = read_settings(data_dir=data_dir)
    restored = run_command(lambda: maintenance.restore_journal(settings, source))
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

    settings = read_settings(data_dir=data_dir)
    made = run_command(lambda: maintenance.create_key(settings, username, account, name))
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

    settings = read_settings(data_dir=data_dir)
    password = run_command(lambda: maintenance.reset_password(settings, username))
    console = Console()
    for label, value in (("User name", username), ("Password", password)):
        console.print(f"{label:<11} {value}", markup=False, soft_wrap=True, highlight=False)
    console.print("Earlier sessions have ended; API keys stay in force.")
