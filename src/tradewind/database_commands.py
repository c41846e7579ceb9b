"""``tradewind database …``: what an owner does to the database of a distributed platform."""

from functools import partial
from typing import Annotated

import typer

from tradewind.command_line import read_settings, run_command

database_app = typer.Typer(help="The database of a distributed platform.", no_args_is_help=True)


@database_app.callback()
def _together() -> None:
    """Keep the name of a single command."""


@database_app.command("users")
def ensure_database_users(
    set_passwords: Annotated[
        bool, typer.Option("--set-passwords", help="Also of users that exist already.")
    ] = False,
) -> None:
    """Give each service a database user of its own, with the rights that its work needs.

    Run it after `tradewind migrate`, as the same user; it is safe to run at any time. Passwords
    come from TRADEWIND_DATABASE_PASSWORD_ORDER_SERVICE and so on, or from secret files of these
    names in lower case.
    """
    from tradewind import maintenance

    settings = read_settings()
    work = partial(maintenance.ensure_database_users, settings, set_passwords=set_passwords)
    for user, outcome in run_command(work):
        typer.echo(f"{user}: {outcome}")
