"""The pictures of the guide show what the core does now."""

import runpy
from pathlib import Path

import pytest

IMAGES = Path(__file__).parents[3] / "docs" / "images"


@pytest.mark.parametrize(
    "name",
    [
        "fills-models.svg",
        "fills-impact.svg",
        "fills-auction.svg",
        "fills-latency.svg",
        "fills-bands.svg",
    ],
)
def test_committed_picture_is_the_one_that_is_drawn(name: str) -> None:
    draw = runpy.run_path(str(IMAGES / "fills.py"))["PICTURES"][name]
    assert (IMAGES / name).read_text() == draw(), "run docs/images/fills.py and commit the pictures"
