"""Network exposure: what can be reached from where."""

from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.rule import Domain

rules = Domain("network")

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
WORLD = ("0.0.0.0/0", "::/0")


def open_to_world(rule: Node) -> bool:
    """Whether a firewall rule surely is for everybody."""
    return rule["cidrIpv4"].is_(*WORLD) or rule["cidrIpv6"].is_(*WORLD)


@rules.rule(
    "no-open-admin-port",
    INGRESS,
    severity=Severity.CRITICAL,
    what="No firewall lets the whole world reach a port of administration",
    why="Everybody can try passwords and known weaknesses there, and somebody always does",
    fix="give the rule a network or a security group of its own, or use `make connect`",
    references=("CIS AWS 5.3", "CIS AWS 5.4", "FSBP EC2.53", "FSBP EC2.54"),
    config={"ports": [22, 3389, 4646, 8500, 8501, 6443, 2379, 2380, 10250]},
)
def no_open_admin_port(rule: Resource, config: Node) -> Iterator[str]:
    """Ingress of the world to such a port."""
    low, high = rule.inputs["fromPort"].number, rule.inputs["toPort"].number
    if not open_to_world(rule.inputs):
        return
    for port in config["ports"].each():
        number = port.number or 0
        if rule.inputs["ipProtocol"].is_("-1") or (low is not None and high is not None and low <= number <= high):
            yield f"lets the whole world reach port {number:.0f}"
