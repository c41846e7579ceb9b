"""What is built and pushed has a place in the registry, and the guide takes all of it away."""

import re

from tests.infrastructure.terraform import ROOT, SOURCE

NAME = r"[a-z]+(?:-[a-z]+)*"
BAKED = ROOT / "deploy/docker/docker-bake.hcl"
IMAGES = re.compile(r'^variable "images" \{.*?default += \[(.*?)\]', re.MULTILINE | re.DOTALL)


def _repositories() -> set[str]:
    found = IMAGES.search((SOURCE / "modules/ecr/variables.tf").read_text())
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
    [named] = re.findall(r"^for image in (.*?); do\n  aws ecr delete-", guide, re.MULTILINE | re.S)
    assert set(re.findall(NAME, named)) == _repositories()
