"""Measure two commits in one run, each figure of one beside that of the other, as Markdown.

Usage: python -m benchmarks.comparison BASE [--dry-run] [TABLE ...]. Both are measured twice, in
turn, by the code that each has for it, and the better of both times counts: what else the machine
does meanwhile hits both. The report goes to ``.build/benchmarks/report.md`` and, in a workflow, to
its summary.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".build/benchmarks"
ROUNDS = 2
WORTH_A_LOOK = 0.10
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")
_LESS_IS_BETTER = re.compile(r"\b(ms|us|seconds|MB)\b")
_MORE_IS_BETTER = re.compile(r"/s\b|beside|Tradewind is")

Rows = dict[tuple[str, str, str], float]
"""Figures by table, row and column."""


def figures(tables: dict[str, list[dict[str, str]]]) -> Rows:
    """Return every number in the tables; rows of the same name are told apart by their order."""
    found: Rows = {}
    for table, rows in tables.items():
        for place, row in enumerate(rows):
            name = row.get("", "")
            if name == "target":
                continue
            for column, text in row.items():
                if column and (number := _NUMBER.search(text)):
                    label = f"{place + 1}. {name}"
                    found[table, label, column] = float(number.group().replace(",", ""))
    return found


def better(column: str, one: float, other: float) -> float:
    """Return the better of two figures of a column."""
    return min(one, other) if less_is_better(column) else max(one, other)


def less_is_better(column: str) -> bool:
    """Whether a column counts time or memory, and not how much was done."""
    return bool(_LESS_IS_BETTER.search(column)) and not _MORE_IS_BETTER.search(column)


def best(runs: list[Rows]) -> Rows:
    """Return the better figure of each, over the runs that have it."""
    merged: Rows = {}
    for run in runs:
        for place, value in run.items():
            merged[place] = better(place[2], merged[place], value) if place in merged else value
    return merged


def report(base: str, before: Rows, after: Rows) -> str:
    """Return a table in Markdown with what both have, what changed most marked."""
    lines = [f"## Benchmarks beside {base}", "", "| | | before | now | |", "|-|-|-:|-:|-|"]
    lines += _lines(before, after)
    marked = f"⚠ worse by more than {WORTH_A_LOOK:.0%}; ✔ better by as much."
    return "\n".join([*lines, "", marked, "Two runs of each in turn; the better one counts.", ""])


def _lines(before: Rows, after: Rows) -> Iterator[str]:
    for place, value in after.items():
        if place not in before:
            continue
        table, row, column = place
        change = value / before[place] - 1 if before[place] else 0.0
        gain = -change if less_is_better(column) else change
        mark = "⚠" if gain < -WORTH_A_LOOK else "✔" if gain > WORTH_A_LOOK else ""
        yield (
            f"| {table}: {row} | {column} | {before[place]:,.2f} | {value:,.2f} "
            f"| {change:+.0%} {mark} |"
        )


def _checkout(revision: str, folder: Path) -> None:
    _git("worktree", "remove", "--force", str(folder), check=False)
    _git("worktree", "add", "--force", "--detach", str(folder), revision)


def _git(*arguments: str, check: bool = True) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=check, capture_output=True, text=True)


def _measure(checkout: Path, tables: list[str]) -> Rows:
    kept = FOLDER / f"{checkout.name}.json"
    kept.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--json", kept, *tables],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": f"{checkout / 'src'}:{checkout}"},
        check=True,
    )
    # A commit from before there was --json leaves nothing to compare with.
    return figures(json.loads(kept.read_text())) if kept.exists() else {}


def compare(base: str, tables: list[str]) -> str:
    """Return the report of this commit beside another one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    places = {"base": base, "head": "HEAD"}
    runs: dict[str, list[Rows]] = {name: [] for name in places}
    try:
        for name, revision in places.items():
            _checkout(revision, FOLDER / name)
        for _ in range(ROUNDS):
            for name in places:
                runs[name].append(_measure(FOLDER / name, tables))
    finally:
        for name in places:
            _git("worktree", "remove", "--force", str(FOLDER / name), check=False)
    return report(base, best(runs["base"]), best(runs["head"]))


def main() -> None:
    """Compare, print the report and leave it where a workflow shows it."""
    parser = argparse.ArgumentParser(prog="benchmarks.comparison", description=__doc__)
    parser.add_argument("base", help="the commit, branch or tag to compare with")
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--dry-run", action="store_true", help="say what would be measured")
    asked = parser.parse_args()
    if asked.dry_run:
        print(f"+ measure {asked.base} and HEAD in turn, {ROUNDS} times each")
        return
    told = compare(asked.base, asked.tables)
    (FOLDER / "report.md").write_text(told)
    print(told)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a") as file:
            file.write(told)


if __name__ == "__main__":
    main()
