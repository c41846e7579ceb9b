"""The costs that the guide shows are those that the prices and numbers beside it give."""

import re
import runpy
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "docs/costs/aws.py"))
DATA: dict[str, Any] = tomllib.loads((ROOT / "docs/costs/aws.toml").read_text())  # Any: TOML
GUIDE = (ROOT / "docs/guide/aws.md").read_text()
ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<cells>[\d,* |]+) \|$", re.MULTILINE)
SIZES = ("small", "medium", "large")
TERRAFORM = (ROOT / "deploy/terraform/modules/platform/sizes.tf").read_text()
MACHINE = re.compile(r"^(?:db|cache)\.[\w.]+$|^[a-z0-9]+\.\w+ (?:on demand|spot)$")


def shown() -> dict[str, list[int]]:
    """Return the rows of the guide's table."""
    table = GUIDE.partition(SCRIPT["BEGIN"])[2].partition(SCRIPT["END"])[0]
    return {
        row["name"].strip("*"): [int(re.sub(r"\D", "", cell)) for cell in row["cells"].split("|")]
        for row in ROW.finditer(table)
    }


def test_guide_shows_what_the_script_works_out() -> None:
    assert SCRIPT["replace"](GUIDE, SCRIPT["table"](SCRIPT["read"]())) == GUIDE


def test_whoever_adds_up_the_table_gets_its_sum() -> None:
    rows = shown()
    total = rows.pop("Sum")
    assert len(rows) == len(DATA["groups"])
    assert [sum(column) for column in zip(*rows.values(), strict=True)] == total


def test_a_group_is_its_lines_at_their_prices() -> None:
    # By hand: 0.10 × 730 + 4 × 0.0816 × 730 + 200 × 0.08 = 73 + 238.272 + 16.
    rows = shown()
    assert rows["Kubernetes: control plane, nodes, their disks"][0] == 327
    # 2 × 0.168 × 730 + 400 × 0.115 = 245.28 + 46.
    assert rows["PostgreSQL: primary and standby, storage"][1] == 291


def test_every_price_is_used_and_none_is_free() -> None:
    used = {line["price"] for group in DATA["groups"] for line in group["lines"]}
    assert used == set(DATA["prices"])
    assert all(Decimal(price) > 0 for price in DATA["prices"].values())


@pytest.mark.parametrize("group", DATA["groups"], ids=lambda group: str(group["name"]))
def test_a_larger_size_costs_no_less(group: dict[str, Any]) -> None:  # Any: TOML
    costs = [SCRIPT["read"]().shown(group["name"], size) for size in SIZES]
    assert costs == sorted(costs)


def test_the_guide_tells_the_date_and_region_of_the_prices() -> None:
    assert f"US dollars a month, {DATA['region']}, {DATA['date']}" in GUIDE
    assert f"list prices on demand of {DATA['region']}" in GUIDE


def machines(size: str) -> Counter[str]:
    """Return the machines that Terraform makes for a size: databases and Valkey's nodes, nodes."""
    found = re.search(rf"^    {size} = \{{\n(.*?)^    \}}", TERRAFORM, re.MULTILINE | re.DOTALL)
    assert found is not None
    block = found[1]
    made: Counter[str] = Counter()
    made[re.findall(r'instance_class = "([^"]+)"', block)[0]] += 2  # a standby beside it
    node_type, nodes = re.findall(r'node_type = "([^"]+)", nodes = (\d+)', block)[0]
    made[node_type] += int(nodes)
    for first, rest, least in re.findall(
        r'instance_types = \["([^"]+)"(.*?)min_size = (\d+)', block
    ):
        made[f"{first} {'spot' if 'SPOT' in rest else 'on demand'}"] += int(least)
    return +made


@pytest.mark.parametrize("size", SIZES)
def test_costs_are_those_of_the_machines_that_terraform_makes(size: str) -> None:
    paid = Counter(
        {
            line["what"]: int(line[size])
            for group in DATA["groups"]
            for line in group["lines"]
            if MACHINE.match(line["what"])
        }
    )
    assert +paid == machines(size)


@pytest.mark.parametrize("size", SIZES)
def test_storage_is_paid_in_both_zones(size: str) -> None:
    found = re.search(
        rf"^    {size} = \{{\n.*?storage_gib = (\d+)", TERRAFORM, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    paid = {line["what"]: line[size] for group in DATA["groups"] for line in group["lines"]}
    assert int(paid["storage, in both zones"]) == 2 * int(found[1])
