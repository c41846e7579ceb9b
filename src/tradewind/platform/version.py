"""Which build of Tradewind this process is."""

import os
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

UNKNOWN = "unknown"


class Build(NamedTuple):
    """A version and the commit that it was made of, ``UNKNOWN`` where nobody told."""

    version: str
    revision: str


def this_build() -> Build:
    """Return what the image says of itself, or the installed package outside of one."""
    told = os.environ.get("TRADEWIND_VERSION") or _installed()
    return Build(told, os.environ.get("TRADEWIND_REVISION") or UNKNOWN)


def _installed() -> str:
    try:
        return version("tradewind")
    except PackageNotFoundError:
        return UNKNOWN
