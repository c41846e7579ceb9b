"""Book operations a second with few and with many resting orders, and the memory they take.

The orders that rest lie behind the prices at which the workload of ``benchmarks.book`` trades, so
that both sizes do the same work. Memory is that of a million places in a book, in a process of its
own.
"""

import gc
import os
import random
import subprocess
import sys
import time
from typing import NamedTuple

import bourse

from benchmarks.book import MID, Operation, run_bourse, run_tradewind, workload
from benchmarks.startup import resident_megabytes
from tradewind.order_service.domain.book import Book

SIZES = (1_000, 100_000)
OPERATIONS = 100_000
ROUNDS = 3
MILLION = 1_000_000


class Figure(NamedTuple):
    """One row: who, with how many resting orders, and operations a second (best of the rounds)."""

    name: str
    resting: int
    per_second: float


def _behind(count: int) -> list[tuple[int, int]]:
    """Return side and price of orders that the workload does not reach."""
    draw = random.Random(2)
    sides = [draw.randrange(2) for _ in range(count)]
    return [(side, MID + (1 if side else -1) * draw.randrange(300, 800)) for side in sides]


def time_tradewind(resting: int, operations: list[Operation]) -> float:
    """Return the seconds that our book takes."""
    book = Book()
    for number, (side, price) in enumerate(_behind(resting)):
        book.add(f"r{number}", side, price, 1)
    start = time.process_time()
    run_tradewind(operations, book)
    return time.process_time() - start


def time_bourse(resting: int, operations: list[Operation]) -> float:
    """Return the seconds that bourse's Rust book takes, asked for outcomes and trades."""
    book = bourse.core.OrderBook(0, 1, True)
    for number, (side, price) in enumerate(_behind(resting)):
        book.set_time(number)
        book.place_order(side == 0, 1, 0, price)
    start = time.process_time()
    run_bourse(operations, book=book)
    return time.process_time() - start


def measure() -> list[Figure]:
    """Return a row for each size and book, measured in turns."""
    operations = workload(OPERATIONS)
    best: dict[tuple[str, int], float] = {}
    for _ in range(ROUNDS):
        for name, timed in (("Tradewind", time_tradewind), ("bourse (Rust)", time_bourse)):
            for resting in SIZES:
                gc.collect()
                per_second = OPERATIONS / timed(resting, operations)
                best[name, resting] = max(best.get((name, resting), 0.0), per_second)
    return [Figure(name, resting, per_second) for (name, resting), per_second in best.items()]


def megabytes_of_a_million() -> float:
    """Return the memory of a million orders in a book, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.resting", "--million"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return float(done.stdout)


def _fill_a_book() -> None:
    before = resident_megabytes(os.getpid())
    book = Book()
    for number, (side, price) in enumerate(_behind(MILLION)):
        book.add(f"00000000-0000-7000-9000-{number:012d}", side, price, 1)
    print(resident_megabytes(os.getpid()) - before)


if __name__ == "__main__":
    if "--million" in sys.argv:
        _fill_a_book()
    else:
        for row in measure():
            print(f"{row.name:16} {row.resting:9,} resting {row.per_second:12,.0f} operations/s")
        print(f"{megabytes_of_a_million():.0f} MB for a million resting orders")
