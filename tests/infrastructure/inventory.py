"""Prints what an AWS account holds, as JSON by region and kind: python inventory.py REGION…

It runs in the environment that has boto3. Kinds that live in no region stand under `global`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

Item = dict[str, Any]

GLOBAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Kind:
    """One kind of thing: the call that lists it and the member of an answer that names it."""

    service: str
    operation: str
    path: str  # "Reservations.Instances": members to go through, lists on the way
    name: str = ""  # the member of an item that is its id; empty where the item is the id
    counts: Callable[[Item], bool] = bool
    arguments: dict[str, Any] = field(default_factory=dict)
    # AWS lets no network go while it has any of these, but for its first access list, which goes
    # along. moto keeps that list, and the interface of a gateway that is gone.
    in_network: bool = False


def _by_hand(item: Item) -> bool:
    """Tell apart snapshots from automated backups, which end by themselves after their time."""
    return item["SnapshotType"] != "automated"


def _is_own(item: Item) -> bool:
    return not str(item.get("Arn", "")).startswith("arn:aws:iam::aws:")


REGIONAL = (
    Kind("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    Kind("backup", "list_backup_plans", "BackupPlansList", "BackupPlanName"),
    Kind("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    Kind("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Kind("cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName"),
    Kind("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Kind("ec2", "describe_addresses", "Addresses", "AllocationId"),
    Kind("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Kind("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    Kind("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"),
    Kind(
        "ec2",
        "describe_managed_prefix_lists",
        "PrefixLists",
        "PrefixListId",
        lambda item: item.get("OwnerId") != "AWS",
    ),
    Kind(
        "ec2",
        "describe_nat_gateways",
        "NatGateways",
        "NatGatewayId",
        lambda item: item["State"] != "deleted",
    ),
    Kind("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId", in_network=True),
    Kind(
        "ec2",
        "describe_network_interfaces",
        "NetworkInterfaces",
        "NetworkInterfaceId",
        in_network=True,
    ),
    Kind("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    Kind("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    Kind("ec2", "describe_subnets", "Subnets", "SubnetId"),
    Kind("ec2", "describe_volumes", "Volumes", "VolumeId"),
    Kind(
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints",
        "VpcEndpointId",
        lambda item: item["State"] != "deleted",
    ),
    Kind("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    Kind("ecr", "describe_repositories", "repositories", "repositoryName"),
    Kind("eks", "list_clusters", "clusters"),
    Kind("elasticache", "describe_cache_clusters", "CacheClusters", "CacheClusterId"),
    Kind(
        "elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups", "CacheSubnetGroupName"
    ),
    Kind(
        "elasticache", "describe_users", "Users", "UserId", lambda item: item["UserId"] != "default"
    ),
    Kind("events", "list_rules", "Rules", "Name"),
    Kind("firehose", "list_delivery_streams", "DeliveryStreamNames"),
    Kind(
        "kms",
        "list_aliases",
        "Aliases",
        "AliasName",
        lambda item: not item["AliasName"].startswith("alias/aws/"),
    ),
    Kind("lambda", "list_functions", "Functions", "FunctionName"),
    Kind("logs", "describe_log_groups", "logGroups", "logGroupName"),
    Kind("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    Kind("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    Kind("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier", _by_hand),
    Kind("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    Kind("rds", "describe_event_subscriptions", "EventSubscriptionsList", "CustSubscriptionId"),
    Kind("secretsmanager", "list_secrets", "SecretList", "Name"),
    Kind("sns", "list_topics", "Topics", "TopicArn"),
    Kind("sqs", "list_queues", "QueueUrls"),
    Kind("ssm", "describe_parameters", "Parameters", "Name"),
    Kind("wafv2", "list_ip_sets", "IPSets", "Name", arguments={"Scope": "REGIONAL"}),
    Kind("wafv2", "list_web_acls", "WebACLs", "Name", arguments={"Scope": "REGIONAL"}),
)

WORLDWIDE = (
    Kind(
        "budgets",
        "describe_budgets",
        "Budgets",
        "BudgetName",
        arguments={"AccountId": "123456789012"},
    ),
    Kind("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    Kind("cloudfront", "list_functions", "FunctionList.Items", "Name"),
    Kind("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items", "Id"),
    Kind("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    Kind("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
    Kind("iam", "list_policies", "Policies", "PolicyName", _is_own, {"Scope": "Local"}),
    Kind("iam", "list_roles", "Roles", "RoleName"),
    Kind("iam", "list_users", "Users", "UserName"),
    Kind("route53", "list_health_checks", "HealthChecks", "Id"),
    Kind("route53", "list_hosted_zones", "HostedZones", "Name"),
    Kind("s3", "list_buckets", "Buckets", "Name"),
    Kind("wafv2", "list_ip_sets", "IPSets", "Name", arguments={"Scope": "CLOUDFRONT"}),
    Kind("wafv2", "list_web_acls", "WebACLs", "Name", arguments={"Scope": "CLOUDFRONT"}),
)


@cache
def _client(service: str, region: str) -> Any:
    """Return a client; making one reads the description of its whole service."""
    return boto3.client(service, region_name=region)


def _items(answer: Any, path: str) -> list[Any]:
    found = [answer]
    for member in path.split("."):
        found = [item.get(member) or [] for item in found if item]
        found = [each for item in found for each in (item if isinstance(item, list) else [item])]
    return found


def _answers(client: Any, kind: Kind) -> Iterator[Any]:
    if client.can_paginate(kind.operation):
        yield from client.get_paginator(kind.operation).paginate(**kind.arguments)
    else:
        yield getattr(client, kind.operation)(**kind.arguments)


@cache
def _networks(region: str) -> set[str]:
    return {network["VpcId"] for network in _client("ec2", region).describe_vpcs()["Vpcs"]}


def _listed(kind: Kind, region: str) -> list[str]:
    client = _client(kind.service, region)
    return sorted(
        str(item[kind.name] if kind.name else item)
        for answer in _answers(client, kind)
        for item in _items(answer, kind.path)
        if kind.counts(item) and (not kind.in_network or item["VpcId"] in _networks(region))
    )


def _keys(region: str) -> list[str]:
    """Return the KMS keys that are ours and will stay."""
    client = _client("kms", region)
    metadata = (
        client.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in client.list_keys()["Keys"]
    )
    return sorted(
        each["KeyId"]
        for each in metadata
        if each["KeyManager"] == "CUSTOMER" and each["KeyState"] != "PendingDeletion"
    )


def _objects(buckets: list[str]) -> list[str]:
    client = _client("s3", GLOBAL_REGION)
    return sorted(
        f"{bucket}/{each['Key']}"
        for bucket in buckets
        for answer in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for each in answer.get("Contents", [])
    )


def inventory(regions: list[str]) -> dict[str, list[str]]:
    """Return the ids of all that the account holds in these regions, by place and kind."""
    held = {
        f"{region} {kind.service} {kind.path}": _listed(kind, region)
        for region in regions
        for kind in REGIONAL
    }
    held |= {f"{region} kms Keys": _keys(region) for region in regions}
    held |= {
        f"global {kind.service} {kind.path}": _listed(kind, GLOBAL_REGION) for kind in WORLDWIDE
    }
    held["global s3 Objects"] = _objects(held["global s3 Buckets"])
    return held


if __name__ == "__main__":
    json.dump(inventory(sys.argv[1:]), sys.stdout)
