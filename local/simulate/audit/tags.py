"""The rule about tags: whose a thing is, what it belongs to, and who pays."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.simulate.inventory import KINDS, Clients, keys, listed

WANTED = ("environment", "owner", "component", "cost_centre")
_KINDS = {kind.name: kind for kind in KINDS}
_EC2 = (
    *("VPC", "subnet", "route table", "internet gateway", "NAT gateway", "elastic IP", "security group"),
    *("VPC endpoint", "flow log", "launch template", "instance"),
)
Tags = Mapping[str, str]


def tagged(clients: Clients, facts: Any) -> Iterator[str]:
    """Everything that can have tags and that the environment made."""
    for kind, found in {**_SIMPLE, **dict.fromkeys(_EC2, _of_ec2)}.items():
        for name, tags in found(clients, kind):
            missing = [tag for tag in WANTED if tag not in tags]
            if missing:
                yield f"{kind} {name}: {', '.join(missing)}"
            elif tags["environment"] != facts.environment:
                yield f"{kind} {name}: environment is {tags['environment']!r}"


def _pairs(items: Any, key: str = "Key", value: str = "Value") -> Tags:
    return {item[key]: item[value] for item in items or []}


def _of_ec2(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    networks = listed(clients, _KINDS["VPC"])
    defaults = {vpc["VpcId"] for vpc in networks if vpc.get("IsDefault")}
    for item in listed(clients, _KINDS[kind]):
        main = any(one.get("Main") for one in item.get("Associations", []))
        if item.get("VpcId") not in defaults and not main:  # a network comes with a table of its own
            yield item[_KINDS[kind].id], _pairs(item.get("Tags"))


def _groups(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for group in listed(clients, _KINDS[kind]):
        tags = _pairs(group["Tags"])
        if "eks:nodegroup-name" not in tags:  # made by Amazon, for a group of nodes that has tags of its own
            yield group["AutoScalingGroupName"], tags


def _balancing(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        arn = item[_KINDS[kind].id]
        found = clients("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"][0]
        yield arn.rpartition(":")[2], _pairs(found["Tags"])


def _roles(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for role in listed(clients, _KINDS[kind]):
        if not role["Path"].startswith("/aws-service-role/"):
            yield role["RoleName"], _pairs(clients("iam").list_role_tags(RoleName=role["RoleName"])["Tags"])


def _keys(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for key in keys(clients):
        yield key, _pairs(clients("kms").list_resource_tags(KeyId=key)["Tags"], "TagKey", "TagValue")


def _repositories(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        arn = item["repositoryArn"]
        yield item["repositoryName"], _pairs(clients("ecr").list_tags_for_resource(resourceArn=arn)["tags"])


def _buckets(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        yield item["Name"], _pairs(clients("s3").get_bucket_tagging(Bucket=item["Name"])["TagSet"])


def _logs(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        yield item["logGroupName"], clients("logs").list_tags_log_group(logGroupName=item["logGroupName"])["tags"]


def _zones(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        zone = item["Id"].rpartition("/")[2]
        found = clients("route53").list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)
        yield item["Name"], _pairs(found["ResourceTagSet"]["Tags"])


def _certificates(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        arn = item["CertificateArn"]
        yield item["DomainName"], _pairs(clients("acm").list_tags_for_certificate(CertificateArn=arn)["Tags"])


def _parameters(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for item in listed(clients, _KINDS[kind]):
        found = clients("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=item["Name"])
        yield item["Name"], _pairs(found["TagList"])


def _clusters(clients: Clients, kind: str) -> Iterator[tuple[str, Tags]]:
    for name in listed(clients, _KINDS[kind]):
        yield name, clients("eks").describe_cluster(name=name)["cluster"]["tags"]
        for group in clients("eks").list_nodegroups(clusterName=name)["nodegroups"]:
            found = clients("eks").describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"]
            yield group, found["tags"]


_SIMPLE: Mapping[str, Callable[[Clients, str], Iterator[tuple[str, Tags]]]] = {
    "auto scaling group": _groups,
    "load balancer": _balancing,
    "target group": _balancing,
    "IAM role": _roles,
    "KMS key": _keys,
    "repository": _repositories,
    "bucket": _buckets,
    "log group": _logs,
    "hosted zone": _zones,
    "certificate": _certificates,
    "parameter": _parameters,
    "control plane": _clusters,
}
"""Kind -> its names and tags, where that takes more than a list."""
