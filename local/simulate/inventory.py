"""All that is there in an account and a region, as its API lists it: to be counted, and to be seen gone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Clients = Callable[[str], Any]
"""Name of a service -> boto3's client for it."""


GROUP = "auto scaling group"


@dataclass(frozen=True)
class Kind:
    """A kind of thing, and how to list the ids of those that are there."""

    name: str
    service: str
    method: str
    """Of boto3's client."""
    items: str
    """Where the answer has the list."""
    id: str
    """Where an item has its id; '' where it is one."""
    arguments: Mapping[str, Any] | None = None
    gone: Callable[[Any], bool] = lambda item: False
    """Whether an item is only still listed."""


def _over(*states: str) -> Callable[[Any], bool]:
    return lambda item: _state(item) in states


def _state(item: Any) -> str:
    state = item.get("State", item.get("KeyState", ""))
    return str(state["Name"] if isinstance(state, dict) else state).lower()


KINDS = (
    Kind("VPC", "ec2", "describe_vpcs", "Vpcs", "VpcId"),
    Kind("subnet", "ec2", "describe_subnets", "Subnets", "SubnetId"),
    Kind("route table", "ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    Kind("internet gateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    Kind("NAT gateway", "ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId", gone=_over("deleted")),
    Kind("elastic IP", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    Kind("security group", "ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    Kind("VPC endpoint", "ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", gone=_over("deleted")),
    Kind("flow log", "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Kind("network interface", "ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    Kind("launch template", "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    Kind("volume", "ec2", "describe_volumes", "Volumes", "VolumeId"),
    Kind("instance", "ec2", "describe_instances", "Reservations", "InstanceId", gone=_over("terminated")),
    Kind(
        "auto scaling group", "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"
    ),
    Kind("scaling policy", "autoscaling", "describe_policies", "ScalingPolicies", "PolicyARN"),
    Kind("load balancer", "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    Kind("target group", "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    Kind("IAM role", "iam", "list_roles", "Roles", "Arn"),
    Kind("IAM policy", "iam", "list_policies", "Policies", "Arn", {"Scope": "Local"}),
    Kind("instance profile", "iam", "list_instance_profiles", "InstanceProfiles", "Arn"),
    Kind("KMS alias", "kms", "list_aliases", "Aliases", "AliasName"),
    Kind("parameter", "ssm", "describe_parameters", "Parameters", "Name"),
    Kind("repository", "ecr", "describe_repositories", "repositories", "repositoryArn"),
    Kind("bucket", "s3", "list_buckets", "Buckets", "Name"),
    Kind("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Kind("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmArn"),
    Kind("control plane", "eks", "list_clusters", "clusters", ""),
    Kind("hosted zone", "route53", "list_hosted_zones", "HostedZones", "Id"),
    Kind("certificate", "acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    Kind("topic", "sns", "list_topics", "Topics", "TopicArn"),
)
"""What an environment may make. Keys are apart: AWS deletes them after a time of waiting only."""

Inventory = Mapping[str, frozenset[str]]
"""Kind's name -> ids."""


def take(clients: Clients) -> Inventory:
    """What is there now."""
    found = {
        kind.name: frozenset(item[kind.id] if kind.id else item for item in listed(clients, kind)) for kind in KINDS
    }
    return {**found, "KMS key": frozenset(keys(clients))}


def listed(clients: Clients, kind: Kind) -> list[Any]:
    """The items of one kind, without those that are only still listed."""
    client = clients(kind.service)
    arguments = dict(kind.arguments or {})
    if client.can_paginate(kind.method):
        pages: Any = client.get_paginator(kind.method).paginate(**arguments)
    else:
        pages = [getattr(client, kind.method)(**arguments)]
    items = [item for page in pages for item in page.get(kind.items, [])]
    if kind.name == "instance":
        items = [instance for reservation in items for instance in reservation["Instances"]]
    return [item for item in items if not kind.gone(item)]


def keys(clients: Clients) -> list[str]:
    """The ids of the keys that people made and nobody has given up. AWS makes one itself for a service's first need."""
    kms = clients("kms")
    aliases = [alias for page in kms.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]
    aws = {alias.get("TargetKeyId") for alias in aliases if alias["AliasName"].startswith("alias/aws/")}
    ids = [key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
    ids = [one for one in ids if one not in aws]
    facts = [kms.describe_key(KeyId=one)["KeyMetadata"] for one in ids]
    return [one["KeyId"] for one in facts if one["KeyManager"] == "CUSTOMER" and one["KeyState"] != "PendingDeletion"]


def added(before: Inventory, now: Inventory) -> Inventory:
    """What is there now and was not before, of the kinds of which there is something."""
    new = {kind: ids - before.get(kind, frozenset()) for kind, ids in now.items()}
    return {kind: ids for kind, ids in new.items() if ids}
