"""Bootstrap and staging are applied, found unchanged, and destroyed: on moto, not on AWS."""

import re

import pytest
import yaml
from tests.infrastructure.life import Life

# It took sixteen minutes on two processors that had seven times as much to do.
pytestmark = pytest.mark.timeout(2400)


def test_bootstrap_and_staging_apply(life: Life) -> None:
    assert not life.failure, life.failure
    gained = life.gained(life.before, life.standing)
    for kind in ("ec2 Vpcs", "kms Keys", "rds DBInstances", "ecr repositories", "eks clusters"):
        assert gained[f"{life.region} {kind}"], f"staging made nothing of the kind {kind}"
    for kind in ("s3 Buckets", "route53 HostedZones", "iam Roles"):
        assert gained[f"global {kind}"], f"staging made nothing of the kind {kind}"


def test_second_plan_is_empty(life: Life) -> None:
    assert not life.failure, life.failure
    assert life.changes == []


def test_what_was_changed_by_hand_is_found_and_nothing_else(life: Life) -> None:
    assert not life.failure, life.failure
    assert re.findall(r"^  # (\S+) (.*)$", life.drift, re.MULTILINE) == [
        (
            "module.platform.module.eks.aws_cloudwatch_log_group.control_plane",
            "will be updated in-place",
        )
    ]
    assert "retention_in_days = 3 -> 365" in life.drift
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in life.drift
    assert "Changes to Outputs" not in life.drift


def test_looking_for_drift_reads_no_secret(life: Life) -> None:
    assert not life.failure, life.failure
    assert "secretsmanager.DescribeSecret" in life.asked
    # Neither the role's ReadOnlyAccess nor its own policy grants more of Secrets Manager.
    assert {each for each in life.asked if each.startswith("secretsmanager.")} <= {
        "secretsmanager.DescribeSecret",
        "secretsmanager.GetRandomPassword",
        "secretsmanager.GetResourcePolicy",
    }


def test_state_lies_in_the_bucket_that_bootstrap_made(life: Life) -> None:
    assert not life.failure, life.failure
    assert life.states == ["bootstrap/terraform.tfstate", "staging/terraform.tfstate"]


def test_destroying_staging_leaves_only_bootstrap(life: Life) -> None:
    assert not life.failure, life.failure
    left = life.gained(life.bootstrapped, life.destroyed)
    objects = left.pop("global s3 Objects")
    # The state says that there is nothing; beside it is the log of who read and wrote it.
    states = [each for each in objects if "-terraform-access-" not in each]
    assert [each.partition("/")[2] for each in states] == ["staging/terraform.tfstate"]
    assert left == {}


def test_destroying_bootstrap_leaves_nothing(life: Life) -> None:
    assert not life.failure, life.failure
    assert life.gained(life.before, life.after) == {}


def test_values_of_what_stands_are_those_of_the_chart(life: Life) -> None:
    assert not life.failure, life.failure
    values = yaml.safe_load(life.helm_values)
    [zone] = life.gained(life.before, life.standing)["global route53 HostedZones"]
    assert zone == "staging.example.com."
    assert values["ingress"]["hosts"] == ["api.staging.example.com", "app.staging.example.com"]
    certificates = life.standing[f"{life.region} acm CertificateSummaryList"]
    assert values["ingress"]["tls"]["certificateArn"] in certificates
    roles = life.standing["global iam Roles"]
    for service in ("api-gateway", "order-service"):
        assert values[service]["serviceAccount"]["roleArn"].rpartition("/")[2] in roles
