"""Print every figure beside its reference, all measured in this run."""

from rich.console import Console
from rich.table import Table

from benchmarks import book, durable_orders, recovery, resting, snapshot_pause, startup


def orders_table() -> Table:
    """Measure durable acknowledgements over HTTP."""
    table = Table(title="Durable order acknowledgements over HTTP, 64 connections")
    for heading in ("", "orders/s", "p50 ms", "p99 ms", "beside the reference"):
        table.add_column(heading, justify="left" if not heading else "right")
    figures = durable_orders.measure()
    reference = figures[-1].per_second
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.per_second:,.0f}",
            f"{figure.p50_ms:.2f}",
            f"{figure.p99_ms:.2f}",
            f"{figure.per_second / reference:.2f}×",
        )
    return table


def book_table() -> Table:
    """Measure the pure book."""
    table = Table(title="Matching: 60 % adds, 30 % cancels, 10 % crossing")
    for heading in ("", "operations/s", "Tradewind is"):
        table.add_column(heading, justify="left" if not heading else "right")
    figures = book.measure()
    ours = figures[0].per_second
    for figure in figures:
        table.add_row(figure.name, f"{figure.per_second:,.0f}", f"{ours / figure.per_second:.2f}×")
    return table


def resting_table() -> Table:
    """Measure the book by how many orders rest in it."""
    megabytes = resting.megabytes_of_a_million()
    table = Table(title=f"Book by resting orders; a million of them take {megabytes:.0f} MB")
    for heading in ("", "resting", "operations/s"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in resting.measure():
        table.add_row(figure.name, f"{figure.resting:,}", f"{figure.per_second:,.0f}")
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


if __name__ == "__main__":
    console = Console()
    for measure in (
        book_table,
        resting_table,
        orders_table,
        recovery_table,
        pause_table,
        startup_table,
    ):
        console.print(measure())
