"""Run seeds and report: ``python -m tests.simulation --seeds 500``."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.batch import simulate_many, simulators
from tests.simulation.mutations import MUTATIONS


def main() -> int:
    """Run the seeds; 1 when one of them found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--mutation", choices=sorted(MUTATIONS), help="plant a known bug")
    parser.add_argument("--digests", action="store_true", help="print what each seed came to")
    arguments = parser.parse_args()
    started = time.monotonic()
    counts: Counter[str] = Counter()
    found = 0
    with simulators() as pool:
        for outcome in simulate_many(pool, arguments.first, arguments.seeds, arguments.mutation):
            counts.update(outcome.counts)
            if arguments.digests:
                print(outcome.seed, outcome.digest)
            if outcome.violation is not None:
                found += 1
                if found <= 3:
                    print(f"Seed {outcome.seed}: {outcome.violation}", *outcome.notes, sep="\n    ")
                    print(f"Again: make simulate FIRST={outcome.seed} SEEDS=1")
    seconds = time.monotonic() - started
    for what, count in sorted(counts.items()):
        print(f"{count:10,}  {what}")
    print(f"{arguments.seeds} seeds in {seconds:.1f} s, {found} of them found something")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
