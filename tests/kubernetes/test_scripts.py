"""The scripts around the charts have no lint, and refuse what they cannot do."""

import subprocess
from pathlib import Path

import pytest
from tests.kubernetes.tools import ROOT
from tests.scripts import lint, shell_scripts

KIND = ROOT / "scripts/kind-cluster"


def test_scripts_have_no_lint() -> None:
    scripts = shell_scripts("deploy/helm", "scripts")
    assert len(scripts) >= 5
    assert lint("shellcheck", scripts) == ""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder with programs that write down how they are called."""
    for name in ("docker", "helm", "kind"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho {name} "$@" >>"{tmp_path}/calls"\n')
        program.chmod(0o755)
    return tmp_path


def kind_cluster(programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{programs / 'bin'}:/usr/bin:/bin"
    return subprocess.run(
        [KIND, *arguments],
        env={
            "PATH": path,
            "HELM": str(programs / "bin/helm"),
            "KIND_CLUSTER": "trial",
            "TRADEWIND_REGISTRY": "ours",
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_kind_cluster_gets_every_image_that_the_charts_name(programs: Path) -> None:
    done = kind_cluster(programs, "load", "1.2.3")
    assert done.returncode == 0, done.stderr
    (loaded,) = [
        line for line in (programs / "calls").read_text().splitlines() if line.startswith("kind")
    ]
    charts = {path.parent.parent.name for path in ROOT.glob("deploy/helm/*/templates/objects.yaml")}
    images = set(loaded.split("--name trial ")[1].split())
    stores = (ROOT / "deploy/helm/local-stores/values.yaml").read_text()
    assert {f"ours/{chart}:1.2.3" for chart in charts} <= images
    assert all(f": {image}\n" in stores for image in images if not image.startswith("ours/"))
    assert len(images) == len(charts) + 2


def test_a_kind_cluster_measures_what_scales_as_the_helmfile_pins_it(programs: Path) -> None:
    done = kind_cluster(programs, "create")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(".build/kind/trial.kubeconfig")
    made, metrics = (programs / "calls").read_text().splitlines()
    assert made.startswith("kind create cluster --name trial ")
    pinned = (ROOT / "deploy/helm/helmfile.yaml.gotmpl").read_text()
    repository = metrics.split("--repo ")[1].split()[0]
    version = metrics.split("--version ")[1].split()[0]
    assert f"{{name: metrics-server, url: {repository}}}" in pinned
    assert f"chart: metrics-server/metrics-server\n    version: {version}\n" in pinned


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("load",), 1), (("make",), 2)])
def test_a_wrong_call_is_told_the_right_one(
    programs: Path, arguments: tuple[str, ...], code: int
) -> None:
    done = kind_cluster(programs, *arguments)
    assert (done.returncode, "Usage: " in done.stderr) == (code, True)
    assert not (programs / "calls").exists()


def test_without_kind_it_says_what_it_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/bash", KIND, "create"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3
    assert "kind-cluster needs" in done.stderr
