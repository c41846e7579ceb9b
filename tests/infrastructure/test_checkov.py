"""Static checks find nothing in the infrastructure that is not explained beside it."""

from typing import Any

import pytest
from tests.infrastructure.terraform import FOLDERS, SOURCE
from tests.infrastructure_tools import run_checkov

SHORTEST_REASON = 20  # characters: "not needed" explains nothing


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Return what checkov found, in the modules alone and as the roots use them."""
    options = ("--directory", SOURCE, "--framework", "terraform")
    return run_checkov("THE INFRASTRUCTURE IS NOT CHECKED", *options, timeout_s=1200)


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
