"""Static checks find nothing in the infrastructure that is not explained beside it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.infrastructure.terraform import FOLDERS, ROOT, SOURCE

# `make infra-test` installs it, apart from everything else: it pins what the platform needs newer.
CHECKOV = ROOT / ".build/infrastructure/bin/checkov"
SHORTEST_REASON = 20  # characters: "not needed" explains nothing


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Return what checkov found, in the modules alone and as the roots use them."""
    executable = Path(os.environ.get("CHECKOV", CHECKOV))
    if not executable.exists():
        pytest.skip(f"THE INFRASTRUCTURE IS NOT CHECKED: there is no {executable}; make infra-test")
    command = [executable, "--directory", SOURCE, "--framework", "terraform", "--output", "json"]
    done = subprocess.run(
        [*command, "--skip-download", "--soft-fail"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.timeout(1300)
def test_every_folder_is_looked_at(results: dict[str, Any]) -> None:
    assert results["results"]["parsing_errors"] == []
    seen = {check["file_path"] for check in results["results"]["passed_checks"]}
    unseen = [
        folder
        for folder in FOLDERS
        if any('\nresource "' in path.read_text() for path in (SOURCE / folder).glob("*.tf"))
        and not any(path.startswith(f"/{folder}/") for path in seen)
    ]
    assert not unseen


def test_every_finding_is_mended_or_explained_beside_the_resource(results: dict[str, Any]) -> None:
    findings = {
        f"{check['file_path'][1:]}:{check['file_line_range'][0]}: {check['resource']}: "
        f"{check['check_id']}: {check['check_name']}"
        for check in results["results"]["failed_checks"]
    }
    assert not findings, "\n" + "\n".join(sorted(findings))


def test_every_explanation_says_why(results: dict[str, Any]) -> None:
    skipped = results["results"]["skipped_checks"]
    empty = {
        f"{check['file_path'][1:]}: {check['resource']}: {check['check_id']}"
        for check in skipped
        if len(check["check_result"]["suppress_comment"].strip()) < SHORTEST_REASON
    }
    assert skipped
    assert not empty, "\n" + "\n".join(sorted(empty))
