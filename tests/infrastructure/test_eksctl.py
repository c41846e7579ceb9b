"""deploy/eksctl gives the cluster that the Terraform gives, as far as both can say it."""

import base64
import json
from typing import Any

import pytest
import yaml
from tests.infrastructure.planned import Planned
from tests.infrastructure.terraform import ROOT

Config = dict[str, Any]

# What eksctl's own policies are for, by the account that they are given to.
CONTROLLERS = {
    "aws-load-balancer-controller": "awsLoadBalancerController",
    "cert-manager": "certManager",
    "cluster-autoscaler": "autoScaler",
    "external-dns": "externalDNS",
}
TAINTS = {"NO_SCHEDULE": "NoSchedule"}


@pytest.fixture(scope="module")
def eksctl() -> Config:
    """Return the cluster as eksctl is told to make it."""
    config: Config = yaml.safe_load((ROOT / "deploy/eksctl/cluster.yaml").read_text())
    return config


def test_cluster_is_the_same(eksctl: Config, planned: Planned) -> None:
    cluster = planned.one("module.eks", "aws_eks_cluster")
    [network] = cluster["vpc_config"]
    [access] = cluster["access_config"]
    assert eksctl["metadata"]["name"] == cluster["name"]
    assert eksctl["metadata"]["version"] == cluster["version"]
    assert eksctl["upgradePolicy"]["supportType"] == cluster["upgrade_policy"][0]["support_type"]
    assert eksctl["zonalShiftConfig"]["enabled"] is cluster["zonal_shift_config"][0]["enabled"]
    assert eksctl["accessConfig"]["authenticationMode"] == access["authentication_mode"]
    assert (
        eksctl["accessConfig"]["bootstrapClusterCreatorAdminPermissions"]
        is access["bootstrap_cluster_creator_admin_permissions"]
    )
    assert eksctl["vpc"]["clusterEndpoints"] == {
        "privateAccess": network["endpoint_private_access"],
        "publicAccess": network["endpoint_public_access"],
    }
    assert cluster["encryption_config"][0]["resources"] == ["secrets"]
    assert eksctl["secretsEncryption"]["keyARN"]


def test_control_plane_logs_the_same_for_as_long(eksctl: Config, planned: Planned) -> None:
    logging = eksctl["cloudWatch"]["clusterLogging"]
    cluster = planned.one("module.eks", "aws_eks_cluster")
    group = planned.one("module.eks", "aws_cloudwatch_log_group")
    assert sorted(logging["enableTypes"]) == sorted(cluster["enabled_cluster_log_types"])
    assert logging["logRetentionInDays"] == group["retention_in_days"]


def test_same_principals_enter_with_the_same_rights(eksctl: Config, planned: Planned) -> None:
    told = {
        (entry["principalARN"], policy["policyARN"], policy["accessScope"]["type"])
        for entry in eksctl["accessConfig"]["accessEntries"]
        for policy in entry["accessPolicies"]
    }
    assert told == {
        (each["principal_arn"], each["policy_arn"], each["access_scope"][0]["type"])
        for each in planned.all("module.eks", "aws_eks_access_policy_association").values()
    }


def test_add_ons_are_the_same_with_the_same_settings(eksctl: Config, planned: Planned) -> None:
    told = {
        each["name"]: json.loads(each.get("configurationValues", "{}")) for each in eksctl["addons"]
    }
    assert told == {
        each["addon_name"]: _settings(each["configuration_values"])
        for each in planned.all("module.eks", "aws_eks_addon").values()
    }
    assert eksctl["addonsConfig"]["disableDefaultAddons"] is True


