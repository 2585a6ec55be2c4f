"""Rules about networks: what is open, to whom, and who notes it down."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.simulate.inventory import KINDS, Clients, listed

_KINDS = {kind.name: kind for kind in KINDS}
_WORLD = ("0.0.0.0/0", "::/0")
_WEB = ({80}, {443})


def _own_networks(clients: Clients) -> list[str]:
    return [vpc["VpcId"] for vpc in listed(clients, _KINDS["VPC"]) if not vpc.get("IsDefault")]


def _groups(clients: Clients) -> list[Any]:
    own = _own_networks(clients)
    return [group for group in listed(clients, _KINDS["security group"]) if group["VpcId"] in own]


def open_to_the_world(clients: Clients, facts: Any) -> Iterator[str]:
    """Only what a balancer stands behind, and there only the web's ports."""
    balancers = {group for one in listed(clients, _KINDS["load balancer"]) for group in one.get("SecurityGroups", [])}
    for group in _groups(clients):
        for rule in group.get("IpPermissions", []):
            if not _is_open(rule):
                continue
            ports = {rule.get("FromPort"), rule.get("ToPort")}
            if group["GroupId"] not in balancers or ports not in _WEB:
                yield f"{group['GroupName']}: {rule.get('IpProtocol')} {rule.get('FromPort')}-{rule.get('ToPort')}"


def _is_open(rule: Mapping[str, Any]) -> bool:
    ranges = [one.get("CidrIp") for one in rule.get("IpRanges", [])]
    ranges += [one.get("CidrIpv6") for one in rule.get("Ipv6Ranges", [])]
    return any(one in _WORLD for one in ranges)


def default_groups(clients: Clients, facts: Any) -> Iterator[str]:
    """What is started without a group gets this one."""
    for group in _groups(clients):
        if group["GroupName"] == "default" and (group.get("IpPermissions") or group.get("IpPermissionsEgress")):
            yield f"{group['GroupId']} in {group['VpcId']}"


def flow_logs(clients: Clients, facts: Any) -> Iterator[str]:
    """Without them nobody can tell what happened."""
    logged = {log["ResourceId"] for log in listed(clients, _KINDS["flow log"])}
    yield from (vpc for vpc in _own_networks(clients) if vpc not in logged)


def _balancers(clients: Clients, kind: str) -> list[Any]:
    return [one for one in listed(clients, _KINDS["load balancer"]) if one["Type"] == kind]


def balancers(clients: Clients, facts: Any) -> Iterator[str]:
    """Plain HTTP gives a redirect and nothing else; access is logged."""
    elb = clients("elbv2")
    for balancer in _balancers(clients, "application"):
        name, arn = balancer["LoadBalancerName"], balancer["LoadBalancerArn"]
        for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            actions = {action["Type"] for action in listener["DefaultActions"]}
            if listener["Protocol"] == "HTTP" and actions != {"redirect"}:
                yield f"{name}: port {listener['Port']} answers without TLS"
            if listener["Protocol"] == "HTTPS" and "TLS13-1-2" not in listener.get("SslPolicy", ""):
                yield f"{name}: policy {listener.get('SslPolicy')}"
        attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        found = {one["Key"]: one["Value"] for one in attributes}
        if found.get("access_logs.s3.enabled") != "true":
            yield f"{name}: access is not logged"


def ways_to_servers(clients: Clients, facts: Any) -> Iterator[str]:
    """What passes connections on as they are is inside the network alone, and asks servers how they are over TLS."""
    elb = clients("elbv2")
    for balancer in _balancers(clients, "network"):
        name, arn = balancer["LoadBalancerName"], balancer["LoadBalancerArn"]
        if balancer.get("Scheme") != "internal":
            yield f"{name}: {balancer.get('Scheme')}"
        if not balancer.get("SecurityGroups"):
            yield f"{name}: open to the whole network"
        for target in elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"]:
            if target.get("HealthCheckProtocol") != "HTTPS":
                yield f"{name}: health by {target.get('HealthCheckProtocol')}"
