"""What is built and pushed has a place in the registry, and the guide takes all of it away."""

import os
import re
import subprocess

from tests.infrastructure.terraform import ROOT, SOURCE

NAME = r"[a-z]+(?:-[a-z]+)*"
BAKED = ROOT / "deploy/docker/docker-bake.hcl"
DEFAULT = r'^variable "{}" \{{.*?default += \[(.*?)\]'


def _repositories(kind: str = "images") -> set[str]:
    module = (SOURCE / "modules/ecr/variables.tf").read_text()
    found = re.search(DEFAULT.format(kind), module, re.MULTILINE | re.DOTALL)
    assert found
    return set(re.findall(f'"({NAME})"', found[1]))


def test_every_image_that_is_built_has_a_repository() -> None:
    baked = BAKED.read_text()
    services = re.findall(rf'\{{ name = "({NAME})", port = ', baked)
    tags = re.findall(r'^  tags += tags\("\$\{REGISTRY\}/(\S+)"\)$', baked, re.MULTILINE)
    assert tags == ["${service.name}", "web-ui"], "images are named in another way than read here"
    assert _repositories() == {*services, "web-ui"}


def test_the_guide_removes_every_repository() -> None:
    guide = (ROOT / "docs/guide/aws.md").read_text()
    for kind in ("image", "chart"):
        loop = rf"^for {kind} in (.*?); do\n  aws ecr delete-"
        [named] = re.findall(loop, guide, re.MULTILINE | re.DOTALL)
        assert set(re.findall(NAME, named)) == _repositories(f"{kind}s")


def test_every_chart_that_is_pushed_has_a_repository() -> None:
    pushed = subprocess.run(
        [ROOT / "scripts/push-charts", "--dry-run"],
        env=os.environ | {"REGISTRY": "registry.example.com", "VERSION": "1.2.3"},
        capture_output=True,
        text=True,
        check=True,
    )
    charts = re.findall(rf"^\+ helm push \S+/({NAME})-1\.2\.3\.tgz ", pushed.stdout, re.MULTILINE)
    assert set(charts) == _repositories("charts")
