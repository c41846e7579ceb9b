"""Many runs in which everything goes wrong; ``make simulate SEEDS=5000`` goes further."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from tests.simulation.batch import simulate_many, simulators
from tests.simulation.mutations import MUTATIONS
from tests.simulation.world import simulate

SEEDS = int(os.environ.get("TRADEWIND_SIMULATION_SEEDS", "500"))
FEW = 12


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with simulators() as pool:
        yield pool


@pytest.mark.timeout(600)
def test_no_seed_breaks_a_truth(pool: ProcessPoolExecutor) -> None:
    records = leaders = 0
    for outcome in simulate_many(pool, 1, SEEDS):
        assert outcome.violation is None, (
            f"seed {outcome.seed}: {outcome.violation}; "
            f"again with make simulate FIRST={outcome.seed} SEEDS=1"
        )
        records += outcome.counts["records"]
        leaders += outcome.counts["leaders"]
    assert records > 50 * SEEDS, "hardly anything was traded"
    assert leaders > 5 * SEEDS, "hardly anything went wrong"


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_planted_bug_is_found(pool: ProcessPoolExecutor, mutation: str) -> None:
    outcomes = simulate_many(pool, 1, 60, mutation, at_once=1)
    assert any(outcome.violation for outcome in outcomes)


@pytest.mark.parametrize("mutation", [None, "goes-on-after-a-failure"])
def test_seed_gives_the_same_run_in_another_process(mutation: str | None) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", str(FEW), "--digests"]
    command += ["--mutation", mutation] if mutation else []
    runs = [
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        ).stdout.splitlines()[:-1]
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > FEW


def test_other_seed_gives_another_run() -> None:
    assert simulate(1).digest != simulate(2).digest
