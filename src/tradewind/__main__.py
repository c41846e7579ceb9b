"""``python -m tradewind``: the command line without its console script."""

from tradewind.cli import app

app(prog_name="tradewind")
