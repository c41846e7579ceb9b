"""The version of a checkout comes from its tags, and every place that shows it shows the same."""

import os
import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.scripts import copy_scripts

ROOT = Path(__file__).parents[3]
SCRIPTS = ("version", "version.py")
LOADED = runpy.run_path(str(ROOT / "scripts/version.py"))


class Checkout:
    """A repository of its own with the scripts in it."""

    def __init__(self, folder: Path, more: tuple[str, ...] = ()) -> None:
        self.folder = folder
        copy_scripts(folder, *SCRIPTS, *more)

    def git(self, *arguments: str) -> None:
        quiet = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")
        subprocess.run(
            ["git", "-C", self.folder, *quiet, *arguments], check=True, stdout=subprocess.DEVNULL
        )

    def commit(self, tag: str = "") -> None:
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        if tag:
            self.git("tag", tag)

    def versions(self) -> tuple[str, str]:
        version = LOADED["of_checkout"](self.folder)
        return str(version), version.pep440

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "scripts/version", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={name: value for name, value in os.environ.items() if name != "DRY_RUN"},
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path / "checkout")
    checkout.git("init", "-q", "-b", "main")
    checkout.git("add", ".")
    checkout.commit()
    return checkout


def test_before_any_tag_commits_are_counted(checkout: Checkout) -> None:
    assert checkout.versions() == ("0.1.0-dev.1", "0.1.0.dev1")
    checkout.commit(tag="not-a-version")
    checkout.commit(tag="v1.02.3")
    assert checkout.versions() == ("0.1.0-dev.3", "0.1.0.dev3")


def test_a_tag_is_the_version_and_commits_behind_it_lead_to_the_next_one(
    checkout: Checkout,
) -> None:
    checkout.commit(tag="v1.2.9")
    assert checkout.versions() == ("1.2.9", "1.2.9")
    checkout.commit()
    checkout.commit()
    assert checkout.versions() == ("1.2.10-dev.2", "1.2.10.dev2")
    assert checkout.ask().stdout == "1.2.10-dev.2\n"
    assert checkout.ask("--pep440").stdout == "1.2.10.dev2\n"


def test_of_several_tags_the_highest_counts_and_a_candidate_is_below_its_release(
    checkout: Checkout,
) -> None:
    checkout.commit(tag="v1.10.0-rc.2")
    checkout.git("tag", "v1.9.0")
    checkout.git("tag", "v1.10.0-beta.7")
    assert checkout.versions() == ("1.10.0-rc.2", "1.10.0rc2")
    checkout.git("tag", "v1.10.0")
    assert checkout.versions() == ("1.10.0", "1.10.0")


def test_commits_behind_a_candidate_sort_before_the_next_candidate(checkout: Checkout) -> None:
    checkout.commit(tag="v2.0.0-rc.1")
    checkout.commit()
    # By semantic versioning 2.0.0-rc.1 < 2.0.0-rc.1.dev.1 < 2.0.0-rc.2; Python's rules know no such
    # place but 2.0.0rc1 < 2.0.0rc2.dev1 < 2.0.0rc2.
    assert checkout.versions() == ("2.0.0-rc.1.dev.1", "2.0.0rc2.dev1")


def test_a_tag_of_another_branch_does_not_count(checkout: Checkout) -> None:
    checkout.git("switch", "-q", "-c", "other")
    checkout.commit(tag="v3.0.0")
    checkout.git("switch", "-q", "main")
    assert checkout.versions()[0] == "0.1.0-dev.1"


def test_a_release_refuses_a_tag_that_is_none_or_stands_elsewhere(checkout: Checkout) -> None:
    checkout.commit(tag="v1.2.3")
    assert checkout.ask("--of-tag", "v1.2.3").stdout == "1.2.3\n"
    checkout.commit()
    for tag, why in (
        ("v1.2.3", "does not stand at the commit"),
        ("v9.9.9", "does not stand at the commit"),
        ("1.2.3", "names no version"),
        ("v1.2", "names no version"),
        ("v1.2.3+build", "names no version"),
    ):
        refused = checkout.ask("--of-tag", tag)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert why in refused.stderr


def test_output_is_appended_for_the_next_steps_but_not_in_a_dry_run(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.commit(tag="v1.2.3")
    output = tmp_path / "output"
    output.write_text("before=1\n")
    dry = checkout.ask("--output", str(output), "--dry-run")
    assert dry.stdout == f"1.2.3\n+ version=1.2.3 >> {output}\n"
    assert output.read_text() == "before=1\n"
    assert checkout.ask("--output", str(output)).stdout == "1.2.3\n"
    assert output.read_text() == "before=1\nversion=1.2.3\n"


def test_a_copy_without_history_has_a_version_too(tmp_path: Path, checkout: Checkout) -> None:
    copy = Checkout(tmp_path / "copy")
    assert copy.versions() == ("0.1.0-dev.0", "0.1.0.dev0")
    # Nor does it take the version of a repository that it happens to lie in.
    nested = Checkout(checkout.folder / "nested")
    assert nested.versions() == ("0.1.0-dev.0", "0.1.0.dev0")


def test_a_shallow_clone_has_a_version_and_says_that_it_does_not_count(
    tmp_path: Path, checkout: Checkout
) -> None:
    checkout.commit(tag="v1.2.3")
    checkout.commit()
    source = f"file://{checkout.folder}"
    checkout.git("clone", "-q", "--depth", "1", "--no-tags", source, str(tmp_path / "shallow"))
    done = subprocess.run(
        [tmp_path / "shallow/scripts/version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout == "0.1.0-dev.1\n"
    assert "the history is cut off here" in done.stderr


def test_the_package_has_no_version_but_that_one() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    assert 'dynamic = ["version"]' in project
    assert 'path = "scripts/version.py"' in project


@pytest.fixture
def package_version() -> Callable[..., str]:
    """Return what the builder of the wheel is told, with some environment."""

    def ask(**variables: str) -> str:
        load = "import runpy; print(runpy.run_path('scripts/version.py')['of_package']())"
        return subprocess.check_output(
            ["python3", "-c", load], cwd=ROOT, env=os.environ | variables, text=True
        ).strip()

    return ask


def test_a_build_without_history_is_told_the_version(package_version: Callable[..., str]) -> None:
    told = subprocess.check_output([ROOT / "scripts/version", "--pep440"], text=True).strip()
    assert package_version() == told
    assert package_version(TRADEWIND_PACKAGE_VERSION="1.2.3") == "1.2.3"
