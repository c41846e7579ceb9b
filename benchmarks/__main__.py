"""Print every figure beside its reference, all measured in this run.

Usage: python -m benchmarks [--json FILE] [TABLE ...], where tables are named as in ``TABLES``.
"""

import argparse
import json
import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scripts.find_python import is_optimised

from benchmarks import (
    accounts,
    book,
    durable_orders,
    images,
    recovery,
    resting,
    snapshot_pause,
    startup,
)


def _table(title: str, *headings: str) -> Table:
    """Return an empty table whose first column names the rows."""
    table = Table(title=title)
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def orders_table() -> Table:
    """Measure durable acknowledgements over HTTP."""
    title = "Durable order acknowledgements over HTTP, 64 connections"
    headings = ("orders/s", "beside the reference", "p50 ms", "p99 ms", "processor us")
    table = _table(title, *headings, "p50 ms at half", "p99 ms at half")
    figures = durable_orders.measure()
    reference = figures[-1].per_second
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.per_second:,.0f}",
            f"{figure.per_second / reference:.2f}×",
            f"{figure.p50_ms:.2f}",
            f"{figure.p99_ms:.2f}",
            f"{figure.cpu_us:.0f}",
            f"{figure.paced_p50_ms:.2f}",
            f"{figure.paced_p99_ms:.2f}",
        )
    table.add_row("target", "", "≥ 1.50×", "", "", "", "", "< 25")
    return table


def book_table() -> Table:
    """Measure the pure book."""
    title = "Matching: 60 % adds, 30 % cancels, 10 % crossing"
    table = _table(title, "operations/s", "Tradewind is")
    figures = book.measure()
    ours = figures[0].per_second
    for figure in figures:
        table.add_row(figure.name, f"{figure.per_second:,.0f}", f"{ours / figure.per_second:.2f}×")
    table.add_row("target", "", "> 1.00× of bourse")
    return table


def resting_table() -> Table:
    """Measure the book by how many orders rest in it."""
    megabytes = resting.megabytes_of_a_million()
    title = f"Book by resting orders; a million of them take {megabytes:.0f} MB"
    table = _table(title, "resting", "operations/s", "beside the fewest")
    fewest: dict[str, float] = {}
    for figure in resting.measure():
        share = figure.per_second / fewest.setdefault(figure.name, figure.per_second)
        row = (f"{figure.resting:,}", f"{figure.per_second:,.0f}", f"{share:.2f}×")
        table.add_row(figure.name, *row)
    table.add_row("target", "100,000", "", "≥ 0.70×")
    return table


def accounts_table() -> Table:
    """Measure an order and its cancel in the core by how many accounts there are."""
    megabytes = accounts.megabytes_of_a_million()
    title = f"Core by accounts; a million open orders take {megabytes:,.0f} MB"
    table = _table(title, "accounts", "us for an order and its cancel", "beside the fewest")
    figures = accounts.measure()
    for figure in figures:
        share = figure.microseconds / figures[0].microseconds
        row = (f"{figure.accounts:,}", f"{figure.microseconds:.1f}", f"{share:.2f}×")
        table.add_row("Tradewind", *row)
    table.add_row("target", "", "", "≤ 1.20×")
    return table


def startup_table() -> Table:
    """Measure start-up and memory."""
    table = Table(title="Start-up time and resident memory")
    for heading in ("", "seconds", "MB"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in startup.measure():
        memory = "" if figure.megabytes is None else f"{figure.megabytes:.0f}"
        table.add_row(figure.name, f"{figure.seconds:.2f}", memory)
    return table


def recovery_table() -> Table:
    """Measure a start with a million open orders."""
    table = Table(title="Recovery of a million open orders")
    for heading in ("", "seconds", "MB", "target"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in recovery.measure():
        target = "< 20 s" if figure.name.startswith("recover") else ""
        table.add_row(figure.name, f"{figure.seconds:.2f}", f"{figure.megabytes:,.0f}", target)
    return table


def pause_table() -> Table:
    """Measure what orders feel of snapshots."""
    table = Table(title="200 orders a second beside snapshots, 100,000 orders open")
    for heading in ("", "p50 ms", "p99 ms", "worst ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in snapshot_pause.measure():
        times = (figure.p50_ms, figure.p99_ms, figure.max_ms)
        table.add_row(figure.name, *(f"{each:.1f}" for each in times))
    return table


def images_table() -> Table:
    """Measure the container images that `make images` or `make images-test` has built here."""
    table = Table(title="Container images: size, and time from docker run to the first answer")
    for heading in ("", "MB", "seconds"):
        table.add_column(heading, justify="left" if not heading else "right")
    figures = images.measure()
    for figure in figures:
        seconds = "" if figure.seconds is None else f"{figure.seconds:.2f}"
        table.add_row(figure.name, f"{figure.megabytes:.0f}", seconds)
    if not figures:
        table.add_row("none built here, or no engine: run make images first", "", "")
    return table


TABLES = {
    "book": book_table,
    "resting": resting_table,
    "accounts": accounts_table,
    "orders": orders_table,
    "recovery": recovery_table,
    "snapshots": pause_table,
    "startup": startup_table,
    "images": images_table,
}


def interpreter() -> str:
    """Say what runs the figures: how Python was built is worth an eighth of the platform's own."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    if not is_optimised():
        version += ", built without optimisation: that of a distribution is faster"
    return f"{version}; {os.cpu_count()} processors"


def cells(table: Table) -> list[dict[str, str]]:
    """Return the rows of a table as text, by heading; the first column's heading is ``""``."""
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    headings = [str(column.header) for column in table.columns]
    return [dict(zip(headings, row, strict=True)) for row in zip(*columns, strict=True)]


def main() -> None:
    """Measure what was asked for, print it, and keep it as JSON if a file was named."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--json", type=Path, help="write the tables into this file too")
    asked = parser.parse_args()
    if unknown := set(asked.tables) - set(TABLES):
        parser.error(f"there is no table {sorted(unknown)[0]}; there are {', '.join(TABLES)}")
    console = Console()
    console.print(interpreter())
    kept: dict[str, list[dict[str, str]]] = {}
    for name, measure in TABLES.items():
        if asked.tables and name not in asked.tables:
            continue
        table = measure()
        console.print(table)
        kept[name] = cells(table)
    if asked.json:
        asked.json.write_text(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
