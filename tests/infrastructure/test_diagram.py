"""The picture of AWS is drawn by its script and shows every module that there is."""

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "docs/images/aws.svg"
TERRAFORM = ROOT / "deploy/terraform"
# What composes the others makes nothing itself.
COMPOSING = {"platform"}


def test_picture_is_what_the_script_draws() -> None:
    assert runpy.run_path(str(ROOT / "docs/images/aws.py"))["draw"]() == IMAGE.read_text()


def test_picture_shows_every_module_and_no_other() -> None:
    text = "".join(ElementTree.parse(IMAGE).getroot().itertext())
    there = {path.parent.name for path in TERRAFORM.glob("modules/*/versions.tf")}
    assert set(re.findall(r"modules/([a-z0-9-]+?)(?=modules/|[^a-z0-9-])", text)) == (
        there - COMPOSING
    )


def test_boxes_of_the_picture_lie_inside_and_apart() -> None:
    drawing = runpy.run_path(str(ROOT / "docs/images/aws.py"))
    boxes = drawing["BOXES"]
    for number, box in enumerate(boxes):
        assert 0 < box.x < box.x + box.width < drawing["WIDTH"]
        assert 0 < box.y < box.y + box.height < drawing["HEIGHT"]
        for other in boxes[number + 1 :]:
            apart = (
                box.x + box.width <= other.x
                or other.x + other.width <= box.x
                or box.y + box.height <= other.y
                or other.y + other.height <= box.y
            )
            assert apart, f"{box.name} and {other.name} overlap"