def test_node_groups_are_the_same(eksctl: Config, planned: Planned) -> None:
    groups = planned.all("module.eks", "aws_eks_node_group")
    templates = planned.all("module.eks", "aws_launch_template")
    told = {each["name"]: each for each in eksctl["managedNodeGroups"]}
    assert {name: _told(each) for name, each in told.items()} == {
        name: _planned(group, templates[name]) for name, group in groups.items()
    }
    for each in told.values():
        assert each["amiFamily"] == "AmazonLinux2023"
        assert each["privateNetworking"] is True
        assert each["disableIMDSv1"] is True
        assert each["disablePodIMDS"] is True


def test_each_service_account_gets_the_same_rights(eksctl: Config, planned: Planned) -> None:
    policies = planned.all("module.eks", "aws_iam_role_policy", "pod")
    told = {each["metadata"]["name"]: each for each in eksctl["iam"]["serviceAccounts"]}
    services = {name: each for name, each in told.items() if name not in CONTROLLERS}
    # web-ui reads no secret: a role would be for nothing.
    assert {name: each["attachPolicy"] for name, each in services.items()} == {
        name: json.loads(each["policy"])
        for name, each in policies.items()
        if name.endswith(("-service", "-gateway", "-bit"))
    }
    accounts = {name: each["metadata"]["namespace"] for name, each in services.items()}
    assert accounts.pop("fluent-bit") == "logging"
    assert set(accounts.values()) == {"tradewind"}


def test_each_controller_has_its_account(eksctl: Config, planned: Planned) -> None:
    roles = planned.all("module.eks", "aws_iam_role", "pod")
    told = {each["metadata"]["name"]: each for each in eksctl["iam"]["serviceAccounts"]}
    # The roles of add-ons are beside the add-ons.
    named = {role for role in roles if role not in ("ebs-csi", "vpc-cni", "web-ui")}
    assert set(told) == named
    for controller, policy in CONTROLLERS.items():
        assert told[controller]["wellKnownPolicies"] == {policy: True}
        account = "{namespace}/{name}".format(**told[controller]["metadata"])
        assert roles[controller]["description"].endswith(f" {account}")
    assert {each["roleName"] for each in told.values()} == {roles[name]["name"] for name in told}


def _settings(configuration: str) -> Any:
    """Return an add-on's settings; where there are none the mock made something up."""
    return json.loads(configuration) if configuration.startswith("{") else {}


def _told(group: Config) -> Config:
    return {
        "types": group["instanceTypes"],
        "spot": group["spot"],
        "sizes": [group["minSize"], group["desiredCapacity"], group["maxSize"]],
        "volume": [group["volumeSize"], group["volumeType"], group["volumeEncrypted"]],
        "labels": group["labels"],
        "taints": group.get("taints", []),
        "at once": group["updateConfig"]["maxUnavailable"],
        "repair": group["nodeRepairConfig"]["enabled"],
        "monitoring": group["enableDetailedMonitoring"],
        "arm": all("g." in each for each in group["instanceTypes"]),
        "pods": f"maxPods: {group['maxPodsPerNode']}",
    }


def _planned(group: Config, template: Config) -> Config:
    [sizes] = group["scaling_config"]
    [volume] = template["block_device_mappings"][0]["ebs"]
    [update] = group["update_config"]
    return {
        "types": group["instance_types"],
        "spot": group["capacity_type"] == "SPOT",
        "sizes": [sizes["min_size"], sizes["desired_size"], sizes["max_size"]],
        "volume": [volume["volume_size"], volume["volume_type"], volume["encrypted"] == "true"],
        "labels": group["labels"],
        "taints": [each | {"effect": TAINTS[each["effect"]]} for each in group["taint"]],
        "at once": update["max_unavailable"],
        "repair": group["node_repair_config"][0]["enabled"],
        "monitoring": template["monitoring"][0]["enabled"],
        "arm": group["ami_type"] == "AL2023_ARM_64_STANDARD",
        "pods": _pods(template["user_data"]),
    }


def _pods(user_data: str) -> str:
    return next(
        line.strip()
        for line in base64.b64decode(user_data).decode().splitlines()
        if "maxPods" in line
    )
