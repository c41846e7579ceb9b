"""Many seeds, on every processor."""

import logging
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import structlog
from tests.simulation.mutations import MUTATIONS
from tests.simulation.world import Outcome, simulate


def simulate_many(first: int, count: int, mutation: str | None = None) -> Iterator[Outcome]:
    """Yield the outcome of each seed, in order."""
    workers = min(os.cpu_count() or 1, 8, count)
    # Not forked: whoever calls may have threads and an event loop of its own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_be_quiet) as pool:
        seeds = range(first, first + count)
        yield from pool.map(_simulate, seeds, [mutation] * count, chunksize=5)


def _simulate(seed: int, mutation: str | None) -> Outcome:
    return simulate(seed, MUTATIONS[mutation]() if mutation else None)


def _be_quiet() -> None:
    """What is injected would be logged as what it is: trouble."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
