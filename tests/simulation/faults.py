"""What may go wrong in a run, and how often: drawn from the seed, switched off at its end."""

from random import Random
from typing import Literal

Fate = Literal["commits", "fails", "answer is lost"]


class Faults:
    """The run's dice; every run has weather of its own."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.on = True
        self.snapshot_every = random.choice((10, 40, 200))
        self._commit_fails = random.choice((0.0, 0.0, 0.005, 0.02))
        self._commits_are_slow = random.choice((0.0, 0.02, 0.2))
        self._network_is_slow = random.choice((0.0, 0.05, 0.3))

    def fate_of_a_commit(self) -> Fate:
        """Say what becomes of a statement."""
        dice = self._random.random()
        if not self.on or dice >= self._commit_fails:
            return "commits"
        return "fails" if dice < self._commit_fails / 2 else "answer is lost"

    def commit_latency(self) -> float:
        """Return how long a commit takes, in seconds."""
        if self.on and self._random.random() < self._commits_are_slow:
            return self._random.choice((0.1, 1.0, 5.0, 40.0))
        return self._random.choice((0.0, 0.001, 0.003))

    def query_latency(self) -> float:
        """Return how long a look into the database takes, in seconds."""
        if self.on and self._random.random() < self._commits_are_slow:
            return self._random.uniform(0.0, 1.0)
        return self._random.choice((0.0, 0.0, 0.0005, 0.002, 0.01))

    def network_latency(self) -> float:
        """Return how long a message takes, in seconds: they overtake one another."""
        if self.on and self._random.random() < self._network_is_slow:
            return self._random.uniform(0.0, 0.5)
        return self._random.choice((0.0, 0.0, 0.0002, 0.001))

    def breaks(self, chance: float) -> bool:
        """Draw whether something breaks."""
        return self.on and self._random.random() < chance
