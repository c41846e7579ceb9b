"""Many seeds, on every processor."""

import logging
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import structlog
from tests.simulation.mutations import MUTATIONS
from tests.simulation.world import Outcome, simulate


@contextmanager
def simulators() -> Iterator[ProcessPoolExecutor]:
    """Yield processes that simulate; what they import takes longer than a seed."""
    # Not forked: whoever calls may have threads and an event loop of its own.
    context = multiprocessing.get_context("spawn")
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_be_quiet) as pool:
        yield pool


def simulate_many(
    pool: ProcessPoolExecutor,
    first: int,
    count: int,
    mutation: str | None = None,
    *,
    at_once: int = 5,
) -> Iterator[Outcome]:
    """Yield the outcome of each seed, in order.

    A process takes ``at_once`` seeds; who stops asking after a few has few of them.
    """
    seeds = range(first, first + count)
    yield from pool.map(_simulate, seeds, [mutation] * count, chunksize=at_once)


def _simulate(seed: int, mutation: str | None) -> Outcome:
    return simulate(seed, MUTATIONS[mutation]() if mutation else None)


def _be_quiet() -> None:
    """What is injected would be logged as what it is: trouble."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
