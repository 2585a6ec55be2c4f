"""A network, core servers and pools as the tests build them, and what Amazon would say of their resources."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import foxden
from foxden.boot.node import Role
from foxden.schedulers.nomad import nodes
from tests.mocks import Recorded, Resource, run

lib: Any = foxden
"""The library without its types: what is given here a type checker would not understand."""

ACCOUNT = "123456789012"
IMAGE = "ami-0123456789abcdef0"
TAGS = {"environment": "dev", "owner": "ana", "cost_centre": "4711"}
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
NETWORK = {"cloud": "aws", "cidr": "10.20.0.0/16", "zones": ZONES, "tags": TAGS}
CORE = {"scheduler": "nomad", "servers": 3, "image": IMAGE, "pools": ["general", "batch"], "tags": TAGS}
POOLS: Mapping[str, Mapping[str, Any]] = {
    "general": {"image": IMAGE, "tags": TAGS, "instance_types": ["t3.large", "t3a.large"], "on_demand": {"percent": 0}},
    "batch": {"image": IMAGE, "tags": TAGS},
}

SITE = {
    "cloud": "aws",
    "id": "vpc-0123",
    "cidr": "10.30.0.0/16",
    "zones": {zone: {"private": f"subnet-{zone[-1]}", "public": f"subnet-public-{zone[-1]}"} for zone in ZONES},
}
"""A network that is there."""

FACTS = {
    "cluster": "dev",
    "scheduler": "nomad",
    "network": SITE,
    "pools": ["general", "batch"],
    "key": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/k",
    "workers_security_group": "sg-workers",
    "store": {"bucket": "dev-boot-1", "programs": [nodes.program(role).checksum for role in Role]},
}
"""The core of a cluster that is there."""

_ARNS = {
    "aws:kms/key:Key": "kms:eu-central-1:{account}:key/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:eu-central-1:{account}:log-group:/foxden/{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:iam/instanceProfile:InstanceProfile": "iam::{account}:instance-profile/{name}",
}


def answer(kind: str, name: str, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon adds to a resource. Its id says what it is, however many are made in which order."""
    more: dict[str, Any] = {"id": f"{kind.rpartition(':')[2]} {name}"}
    if kind in _ARNS:
        more["arn"] = "arn:aws:" + _ARNS[kind].format(account=ACCOUNT, name=name)
    if kind == "aws:kms/key:Key":
        more["keyId"] = name
    return {**more, "latestVersion": 7} if kind == "aws:ec2/launchTemplate:LaunchTemplate" else more


def told(template: Resource) -> str:
    """What a machine of that launch template is told."""
    return base64.b64decode(template.inputs["userData"]).decode()


def recorded(program: Callable[[], Any], preview: bool = False) -> Recorded:
    """What a program registers."""
    return run(program, answer=answer, preview=preview)


def made(args: Mapping[str, Any]) -> dict[str, Any]:
    """The args, with what a function gives in its place: an output can be made in a program only."""
    return {key: value() if callable(value) else value for key, value in args.items()}


def network(**changed: Any) -> Recorded:
    """A network alone."""
    return recorded(lambda: lib.Network("dev", made({**NETWORK, **changed})))


def core(preview: bool = False, **changed: Any) -> Recorded:
    """Core servers in a network that is there."""
    return recorded(lambda: lib.CoreCluster("dev", made({**CORE, "network": SITE, **changed})), preview)


def pool(preview: bool = False, **changed: Any) -> Recorded:
    """A pool of a cluster that is there."""
    return recorded(lambda: lib.WorkerPool("general", made({"image": IMAGE, "cluster": FACTS, **changed})), preview)


def whole(
    network_args: Mapping[str, Any] = NETWORK,
    core_args: Mapping[str, Any] = CORE,
    pools: Mapping[str, Mapping[str, Any]] = POOLS,
    preview: bool = False,
) -> Recorded:
    """All of them."""

    def program() -> None:
        facts = lib.Network("dev", network_args).facts
        cluster = lib.CoreCluster("dev", {**core_args, "network": facts}).facts
        for name, args in pools.items():
            lib.WorkerPool(name, {**args, "cluster": cluster})

    return recorded(program, preview)
