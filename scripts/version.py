"""The version of a checkout, out of its tags: `scripts/version` prints it, the wheel takes it.

It stands on the standard library alone, because the builder of the wheel loads it too. Why no file
holds the number is in docs/adr/0019.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TAG = re.compile(
    r"v(?P<major>0|[1-9]\d*)\.(?P<minor>0|[1-9]\d*)\.(?P<patch>0|[1-9]\d*)"
    r"(?:-(?P<stage>alpha|beta|rc)\.(?P<number>0|[1-9]\d*))?"
)
_STAGES = {"alpha": "a", "beta": "b", "rc": "rc"}
_FIRST = (0, 1, 0)
_TOLD = "TRADEWIND_PACKAGE_VERSION"


class Refused(Exception):
    """What was asked for does not fit this checkout."""


class Version(NamedTuple):
    """A version that was tagged, or is ``commits`` after the tag; ``None`` is at the tag itself."""

    numbers: tuple[int, int, int]
    stage: str = ""
    number: int = 0
    commits: int | None = None

    def __str__(self) -> str:
        """Return the semantic version, which tags of images and charts take as it is."""
        base = ".".join(map(str, self.numbers))
        if self.stage:
            base += f"-{self.stage}.{self.number}"
        if self.commits is None:
            return base
        return f"{base}{'.dev.' if self.stage else '-dev.'}{self.commits}"

    @property
    def pep440(self) -> str:
        """Return the same as Python packages write it, in the same order among its kind."""
        base = ".".join(map(str, self.numbers))
        if self.stage:
            # Python knows no version after rc1 but what comes before rc2.
            base += f"{_STAGES[self.stage]}{self.number + (self.commits is not None)}"
        return base if self.commits is None else f"{base}.dev{self.commits}"

    @property
    def rank(self) -> tuple[tuple[int, int, int], bool, str, int]:
        """Return what sorts tagged versions."""
        return self.numbers, not self.stage, self.stage, self.number


def parse(tag: str) -> Version | None:
    """Return the version that a tag names, or ``None`` when it names none."""
    found = TAG.fullmatch(tag)
    if found is None:
        return None
    numbers = int(found["major"]), int(found["minor"]), int(found["patch"])
    return Version(numbers, found["stage"] or "", int(found["number"] or 0))


def of_checkout(root: Path = ROOT) -> Version:
    """Return the version of what is checked out; outside of any history it is 0.1.0-dev.0."""
    if _git(root, "rev-parse", "--show-toplevel") != str(root.resolve()):
        return Version(_FIRST, commits=0)
    here = _latest(_git(root, "tag", "--points-at", "HEAD"))
    if here:
        return here
    before = _latest(_git(root, "tag", "--merged", "HEAD"))
    if before is None:
        return Version(_FIRST, commits=int(_git(root, "rev-list", "--count", "HEAD") or 0))
    commits = int(_git(root, "rev-list", "--count", f"v{before}..HEAD"))
    if before.stage:
        return before._replace(commits=commits)
    major, minor, patch = before.numbers
    return Version((major, minor, patch + 1), commits=commits)


def of_tag(tag: str, root: Path = ROOT) -> Version:
    """Return the version of a tag; raises ``Refused`` when this checkout is not what it names."""
    version = parse(tag)
    if version is None:
        raise Refused(f"'{tag}' names no version; a tag is such as v1.2.3 or v1.2.3-rc.1.")
    if tag not in _git(root, "tag", "--points-at", "HEAD").split():
        raise Refused(f"The tag {tag} does not stand at the commit that is checked out.")
    return version


def of_package() -> str:
    """Return the wheel's version; a build without the history is told it by its environment."""
    return os.environ.get(_TOLD) or of_checkout().pep440


def _latest(tags: str) -> Version | None:
    versions = [version for tag in tags.split() if (version := parse(tag))]
    return max(versions, key=lambda version: version.rank, default=None)


def _git(root: Path, *arguments: str) -> str:
    """Return what git answers, nothing where there is no history or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> int:
    """Print the version."""
    parser = argparse.ArgumentParser("version", add_help=False, allow_abbrev=False)
    parser.add_argument("--help", action="store_true")
    parser.add_argument("--pep440", action="store_true")
    parser.add_argument("--of-tag", metavar="TAG")
    parser.add_argument("--output", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", default=bool(os.environ.get("DRY_RUN")))
    asked = parser.parse_args()
    if asked.help:
        text = Path(__file__).with_suffix("").read_text(encoding="utf-8").partition("\nset ")[0]
        print(re.sub("^# ?", "", text.partition("\n")[2], flags=re.MULTILINE))
        return 0
    try:
        version = of_checkout() if asked.of_tag is None else of_tag(asked.of_tag)
    except Refused as refused:
        print(f"version: {refused}", file=sys.stderr)
        return 2
    if version.commits is not None and _git(ROOT, "rev-parse", "--is-shallow-repository") == "true":
        print("version: the history is cut off here, so commits are not counted.", file=sys.stderr)
    written = version.pep440 if asked.pep440 else str(version)
    print(written)
    if asked.output and asked.dry_run:
        print(f"+ version={written} >> {asked.output}")
    elif asked.output:
        with Path(asked.output).open("a", encoding="utf-8") as file:
            file.write(f"version={written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
