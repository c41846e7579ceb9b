"""Static checks find nothing in the rendered objects that is not explained here."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from tests.infrastructure_tools import run_checkov
from tests.kubernetes.tools import ENVIRONMENTS, render, render_canary

CLUSTER_WIDE = {"PriorityClass", "ClusterIssuer"}
_BROKER = "global.secrets.plain.brokers.a"
_ISSUERS = ("issuers.enabled=true", "issuers.email=ops@tradewind.example")
EVERYTHING = (
    *("retention.enabled=true", "global.journalArchive.claim=archive"),
    *("backup.enabled=true", "backup.claim=backups", "global.monitoring.enabled=true"),
    *("api-gateway.autoscaling.enabled=true", "global.liveBrokers.enabled=true"),
    *(f"{_BROKER}.broker=alpaca", f"{_BROKER}.key=k", f"{_BROKER}.secret=s"),
)
NOTHING = (
    *("ingress.enabled=false", "migration.enabled=false", "smokeTest.enabled=false"),
    *("reconcile.enabled=false", "global.monitoring.enabled=false", "global.standbys=0"),
    *("global.priorityClasses=false", "api-gateway.autoscaling.enabled=false"),
)
GATEWAY = ("ingress.controller=gateway", "ingress.tls.source=certManager", *_ISSUERS)
ALB = ("ingress.controller=alb", "ingress.tls.source=none")
EXISTING = ("global.secrets.source=existing", "global.secrets.existing=ours")
SWITCHES = {
    **{f"{each}-all-on": (each, EVERYTHING) for each in ENVIRONMENTS},
    **{f"{each}-all-off": (each, NOTHING) for each in ENVIRONMENTS},
    "local-alb": ("local", (*ALB, *EXISTING)),
    "production-gateway": ("production", GATEWAY),
}
"""What is checked: an environment and the switches on top of it."""
EXPLAINED = {
    "CKV_K8S_43": (None, "a tag of ours never moves, and a version says more than a digest"),
    "CKV_K8S_15": (None, "as tags never move, a pod may start when the registry is away"),
    "CKV_K8S_40": ("web-ui", "the number that the unprivileged NGINX image runs as"),
    "CKV_K8S_8": ("smoke-test", "it ends by itself within two minutes"),
    "CKV_K8S_9": ("smoke-test", "nobody calls it"),
}
"""Findings that stay: the one object that they are about, or any, and why."""


@pytest.mark.timeout(600)
def test_every_finding_is_mended_or_explained(tmp_path: Path) -> None:
    for name, (environment, switches) in SWITCHES.items():
        # As helm does when it installs them; apart, so that no policy counts for another's pods.
        manifests = [
            each
            if each["kind"] in CLUSTER_WIDE
            else {**each, "metadata": {**each["metadata"], "namespace": name}}
            for each in render(environment, *switches)
        ]
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(manifests))
    # Beside the release whose policies hold for it.
    beside = {"namespace": "production-all-on"}
    (tmp_path / "canary.yaml").write_text(
        yaml.safe_dump_all(
            {**each, "metadata": {**each["metadata"], **beside}}
            for each in render_canary("production")
        )
    )
    # All at once: half of the time that checkov takes goes into its start.
    options = ("--framework", "kubernetes", "--directory", tmp_path)
    report = run_checkov("THE CHARTS ARE NOT CHECKED", *options, timeout_s=500)
    passed = Counter(Path(check["file_path"]).stem for check in report["results"]["passed_checks"])
    assert passed.pop("canary") > 50
    assert passed.keys() == SWITCHES.keys()
    assert min(passed.values()) > 500
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
