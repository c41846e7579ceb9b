"""What every command needs: its options, the settings, and an end that says what was wrong."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from tradewind.platform.errors import Refusal, StartupRefused
from tradewind.platform.settings import Settings, load_settings

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


def read_settings(**overrides: object) -> Settings:
    """Read the settings and set up logging, or end with a sentence."""
    from tradewind.platform.logging import configure

    try:
        settings = load_settings(**overrides)
    except StartupRefused as refusal:
        raise ended(str(refusal)) from None
    configure(settings)
    return settings


def run_command(work: Callable[[], Coroutine[None, None, _T]]) -> _T:
    """Run a command's work; what is refused ends with a sentence and exit code 1."""
    import uvloop

    try:
        return uvloop.run(work())
    except StartupRefused as refusal:
        raise ended(str(refusal)) from None
    except Refusal as refusal:
        raise ended(refusal.message) from None


def ended(message: str) -> typer.Exit:
    """Say what was wrong, and return the end of the command with exit code 1."""
    console = Console(stderr=True)
    console.print(f"Error: {message}", markup=False, highlight=False, soft_wrap=True, style="red")
    return typer.Exit(1)
