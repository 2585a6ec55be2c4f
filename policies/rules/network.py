"""Network exposure: what can be reached from where."""

from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import TEMPLATE, whole_world
from policies.rule import Domain

rules = Domain("network")

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP, OLD_RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/securityGroupRule:SecurityGroupRule"
VPC, FLOW_LOG, ENDPOINT = "aws:ec2/vpc:Vpc", "aws:ec2/flowLog:FlowLog", "aws:ec2/vpcEndpoint:VpcEndpoint"
ALL = ("-1", -1, "all")


def _cidrs(rule: Node) -> Iterator[str]:
    """The networks of a firewall's rule, in any of the three ways that AWS has to write one."""
    for field in ("cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"):
        yield from rule[field].texts()


def _rules(resource: Resource, direction: str) -> Iterator[Node]:
    """The rules on what may come in (``ingress``) or go out (``egress``)."""
    if resource.type == GROUP:
        yield from resource.inputs[direction].each()
    elif resource.type == {"ingress": INGRESS, "egress": EGRESS}[direction] or resource.inputs["type"].is_(direction):
        yield resource.inputs


def _for_all(rule: Node) -> bool:
    return any(map(whole_world, _cidrs(rule)))


def _protocol(rule: Node) -> Node:
    return rule["ipProtocol"] if rule["ipProtocol"].given else rule["protocol"]


def _ports(rule: Node) -> tuple[float, float]:
    """The first and the last port; nothing that can be read is nothing."""
    if _protocol(rule).is_(*ALL):
        return 0, 65535
    low, high = rule["fromPort"].number, rule["toPort"].number
    return (low, high) if low is not None and high is not None else (1, 0)


@rules.rule(
    "no-open-admin-port",
    INGRESS,
    GROUP,
    OLD_RULE,
    severity=Severity.CRITICAL,
    what="The whole world reaches no port of administration",
    why="Everybody can try passwords and known weaknesses there, and somebody always does",
    fix="name a network or a security group, or use `make connect`",
    references=(
        "CIS AWS 5.3",
        "CIS AWS 5.4",
        "FSBP EC2.13",
        "FSBP EC2.14",
        "FSBP EC2.19",
        "checkov CKV_AWS_24",
        "checkov CKV_AWS_25",
    ),
    config={"ports": [22, 2379, 2380, 3389, 4646, 4647, 6443, 8300, 8500, 8501, 10250]},
)
def _admin_ports(resource: Resource, config: Node) -> Iterator[str]:
    for rule in _rules(resource, "ingress"):
        low, high = _ports(rule)
        open_ports = [f"{port.number:.0f}" for port in config["ports"].each() if low <= (port.number or -1) <= high]
        if open_ports and _for_all(rule):
            yield f"lets the whole world reach port {', '.join(open_ports)}"


@rules.rule(
    "public-ports-limited",
    INGRESS,
    GROUP,
    OLD_RULE,
    severity=Severity.HIGH,
    what="The whole world reaches the ports of a website alone",
    why="Every other open port is one more thing to be attacked, and nobody expects it to be open",
    fix="name a network or a security group, or serve it through the balancer",
    references=(
        "FSBP EC2.18",
        "checkov CKV_AWS_260",
        "pulumi aws-ec2-securitygroup-disallow-public-internet-ingress",
        "pulumi aws-ec2-securitygroup-disallow-inbound-http-traffic",
    ),
    config={"ports": [80, 443]},
)
def _public_ports(resource: Resource, config: Node) -> Iterator[str]:
    allowed = {port.number for port in config["ports"].each()}
    for rule in _rules(resource, "ingress"):
        low, high = _ports(rule)
        if low <= high and _for_all(rule) and not (low == high and low in allowed):
            yield f"lets the whole world reach the ports {low:.0f} to {high:.0f}"


@rules.rule(
    "no-whole-network-trust",
    INGRESS,
    GROUP,
    OLD_RULE,
    severity=Severity.HIGH,
    what="Nothing lets a whole network in on all ports",
    why="One broken machine there reaches everything on this one",
    fix="name the ports, or the security group that needs them all",
    references=("checkov CKV_AWS_277",),
    config={"most": 60000},
)
def _whole_network(resource: Resource, config: Node) -> Iterator[str]:
    for rule in _rules(resource, "ingress"):
        low, high = _ports(rule)
        if high - low >= (config["most"].number or 0) and any(_cidrs(rule)):
            yield f"lets {', '.join(_cidrs(rule))} in on all ports"


@rules.rule(
    "outgoing-limited",
    EGRESS,
    GROUP,
    OLD_RULE,
    severity=Severity.LOW,
    what="What may go out is limited to ports or to a place",
    why="A program that was broken into can send anything anywhere",
    fix="name the ports or networks that are needed",
    references=("checkov CKV_AWS_382",),
)
def _outgoing(resource: Resource, _config: Node) -> Iterator[str]:
    for rule in _rules(resource, "egress"):
        if _protocol(rule).is_(*ALL) and _for_all(rule):
            yield "lets everything out to everywhere"


