"""Kubernetes on AWS as the tests build it: a network, masters and pools."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from foxden.boot.node import Role
from foxden.schedulers.kubernetes import nodes
from tests.graph.graphs import CORE, NETWORK, POOLS, answer, lib
from tests.mocks import Recorded, run
from tests.unit.boot.samples import decoded

CHECKSUM = "d" * 64
SOFTWARE = {"programs": {"kube-router": {"checksum": CHECKSUM}}}
VERSION = nodes.version(nodes.software(programs=SOFTWARE["programs"]), Role.SERVER)
KUBERNETES = {**CORE, "scheduler": "kubernetes", "software": SOFTWARE}
HOST = "foxden-dev--api-0123.elb.eu-central-1.amazonaws.com"
LISTED = "aws:ssm/getParametersByPath:getParametersByPath"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
BALANCER, TARGET = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"


def told(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon says of a resource, with the host name of a balancer."""
    return {**answer(kind, name, inputs), **({"dnsName": HOST} if kind == BALANCER else {})}


def up(
    core: Mapping[str, Any] = KUBERNETES,
    pools: Mapping[str, Mapping[str, Any]] = POOLS,
    running: str = "",
    more: Any = None,
    preview: bool = False,
) -> Recorded:
    """A network, masters and pools. ``running`` is the version that is there; ``more`` is done with the core."""
    kept = {"names": ["/foxden/dev/versions/control-plane"], "values": [running]} if running else {"values": []}

    def program() -> None:
        made = lib.CoreCluster("dev", {**core, "network": lib.Network("dev", NETWORK).facts})
        for name, args in pools.items():
            lib.WorkerPool(name, {**args, "cluster": made.facts})
        if more:
            more(made)

    functions = {LISTED: lambda args: kept, "aws:ssm/getParameter:getParameter": lambda args: {"value": args["name"]}}
    return run(program, answer=told, functions=functions, preview=preview)


@cache
def whole() -> Recorded:
    """The usual one, once."""
    return up()


def user_data(done: Recorded, name: str) -> str:
    """What machines of that kind are told, unpacked."""
    return decoded(done.of_type(TEMPLATE)[name].inputs["userData"])
