"""Static checks find nothing in the rendered objects that is not explained here."""

from pathlib import Path

import pytest
import yaml
from tests.infrastructure_tools import run_checkov
from tests.kubernetes.tools import ENVIRONMENTS, render

CLUSTER_WIDE = {"PriorityClass", "ClusterIssuer"}
EVERYTHING = (
    *("retention.enabled=true", "global.journalArchive.claim=archive"),
    *("backup.enabled=true", "backup.claim=backups"),
)
EXPLAINED = {
    "CKV_K8S_43": (None, "a tag of ours never moves, and a version says more than a digest"),
    "CKV_K8S_15": (None, "as tags never move, a pod may start when the registry is away"),
    "CKV_K8S_40": ("web-ui", "the number that the unprivileged NGINX image runs as"),
    "CKV_K8S_8": ("smoke-test", "it ends by itself within two minutes"),
    "CKV_K8S_9": ("smoke-test", "nobody calls it"),
}
"""Findings that stay: the one object that they are about, or any, and why."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_finding_is_mended_or_explained(environment: str, tmp_path: Path) -> None:
    rendered = tmp_path / "rendered.yaml"
    manifests = [
        # As helm does when it installs them.
        each
        if each["kind"] in CLUSTER_WIDE
        else {**each, "metadata": {**each["metadata"], "namespace": "tradewind"}}
        for each in render(environment, *EVERYTHING)
    ]
    rendered.write_text(yaml.safe_dump_all(manifests))
    options = ("--framework", "kubernetes", "--file", rendered)
    report = run_checkov("THE CHARTS ARE NOT CHECKED", *options, timeout_s=500)
    assert report["summary"]["passed"] > 500
    findings = {
        f"{check['resource']}: {check['check_id']}: {check['check_name']}"
        for check in report["results"]["failed_checks"]
        if not is_explained(check["check_id"], check["resource"])
    }
    assert not findings, "\n" + "\n".join(sorted(findings))


def is_explained(check: str, resource: str) -> bool:
    """Tell whether a finding stays for a reason."""
    if check not in EXPLAINED:
        return False
    name, reason = EXPLAINED[check]
    return bool(reason) and (name is None or resource.endswith(f".{name}"))
