"""Work out what Tradewind on AWS costs in a month, from the prices and numbers in ``aws.toml``.

Run ``python docs/costs/aws.py``; it writes the table into ``docs/guide/aws.md``, between its marks.
"""

import re
import tomllib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "aws.toml"
GUIDE = HERE.parent / "guide/aws.md"
SIZES = ("small", "medium", "large")
BEGIN, END = "<!-- costs: written by docs/costs/aws.py -->", "<!-- end of costs -->"


@dataclass(frozen=True)
class Line:
    """One thing that is paid for: its price for one in a month, in US dollars, and how many."""

    what: str
    unit: Decimal
    amounts: dict[str, Decimal]

    def cost(self, size: str) -> Decimal:
        """Return the exact cost in a month."""
        return self.unit * self.amounts[size]


@dataclass(frozen=True)
class Estimate:
    """The whole file, worked out."""

    date: str
    region: str
    prices: dict[str, Decimal]
    groups: dict[str, list[Line]]

    def shown(self, group: str, size: str) -> int:
        """Return a group's cost in whole dollars, as the table shows it."""
        exact = sum((line.cost(size) for line in self.groups[group]), Decimal(0))
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def total(self, size: str) -> int:
        """Return the sum of what the table shows, so that a reader who adds it up agrees."""
        return sum(self.shown(group, size) for group in self.groups)


def read(source: Path = SOURCE) -> Estimate:
    """Read the file; raises ``KeyError`` for a line whose price does not exist."""
    data = tomllib.loads(source.read_text())
    prices = {name: Decimal(price) for name, price in data["prices"].items()}
    hours = Decimal(data["hours"])
    groups = {}
    for group in data["groups"]:
        groups[group["name"]] = [
            Line(
                what=line["what"],
                unit=prices[line["price"]] * (hours if line["price"].endswith("-hour") else 1),
                amounts={size: Decimal(line[size]) for size in SIZES},
            )
            for line in group["lines"]
        ]
    return Estimate(data["date"], data["region"], prices, groups)


def table(estimate: Estimate) -> str:
    """Return the table by group and size."""
    rows = [
        f"| US dollars a month, {estimate.region}, {estimate.date} | small | medium | large |",
        "|---|---:|---:|---:|",
    ]
    for group in estimate.groups:
        cells = " | ".join(f"{estimate.shown(group, size):,}" for size in SIZES)
        rows.append(f"| {group} | {cells} |")
    sums = " | ".join(f"**{estimate.total(size):,}**" for size in SIZES)
    rows.append(f"| **Sum** | {sums} |")
    return "\n".join(rows)


def replace(text: str, tables: str) -> str:
    """Return the page with the tables between its marks; raises ``ValueError`` without marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    written, count = pattern.subn(lambda _: f"{BEGIN}\n{tables}\n{END}", text)
    if count != 1:
        raise ValueError(f"{GUIDE} has {count} places for the costs")
    return written


if __name__ == "__main__":
    GUIDE.write_text(replace(GUIDE.read_text(), table(read())))
