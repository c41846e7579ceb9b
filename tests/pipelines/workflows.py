"""The pipelines as data: every job of GitHub's workflows and of GitLab's file, and what it runs."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
GITLAB = ROOT / ".gitlab-ci.yml"

Fields = dict[str, Any]

# What expressions stand for where a command is tried.
_GIVEN = {
    "BASE": "main",
    "ENVIRONMENT": "staging",
    "HELM_VALUES": "global: {}",
    "OUTCOME": "success",
    "PLATFORM_URL": "https://app.example",
    "PULL_REQUEST": "7",
    "RESULTS": "success success",
    "ROLLOUT": "canary",
    "ROOT": "staging",
    "SHARD": "units",
    "VERSION": "1.2.3",
}


class Command(NamedTuple):
    """One line that a job runs, with the variables that its step gives it."""

    job: str
    line: str
    environment: dict[str, str]


def workflows() -> dict[str, Fields]:
    """Return GitHub's workflows by file name."""
    return {path.name: load(path) for path in sorted(GITHUB.glob("workflows/*.yml"))}


def load(path: Path) -> Fields:
    """Return a file of YAML; ``on`` is a word there and no boolean."""
    loaded: Fields = yaml.load(path.read_text(), Loader=_Words)
    return loaded


class _Words(yaml.SafeLoader):
    """Reads `on`, `yes` and `no` as the words that they are in workflows."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def jobs() -> Iterator[tuple[str, Fields]]:
    """Yield each job of GitHub's workflows with a name such as ``ci.yml/lint``."""
    for file, workflow in workflows().items():
        for name, job in workflow["jobs"].items():
            yield f"{file}/{name}", job


def steps() -> Iterator[tuple[str, Fields]]:
    """Yield each step of each job, and those of the actions of our own."""
    for name, job in jobs():
        for step in job.get("steps", ()):
            yield name, step
    for path in sorted(GITHUB.glob("actions/*/action.yml")):
        for step in load(path)["runs"]["steps"]:
            yield f"actions/{path.parent.name}", step


def github_commands() -> Iterator[Command]:
    """Yield what GitHub's steps run."""
    for name, step in steps():
        if "run" in step:
            yield Command(name, step["run"].strip(), _given(step.get("env", {})))


def gitlab_commands() -> Iterator[Command]:
    """Yield what GitLab's jobs run, with what they have from the jobs that they extend."""
    pipeline = load(GITLAB)
    for name, job in pipeline.items():
        if not isinstance(job, dict) or name.startswith(".") or "stage" not in job:
            continue
        whole = _extended(pipeline, job)
        # What a job has of the project's own variables it has without a word of the file's.
        variables = _given({"PLATFORM_URL": "$", **_matrix(whole), **whole.get("variables", {})})
        for line in itertools.chain(*(whole.get(part, ()) for part in ("script", "after_script"))):
            yield Command(f".gitlab-ci.yml/{name}", line, variables)


def _extended(pipeline: Fields, job: Fields) -> Fields:
    parents = job.get("extends", [])
    whole: Fields = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        inherited = _extended(pipeline, pipeline[parent])
        whole = {**whole, **inherited, "variables": _both(whole, inherited)}
    return {**whole, **job, "variables": _both(whole, job)}


def _both(one: Fields, other: Fields) -> Fields:
    return {**one.get("variables", {}), **other.get("variables", {})}


def _matrix(job: Fields) -> Fields:
    parallel = job.get("parallel", {})
    rows = parallel.get("matrix", []) if isinstance(parallel, dict) else []
    return {name: values[0] for row in rows for name, values in row.items()}


def _given(environment: Fields) -> dict[str, str]:
    return {
        name: _GIVEN.get(name, "given") if re.search(r"\$", str(value)) else str(value)
        for name, value in environment.items()
    }
