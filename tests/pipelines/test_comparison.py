"""Benchmarks of two commits side by side: which figure is better, and what is marked."""

from benchmarks.comparison import best, figures, less_is_better, report

TABLES = {
    "orders": [
        {"": "Tradewind", "orders/s": "2,400", "p99 ms": "30.50", "beside the reference": "1.20×"},
        {"": "target", "orders/s": "", "p99 ms": "", "beside the reference": "≥ 1.50×"},
    ]
}


def test_figures_are_read_without_targets() -> None:
    assert figures(TABLES) == {
        ("orders", "1. Tradewind", "orders/s"): 2400,
        ("orders", "1. Tradewind", "p99 ms"): 30.5,
        ("orders", "1. Tradewind", "beside the reference"): 1.2,
    }


def test_times_and_memory_are_better_when_less() -> None:
    assert [name for name in ("p99 ms", "processor us", "seconds", "MB") if less_is_better(name)] \
        == ["p99 ms", "processor us", "seconds", "MB"]  # fmt: skip
    assert not less_is_better("orders/s")
    assert not less_is_better("beside the reference")


def test_the_better_of_two_runs_counts() -> None:
    rate, time = ("orders", "1. a", "orders/s"), ("orders", "1. a", "p99 ms")
    assert best([{rate: 10, time: 5}, {rate: 12, time: 7}]) == {rate: 12, time: 5}


def test_what_became_worse_is_marked_and_what_is_new_left_out() -> None:
    rate, time, new = (("orders", "1. a", name) for name in ("orders/s", "p99 ms", "p50 ms"))
    told = report("main", {rate: 100, time: 10}, {rate: 80, time: 8, new: 1})
    (slower,) = [line for line in told.splitlines() if "orders/s" in line]
    (faster,) = [line for line in told.splitlines() if "p99 ms" in line]
    assert "-20% ⚠" in slower
    assert "-20% ✔" in faster
    assert "p50 ms" not in told
