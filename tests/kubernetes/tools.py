"""Runs helm on the charts that `deploy/helm/package` has put together."""

import itertools
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from scripts.rollout.canary import gateway_values, values_of

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("TRADEWIND_KUBERNETES_TOOLS", ROOT / ".build/kubernetes"))
CHARTS = ROOT / ".build/charts/source"
ENVIRONMENTS = ("local", "staging", "production")
SECRETS = {
    name: secrets.token_hex(24)
    for name in ("databasePassword", "valkeyPassword", "identityKey", "smtpPassword")
}


@cache
def given() -> Path:
    """Return a file of values with what no file of the repository holds: secrets."""
    file = Path(tempfile.mkdtemp(prefix="tw-charts-")) / "given.yaml"
    file.write_text(yaml.safe_dump({"global": {"secrets": {"plain": SECRETS}}}))
    return file


Manifest = dict[str, Any]  # Any: an object of Kubernetes, as YAML has it


class HelmRefused(Exception):
    """Helm ended with an error; its words are the message."""


def helm(*arguments: str) -> str:
    """Return what helm printed; raises ``HelmRefused``."""
    done = subprocess.run(
        [TOOLS / "bin/helm", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise HelmRefused(done.stderr)
    return done.stdout


def values_file(environment: str) -> Path:
    """Return the umbrella's values of an environment."""
    return CHARTS / f"tradewind/values-{environment}.yaml"


def template(
    chart: str, files: Iterable[Path], switches: Sequence[str], release: str = "tradewind"
) -> list[Manifest]:
    """Return every object that a chart renders, its tests included; raises ``HelmRefused``."""
    arguments = ["template", release, str(CHARTS / chart), "--namespace", "tradewind"]
    for file in files:
        arguments += ["--values", str(file)]
    for switch in switches:
        arguments += ["--set", switch]
    return [each for each in yaml.load_all(helm(*arguments), yaml.CSafeLoader) if each]


@cache
def render(environment: str, *switches: str) -> tuple[Manifest, ...]:
    """Return every object of an environment, with ``name=value`` switches on top."""
    return tuple(template("tradewind", [values_file(environment), given()], switches))


@cache
def render_canary(environment: str, *switches: str) -> tuple[Manifest, ...]:
    """Return every object of a canary, with the values that scripts/canary hands to helm."""
    file = given().with_name(f"canary-{environment}.yaml")
    values = values_of([values_file(environment), given()])
    file.write_text(yaml.safe_dump(gateway_values(values)))
    return tuple(template("api-gateway", [file], ["replicas=2", *switches], "tradewind-canary"))


def combinations(*choices: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return each combination of choices, of which each sets one switch or several."""
    return [tuple(itertools.chain.from_iterable(each)) for each in itertools.product(*choices)]


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    """Return the objects of some kinds."""
    return [each for each in manifests if each["kind"] in kinds]


def named(manifests: Iterable[Manifest], kind: str, name: str) -> Manifest:
    """Return the one object of a kind and name."""
    (found,) = [each for each in of_kind(manifests, kind) if each["metadata"]["name"] == name]
    return found


def workloads(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Return what keeps pods running."""
    return of_kind(manifests, "Deployment", "StatefulSet")


def pod_of(manifest: Manifest) -> Manifest | None:
    """Return an object's pod, as a template or itself."""
    match manifest["kind"]:
        case "Pod":
            return manifest
        case "CronJob":
            template: Manifest = manifest["spec"]["jobTemplate"]["spec"]["template"]
        case "Deployment" | "StatefulSet" | "Job":
            template = manifest["spec"]["template"]
        case _:
            return None
    return template


def pods(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Yield each pod with the name of what it belongs to."""
    for each in manifests:
        pod = pod_of(each)
        if pod is not None:
            yield f"{each['kind']} {each['metadata']['name']}", pod