@rules.rule(
    "firewall-rule-described",
    INGRESS,
    EGRESS,
    GROUP,
    OLD_RULE,
    severity=Severity.LOW,
    what="Every security group and every rule of one says what it is for",
    why="Nobody dares to remove what nobody can explain",
    fix="give it a description",
    references=(
        "checkov CKV_AWS_23",
        "pulumi aws-ec2-securitygroup-missing-description",
        "pulumi aws-ec2-securitygroup-missing-ingress-rule-description",
        "pulumi aws-ec2-securitygroup-missing-egress-rule-description",
    ),
)
def _described(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.inputs["description"].absent or resource.inputs["description"].is_("Managed by Pulumi"):
        yield "has no description"


@rules.rule(
    "firewall-rules-apart",
    GROUP,
    severity=Severity.MEDIUM,
    what="A security group's rules are resources of their own",
    why="Rules inside a group and beside it overwrite each other with every update",
    fix="make a SecurityGroupIngressRule or SecurityGroupEgressRule of each",
)
def _apart(group: Resource, _config: Node) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        if group.inputs[direction].given:
            yield f"has {direction} rules inside"


@rules.rule(
    "default-security-group-closed",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    severity=Severity.HIGH,
    what="A network's default security group lets nothing in or out",
    why="What is made without a group gets that one, by mistake",
    fix="take all rules out of it and use groups with a purpose",
    references=("CIS AWS 5.5", "FSBP EC2.2", "checkov CKV2_AWS_12"),
)
def _default_closed(group: Resource, _config: Node) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        if group.inputs[direction].given:
            yield f"has {direction} rules"


@rules.whole(
    "default-security-group-kept",
    severity=Severity.MEDIUM,
    what="Every network's default security group is managed here",
    why="AWS makes it with everything allowed between its members, and nobody sees that",
    fix="add a DefaultSecurityGroup without rules beside the Vpc",
    references=("CIS AWS 5.5", "FSBP EC2.2", "checkov CKV2_AWS_12"),
)
def _default_kept(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    parents = {each.parent for each in stack.of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")}
    yield from (
        (vpc, "has a default security group as AWS makes it") for vpc in stack.of(VPC) if vpc.parent not in parents
    )


@rules.whole(
    "network-logged",
    severity=Severity.MEDIUM,
    what="Every network has a log of all its flows",
    why="Without it nobody can say afterwards who reached what",
    fix="add a FlowLog of all traffic beside the Vpc",
    references=("CIS AWS 3.7", "FSBP EC2.6", "checkov CKV2_AWS_11"),
)
def _logged(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    logs = [log for log in stack.of(FLOW_LOG) if not log.inputs["trafficType"].is_not("ALL")]
    parents = {log.parent for log in logs}
    yield from ((vpc, "has no log of all its flows") for vpc in stack.of(VPC) if vpc.parent not in parents)


@rules.whole(
    "cloud-reached-inside",
    severity=Severity.LOW,
    what="The cloud's own services are reached without leaving the network",
    why="Credentials and images go over the internet otherwise, and through a gateway that costs by the byte",
    fix="add a VpcEndpoint of the service beside the Vpc",
    references=("FSBP EC2.10",),
    config={"services": ["s3"]},
)
def _inside(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    for vpc in stack.of(VPC):
        near = [each.inputs["serviceName"] for each in stack.of(ENDPOINT) if each.parent == vpc.parent]
        unreadable = any(name.opaque for name in near)
        for service in config["services"].texts():
            if not unreadable and not any(name.text.endswith(f".{service}") for name in near):
                yield vpc, f"has no endpoint of {service}"


@rules.rule(
    "endpoint-by-its-name",
    ENDPOINT,
    severity=Severity.LOW,
    what="An interface endpoint answers to the service's own name",
    why="Programs go around it otherwise, over the internet",
    fix="set privateDnsEnabled",
)
def _by_name(endpoint: Resource, _config: Node) -> Iterator[str]:
    if endpoint.inputs["vpcEndpointType"].is_("Interface") and endpoint.inputs["privateDnsEnabled"].is_not(True):
        yield "has no private DNS name"


@rules.rule(
    "no-public-machine",
    TEMPLATE,
    severity=Severity.HIGH,
    what="No machine has a public address",
    why="It stands in front of the firewall that was built for it",
    fix="leave associatePublicIpAddress out: the balancer and `make connect` are the ways in",
    references=(
        "FSBP EC2.25",
        "FSBP EC2.9",
        "checkov CKV_AWS_88",
        "awsguard ec2-instance-no-public-ip",
        "pulumi aws-ec2-launchtemplate-disallow-public-ip",
    ),
)
def _public_machine(template: Resource, _config: Node) -> Iterator[str]:
    for interface in template.inputs["networkInterfaces"].each():
        if interface["associatePublicIpAddress"].is_(True, "true"):
            yield "gives its machines a public address"


@rules.rule(
    "no-public-subnet-default",
    "aws:ec2/subnet:Subnet",
    severity=Severity.MEDIUM,
    what="No subnet gives public addresses by itself",
    why="Whatever is put there is on the internet, whether it was meant or not",
    fix="leave mapPublicIpOnLaunch out",
    references=("FSBP EC2.15", "checkov CKV_AWS_130"),
)
def _public_subnet(subnet: Resource, _config: Node) -> Iterator[str]:
    if subnet.inputs["mapPublicIpOnLaunch"].is_(True):
        yield "gives public addresses to all that is put there"
