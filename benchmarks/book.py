"""Matching operations a second of the pure book, beside two order books from PyPI.

The workload is the same list of operations for everybody: 60 % limit orders that rest, 30 % cancels
of a random earlier order, 10 % limit orders that cross the spread, sweep what they reach and are
canceled if anything is left, as an ``ioc`` order is.
Everybody has to say after each order what became of it, and to hand over every trade. Ours and
``pyorderbook`` return the trades; ``bourse`` is asked for the order's status, and once at the end
for all trades. It is also told the time of each order, without which it forgets orders of the same
price. A second row shows ``bourse`` when nobody asks for the outcome. All must agree on the trades.
"""

import gc
import logging
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import bourse
import pyorderbook

from tradewind.order_service.domain.book import Book, Resting

OPERATIONS = 200_000
ROUNDS = 15
MID = 10_000
ADD, CANCEL, CROSS = range(3)


class Operation(NamedTuple):
    """One step; ``order`` is the number, ``name`` the id of the order added or canceled."""

    kind: int
    order: int
    name: str
    side: int
    price: int
    quantity: int


class Figure(NamedTuple):
    """One row: who, and how many operations a second (the best of the rounds)."""

    name: str
    per_second: float


def workload(count: int = OPERATIONS, seed: int = 1) -> list[Operation]:
    """Return the operations, the same for the same seed."""
    draw = random.Random(seed)
    operations: list[Operation] = []
    live: list[int] = []
    for order in range(count):
        dice, side = draw.random(), draw.randrange(2)
        direction = -1 if side == 0 else 1
        quantity = draw.randrange(1, 100)
        if dice < 0.6 or not live:
            price = MID + direction * draw.randrange(1, 200)
            operations.append(Operation(ADD, order, str(order), side, price, quantity))
            live.append(order)
        elif dice < 0.9:
            index = draw.randrange(len(live))
            live[index], live[-1] = live[-1], live[index]
            operations.append(Operation(CANCEL, live.pop(), "", 0, 0, 0))
        else:
            price = MID - direction * 100
            operations.append(Operation(CROSS, order, str(order), side, price, 2 * quantity))
    return operations


def run_tradewind(operations: list[Operation], book: Book | None = None) -> int:
    """Run the operations on our book, by the calls that the core makes; return how often it traded.

    The core asks what comes first on the other side as far as the limit reaches, takes what was
    traded off it, and rests what is left, unless that is canceled at once.
    """
    book = book or Book()
    add, first, reduce, remove = book.add, book.first, book.reduce, book.remove
    places: dict[int, Resting] = {}
    trades = 0
    for kind, number, name, side, price, quantity in operations:
        if kind == CANCEL:
            place = places.get(number)
            if place is not None:
                remove(place)
            continue
        left = quantity
        while left and (maker := first(1 - side, price)) is not None:
            traded = maker.quantity
            if traded > left:
                traded = left
            reduce(maker, traded)
            left -= traded
            trades += 1
        if left and kind == ADD:
            places[number] = add(name, side, price, left)
    return trades


def run_bourse(operations: list[Operation], asks: bool = True, book: Any = None) -> int:
    """Run the operations on bourse's Rust book; return the number of trades."""
    book = book or bourse.core.OrderBook(0, 1, True)
    places: dict[int, int] = {}
    place_order, cancel_order, order_status = (
        book.place_order,
        book.cancel_order,
        book.order_status,
    )
    set_time = book.set_time
    for kind, number, _, side, price, quantity in operations:
        if kind == CANCEL:
            cancel_order(places[number])
            continue
        set_time(number)
        place = place_order(side == 0, quantity, 0, price)
        if asks:
            order_status(place)
        if kind == ADD:
            places[number] = place
        else:
            cancel_order(place)
    return len(book.get_trades()) if asks else 0


def run_pyorderbook(operations: list[Operation]) -> int:
    """Run the operations on pyorderbook; return the number of trades."""
    logging.getLogger("pyorderbook.book").setLevel(logging.CRITICAL)
    book = pyorderbook.Book()
    places: dict[int, Any] = {}
    trades = 0
    for kind, number, _, side, price, quantity in operations:
        if kind == CANCEL:
            order = places[number]
            if order.quantity:
                book.cancel(order)
            continue
        order = (pyorderbook.ask if side else pyorderbook.bid)("X", price, quantity)
        trades += len(book.match(order).trades)
        if kind == ADD:
            places[number] = order
        elif order.quantity:
            book.cancel(order)
    return trades


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """Return a row for everybody, measured in turns."""
    operations = workload()
    short = operations[: OPERATIONS // 4]
    assert run_tradewind(short) == run_bourse(short) == run_pyorderbook(short)
    contenders: dict[str, Callable[[], int]] = {
        "Tradewind": lambda: run_tradewind(operations),
        "bourse (Rust)": lambda: run_bourse(operations),
        "bourse, outcome never asked": lambda: run_bourse(operations, asks=False),
        "pyorderbook": lambda: run_pyorderbook(short),
    }
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            start = time.process_time()
            run()
            elapsed = time.process_time() - start
            count = OPERATIONS // 4 if name == "pyorderbook" else OPERATIONS
            best[name] = max(best.get(name, 0.0), count / elapsed)
    return [Figure(name, per_second) for name, per_second in best.items()]


if __name__ == "__main__":
    for name, per_second in measure():
        print(f"{name:30} {per_second:12,.0f} operations/s")
