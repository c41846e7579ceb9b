"""What the scripts of a release would do, and what they refuse to do."""

from functools import partial
from pathlib import Path

import pytest
from tests.integration.release.test_version import ROOT, Checkout
from tests.scripts import lint, run_script, shell_scripts

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
SCRIPTS = ("build-wheel", "publish-release", "push-charts", "push-images", "release-notes")
IMAGES = (
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "order-service-live",
    "portfolio-service",
    "web-ui",
)
NOTES = """# Changelog

## [Unreleased]

### Added

- What comes next.

## [1.2.3] - 2026-11-28

### Fixed

- What was wrong.

## [1.2.2] - 2026-11-01

## [1.2.1] - 2026-10-01

- Something older.

[1.2.3]: https://example.com/compare
"""


run = partial(run_script, timeout_s=60)


def commands(script: str, *arguments: str, **variables: str) -> list[str]:
    """Return the commands that a script would run."""
    done = run(script, *arguments, "--dry-run", **variables)
    assert done.returncode == 0, done.stderr
    return [line.removeprefix("+ ") for line in done.stdout.splitlines() if line.startswith("+ ")]


@pytest.fixture
def release(tmp_path: Path) -> Checkout:
    """Return a repository with a change log, at the tag v1.2.3."""
    names = ("common.sh", "release.sh", "release-notes", "publish-release")
    checkout = Checkout(tmp_path / "release", names)
    (checkout.folder / "CHANGELOG.md").write_text(NOTES)
    baked = checkout.folder / "deploy/docker/docker-bake.hcl"
    baked.parent.mkdir(parents=True)
    baked.write_text((ROOT / "deploy/docker/docker-bake.hcl").read_text())
    checkout.git("init", "-q", "-b", "main")
    checkout.git("add", ".")
    checkout.commit(tag="v1.2.3")
    return checkout


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_says_what_it_does_and_refuses_what_it_does_not_know(script: str) -> None:
    told = run(script, "--help")
    assert told.returncode == 0
    assert f"Usage: {script}" in told.stdout
    refused = run(script, "--unknown", REGISTRY=REGISTRY)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"{script}: '--unknown' is not known; see --help.\n"


@pytest.mark.parametrize("script", ["push-charts", "push-images"])
def test_what_goes_to_a_registry_has_to_be_told_which(script: str) -> None:
    refused = run(script, "--dry-run")
    assert refused.returncode == 2
    assert "REGISTRY is not set" in refused.stderr


def test_images_are_built_for_release_pushed_and_signed_by_digest() -> None:
    login, build, *signatures = commands(
        "push-images", "--sign", REGISTRY=REGISTRY, VERSION="1.2.3"
    )
    assert login == (
        "aws ecr get-login-password --region eu-central-1 | "
        f"docker login --username AWS --password-stdin {REGISTRY}"
    )
    assert build == (
        f"env REGISTRY={REGISTRY}/tradewind VERSION=1.2.3 deploy/docker/build "
        f"--metadata-file .build/images.json {' '.join(f'{name}-release' for name in IMAGES)}"
    )
    assert signatures == [
        f"cosign sign --yes --recursive {REGISTRY}/tradewind/{name}@DIGEST" for name in IMAGES
    ]


def test_staging_gets_images_without_a_signature() -> None:
    assert not [
        line for line in commands("push-images", REGISTRY=REGISTRY) if line.startswith("cosign")
    ]


def test_another_registry_is_not_signed_in_at() -> None:
    printed = commands("push-images", REGISTRY="registry.example.com/team", VERSION="1.2.3")
    assert len(printed) == 1
    assert "REGISTRY=registry.example.com/team/tradewind " in printed[0]


def test_charts_are_pushed_below_the_images() -> None:
    login, package, *pushes = commands("push-charts", REGISTRY=REGISTRY, VERSION="1.2.3")
    assert login.endswith(f"| helm registry login --username AWS --password-stdin {REGISTRY}")
    assert package == "deploy/helm/package"
    assert len(pushes) == 8
    target = f"oci://{REGISTRY}/tradewind/charts"
    assert f"helm push .build/charts/tradewind-1.2.3.tgz {target}" in pushes


def test_notes_are_the_section_of_the_version(release: Checkout) -> None:
    notes = run("release-notes", folder=release.folder)
    assert notes.stdout == "### Fixed\n\n- What was wrong.\n"
    release.commit()
    between = run("release-notes", folder=release.folder)
    assert between.stdout == "### Added\n\n- What comes next.\n"
    candidate = run("release-notes", folder=release.folder, VERSION="1.3.0-rc.1")
    assert candidate.stdout == between.stdout
    oldest = run("release-notes", folder=release.folder, VERSION="1.2.1")
    assert oldest.stdout == "- Something older.\n"


def test_a_release_without_notes_is_refused(release: Checkout) -> None:
    missing = run("release-notes", folder=release.folder, VERSION="1.2.4")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "no section '## [1.2.4]'" in missing.stderr
    empty = run("release-notes", folder=release.folder, VERSION="1.2.2")
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "says nothing" in empty.stderr


def test_a_release_has_wheel_bills_of_materials_and_checksums(release: Checkout) -> None:
    done = run("publish-release", "--dry-run", folder=release.folder)
    assert done.returncode == 0, done.stderr
    (command,) = done.stdout.splitlines()
    assert command.startswith("+ gh release create v1.2.3 --verify-tag --title Tradewind 1.2.3 ")
    assert "--prerelease" not in command
    names = [Path(word).name for word in command.split() if word.startswith("/")]
    assert names == [
        "notes.md",
        "tradewind-1.2.3-py3-none-any.whl",
        *(f"{name}-1.2.3.cdx.json" for name in IMAGES),
        "SHA256SUMS",
    ]
    release.git("tag", "-d", "v1.2.3")
    release.git("tag", "v1.3.0-rc.1")
    candidate = run("publish-release", "--dry-run", folder=release.folder)
    assert " --prerelease " in candidate.stdout


def test_nothing_is_published_from_between_two_tags(release: Checkout) -> None:
    release.commit()
    refused = run("publish-release", folder=release.folder, GH_TOKEN="a token")
    assert refused.returncode == 2
    assert "1.2.4-dev.1 is no release" in refused.stderr


def test_scripts_have_no_lint() -> None:
    files = shell_scripts("scripts")
    assert len(files) >= 7
    assert lint("shellcheck", files) == ""
