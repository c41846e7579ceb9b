"""Roots differ in what they must, and what Terraform knows is what the Helm chart asks for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from tests.infrastructure.planned import Planned
from tests.infrastructure.terraform import ROOT, SOURCE

CHART = ROOT / "deploy/helm/tradewind"
ENVIRONMENTS = ("staging", "production")
VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
TYPE = re.compile(r"^  type += (.*?)(?=^  \w+ += |^  validation |\Z)", re.MULTILINE | re.DOTALL)
DESCRIPTION = re.compile(r'^  description += "(.*)"$', re.MULTILINE)
# What a person writes into an example of values because only Terraform knows it.
PLACEHOLDER = re.compile(r"\.internal$|\.example$|123456789012\.dkr|certificate/0{8}")


def _variables(folder: str) -> dict[str, str]:
    files = sorted((SOURCE / folder).glob("*.tf"))
    return dict(VARIABLE.findall("\n".join(path.read_text() for path in files)))


def _type(body: str) -> str:
    found = TYPE.search(body)
    assert found, body
    return found.group(1).strip()


@pytest.mark.parametrize("file", ["main.tf", "outputs.tf", "providers.tf", "versions.tf"])
def test_staging_is_production_under_another_name(file: str) -> None:
    staging, production = ((SOURCE / root / file).read_text() for root in ENVIRONMENTS)
    assert staging.replace('"staging', '"production') == production


@pytest.mark.parametrize("root", ENVIRONMENTS)
def test_root_hands_on_its_variables_as_the_platform_has_them(root: str) -> None:
    platform, own = _variables("modules/platform"), _variables(root)
    shared = platform.keys() & own.keys()
    assert platform.keys() - own.keys() == {"environment", "first_values", "sizes"}
    assert own.keys() - platform.keys() == {"region", "replica_region", "repository"}
    assert {name: _type(own[name]) for name in shared} == {
        name: _type(platform[name]) for name in shared
    }
    assert {name: DESCRIPTION.findall(own[name]) for name in shared} == {
        name: DESCRIPTION.findall(platform[name]) for name in shared
    }
    handed = set(re.findall(r"^  (\w+) += var\.\1$", (SOURCE / root / "main.tf").read_text(), re.M))
    assert handed == shared


@pytest.mark.parametrize("root", ENVIRONMENTS)
def test_example_sets_every_variable_that_has_no_default_and_none_that_is_unknown(
    root: str,
) -> None:
    text = (SOURCE / root / "terraform.tfvars.example").read_text()
    own = _variables(root)
    set_there = set(re.findall(r"^(\w+) += ", text, re.MULTILINE))
    offered = set(re.findall(r"^# (\w+) += ", text, re.MULTILINE))
    assert {name for name, body in own.items() if not re.search(r"^  default", body, re.M)} <= (
        set_there
    )
    assert set_there | offered <= own.keys()


def test_every_value_is_one_that_the_chart_has(planned: Planned) -> None:
    values = yaml.safe_load(planned.helm_values)
    unknown = [path for path in _paths(values) if not _is_known(path)]
    assert not unknown


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_values_satisfy_the_schema_of_the_chart(environment: str, planned: Planned) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    merged: Any = {}
    for file in ("values.yaml", f"values-{environment}.yaml"):
        merged = _merged(merged, yaml.safe_load((CHART / file).read_text()))
    merged = _merged(merged, yaml.safe_load(planned.helm_values))
    wrong = Draft7Validator(schema).iter_errors(merged)
    assert [f"{each.json_path}: {each.message}" for each in wrong] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_values_leave_nothing_of_the_examples_in_the_chart(
    environment: str, planned: Planned
) -> None:
    example = yaml.safe_load((CHART / f"values-{environment}.yaml").read_text())
    merged = _merged(example, yaml.safe_load(planned.helm_values))
    held = {path: text for path, text in _leaves(example) if PLACEHOLDER.search(str(text))}
    left = {path: text for path, text in _leaves(merged) if PLACEHOLDER.search(str(text))}
    assert held
    # The registry of the mocked account looks like the example's.
    assert set(left) <= {("global", "image", "registry")}


def test_every_service_gets_its_role(planned: Planned) -> None:
    values = yaml.safe_load(planned.helm_values)
    roles = planned.all("module.eks", "aws_iam_role", "pod")
    charts = {path.parent.name: path.read_text() for path in CHART.parent.glob("*/values.yaml")}
    services = {name for name, text in charts.items() if "\nserviceAccount:\n" in text}
    assert "order-service" in services
    assert services <= roles.keys()
    assert {name for name in services if values[name]["serviceAccount"]["roleArn"]} == services


def _merged(lower: Any, upper: Any) -> Any:
    """Lay one file of values over another, as Helm does: maps merge, all else replaces."""
    if isinstance(lower, dict) and isinstance(upper, dict):
        return lower | {key: _merged(lower.get(key), value) for key, value in upper.items()}
    return upper


def _leaves(values: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(values, dict):
        return [leaf for key, each in values.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(values, list):
        return [leaf for at, each in enumerate(values) for leaf in _leaves(each, (*path, str(at)))]
    return [(path, values)]


def _paths(values: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(values, dict):
        return [path]
    return [each for key, below in values.items() for each in _paths(below, (*path, key))]


def _is_known(path: tuple[str, ...]) -> bool:
    """Tell whether the chart, or the chart of the service that the path begins with, has it."""
    own: Path = CHART.parent / path[0] / "values.yaml"
    here = (own, path[1:]) if own.exists() else (CHART / "values.yaml", path)
    values = yaml.safe_load(here[0].read_text())
    for key in here[1]:
        if values == {}:  # anything: labels, selectors
            return True
        if key not in values:
            return False
        values = values[key]
    return True
