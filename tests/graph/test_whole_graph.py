"""Properties of everything that a network, core servers and pools register together."""

import json
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from foxden.boot.files import shipped
from foxden.boot.node import Role
from foxden.clouds.aws.firewall import GROUPS
from foxden.schedulers.nomad import nodes
from tests.graph.graphs import CORE, NETWORK, POOLS, TAGS, ZONES, whole
from tests.mocks import Recorded, Resource, Secret

UNTAGGABLE = {
    "aws:autoscaling/lifecycleHook:LifecycleHook",
    "aws:autoscaling/policy:Policy",
    "aws:autoscaling/schedule:Schedule",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:kms/alias:Alias",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketObjectv2:BucketObjectv2",  # ten at most
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
}
"""What AWS gives no tags."""

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ROLES = {
    "asg": (CORE, POOLS),
    "ec2": ({**CORE, "bootstrap": "ec2"}, POOLS),
}


@cache
def graph(bootstrap: str = "asg") -> Recorded:
    """The whole, once."""
    core_args, pools = ROLES[bootstrap]
    return whole(core_args=core_args, pools=pools)


def tags_of(resource: Resource) -> dict[str, str]:
    """The tags of a resource; a group has them as a list."""
    tags = resource.inputs.get("tags", {})
    return {each["key"]: each["value"] for each in tags} if isinstance(tags, list) else tags


@pytest.mark.parametrize("bootstrap", sorted(ROLES))
def test_everything_is_tagged(bootstrap: str) -> None:
    for each in graph(bootstrap).resources:
        if each.custom and each.type not in UNTAGGABLE:
            assert TAGS.items() <= tags_of(each).items(), each.urn
            assert {"component", "Name"} <= tags_of(each).keys(), each.urn


@pytest.mark.parametrize("bootstrap", sorted(ROLES))
def test_every_resource_is_below_its_component(bootstrap: str) -> None:
    done = graph(bootstrap)
    components = {each.urn: each for each in done.resources if not each.custom}
    assert {each.type.rpartition(":")[2] for each in components.values()} == {"Network", "CoreCluster", "WorkerPool"}
    assert all(each.parent in components for each in done.resources if each.custom)
    assert all(each.parent == "" and each.outputs for each in components.values())


def test_nothing_secret_is_among_the_inputs() -> None:
    def secrets(value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(secrets, value.values()))
        return any(map(secrets, value)) if isinstance(value, list) else isinstance(value, Secret)

    texts = json.dumps([each.inputs for each in graph().resources], default=str)
    assert not any(secrets(each.inputs) for each in graph().resources)
    assert "PRIVATE KEY" not in texts and "password" not in texts.lower()


def test_who_may_talk_to_whom() -> None:
    done = graph()
    ways = {
        (
            rule["referencedSecurityGroupId"],
            rule["securityGroupId"],
            rule["ipProtocol"],
            int(rule["fromPort"]),
            int(rule["toPort"]),
        )
        for rule in (each.inputs for each in done.of_type(INGRESS).values())
        if "referencedSecurityGroupId" in rule
    }
    servers, workers = "SecurityGroup dev-servers", "SecurityGroup dev-workers"
    assert ways == {
        (servers, servers, "tcp", 8300, 8300),
        (servers, servers, "tcp", 8301, 8301),
        (servers, servers, "udp", 8301, 8301),
        (servers, servers, "tcp", 4646, 4648),
        (servers, servers, "udp", 4648, 4648),
        (servers, workers, "tcp", 8301, 8301),
        (servers, workers, "udp", 8301, 8301),
        (workers, servers, "tcp", 8300, 8300),
        (workers, servers, "tcp", 8301, 8301),
        (workers, servers, "udp", 8301, 8301),
        (workers, servers, "tcp", 4647, 4647),
        (workers, workers, "tcp", 8301, 8301),
        (workers, workers, "udp", 8301, 8301),
        (workers, workers, "tcp", 20000, 32000),
    }


def test_the_openings_are_those_of_the_scheduler() -> None:
    named = {(flow.source, flow.target, flow.protocol, *flow.ports) for flow in nodes.flows()}
    assert len(named) == len([name for name in graph().of_type(INGRESS) if "-to-" in name])


def test_nothing_is_open_to_the_world() -> None:
    for each in graph().of_type(INGRESS).values():
        assert each.inputs.get("cidrIpv4", NETWORK["cidr"]) == NETWORK["cidr"], each.name
        assert "cidrIpv6" not in each.inputs


def test_what_may_be_called_outside() -> None:
    outward = {
        each.name: (each.inputs["ipProtocol"], each.inputs.get("fromPort"))
        for each in graph().of_type(EGRESS).values()
        if "cidrIpv4" in each.inputs
    }
    assert outward == {
        "dev-servers-out-tcp-443": ("tcp", 443),
        "dev-servers-out-tcp-80": ("tcp", 80),
        "dev-workers-out": ("-1", None),
    }


def test_a_mirror_elsewhere_is_reached_and_nothing_else() -> None:
    software = {"mirror": "http://mirror.example:8081", "apt_mirror": "http://mirror.example:8082/debian"}
    done = whole(core_args={**CORE, "software": software}, pools={})
    ports = {each.inputs.get("fromPort") for name, each in done.of_type(EGRESS).items() if "servers-out" in name}
    assert ports == {443, 8081, 8082}


def test_the_rules_do_not_grow_with_the_pools() -> None:
    alone = whole(pools={})
    assert len(alone.of_type(INGRESS)) == len(graph().of_type(INGRESS))


def test_every_role_has_a_security_group() -> None:
    assert set(GROUPS) == set(Role)


def described(done: Recorded) -> dict[str, Any]:
    """What the engine was told."""
    return {each.urn: (each.inputs, each.depends_on, each.protect) for each in done.resources}


def test_the_order_of_zones_changes_nothing() -> None:
    for order in list(permutations(ZONES))[1:3]:
        assert described(whole(network_args={**NETWORK, "zones": list(order)})) == described(graph())


def test_the_order_of_pools_changes_nothing() -> None:
    turned = {name: POOLS[name] for name in reversed(list(POOLS))}
    assert described(whole(core_args={**CORE, "pools": ["batch", "general"]}, pools=turned)) == described(graph())


def test_one_more_pool_touches_no_other() -> None:
    more = {**POOLS, "gpu": POOLS["batch"]}
    after = described(whole(core_args={**CORE, "pools": list(more)}, pools=more))
    before = described(graph())
    changed = {urn.rpartition("::")[2] for urn in before if before[urn] != after[urn]}
    assert changed == {"dev-pools"}


TEMPLATES = "aws:ec2/launchTemplate:LaunchTemplate"
ROLLING = {"userData", "imageId", "instanceType", "blockDeviceMappings", "metadataOptions", "tagSpecifications"}
"""Inputs of a launch template that make a new version of it."""


def rolls(before: Recorded, after: Recorded) -> set[str]:
    """The launch templates that get a new version."""
    old, new = before.of_type(TEMPLATES), after.of_type(TEMPLATES)
    return {name for name in old if any(old[name].inputs.get(key) != new[name].inputs.get(key) for key in ROLLING)}


def changed_names(before: Recorded, after: Recorded) -> set[str]:
    """Type and name of all that is told otherwise, is new or is gone."""
    old, new = described(before), described(after)
    urns = {urn for urn in old.keys() | new.keys() if old.get(urn) != new.get(urn)}
    return {f"{urn.split('::')[2].rpartition(':')[2]} {urn.rpartition('::')[2]}" for urn in urns}


OTHER_IMAGE = "ami-0fedcba9876543210"
OTHER = {"programs": {"nomad": {"version": "1.11.4", "checksum": "a" * 64}}}
BATCH = {**POOLS, "batch": {**POOLS["batch"], "instance_types": ["m7i.large"]}}


@pytest.mark.parametrize(
    ("core_args", "pools", "rolling", "changes"),
    [
        ({"image": OTHER_IMAGE}, POOLS, {"dev-servers"}, {"LaunchTemplate dev-servers"}),
        ({"instance_type": "m7i.large"}, POOLS, {"dev-servers"}, {"LaunchTemplate dev-servers"}),
        ({"disk": {"size": 99}}, POOLS, {"dev-servers"}, {"LaunchTemplate dev-servers"}),
        ({"unhealthy_after": 240}, POOLS, {"dev-servers"}, {"LaunchTemplate dev-servers"}),
        ({}, BATCH, {"batch"}, {"LaunchTemplate batch"}),
        (
            {"software": OTHER},
            POOLS,
            {"dev-servers", "general", "batch"},
            {"LaunchTemplate dev-servers", "LaunchTemplate general", "LaunchTemplate batch"},
        ),
        ({"join_deadline": 1800}, POOLS, set(), {"Group dev-servers", "LifecycleHook dev-servers-foxden-launch"}),
        ({"key_deletion_days": 7}, POOLS, set(), {"Key dev"}),
        ({"policies": {"x": "{}"}}, POOLS, set(), {"RolePolicy dev-servers-x", "Group dev-servers"}),
    ],
)
def test_what_a_change_changes(core_args: Any, pools: Any, rolling: set[str], changes: set[str]) -> None:
    after = whole(core_args={**CORE, **core_args}, pools=pools)
    assert rolls(graph(), after) == rolling
    assert changed_names(graph(), after) == changes


def test_other_tags_replace_nothing() -> None:
    tags = {**TAGS, "owner": "bob"}
    after = whole(
        network_args={**NETWORK, "tags": tags},
        core_args={**CORE, "tags": tags},
        pools={name: {**args, "tags": tags} for name, args in POOLS.items()},
    )
    assert rolls(graph(), after) == set()
    before = described(graph())
    for urn, (inputs, *_) in described(after).items():
        plain = {key: value for key, value in inputs.items() if key not in ("tags", "volumeTags")}
        assert plain == {key: value for key, value in before[urn][0].items() if key not in ("tags", "volumeTags")}, urn


def test_more_servers_replace_the_few_and_no_worker() -> None:
    """How many there are is among a server's facts: it must know when all are there, the first time."""
    assert rolls(graph(), whole(core_args={**CORE, "servers": 5})) == {"dev-servers"}


@pytest.mark.parametrize(
    ("module", "rolling"),
    [
        ("node/server.py", {"dev-servers"}),
        ("node/worker.py", {"general", "batch"}),
        ("node/agent.py", {"dev-servers", "general", "batch"}),
    ],
)
def test_another_program_replaces_those_that_run_it(
    module: str, rolling: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = graph()
    monkeypatch.setattr(nodes, "shipped", lambda name: shipped(name) + "# new\n" * (name == module))
    monkeypatch.setattr(nodes, "program", nodes.program.__wrapped__)
    after = whole()
    assert rolls(before, after) == rolling
    old, new = ({each.urn: each.inputs for each in done.resources} for done in (before, after))
    changed = {urn.rpartition("::")[2] for urn in old.keys() & new.keys() if old[urn] != new[urn]}
    assert changed == rolling


def test_nodes_come_after_their_ways_out() -> None:
    done = graph()
    waited = done.one("aws:autoscaling/group:Group", "general").depends_on
    for kind in ("aws:ec2/route:Route", "aws:ec2/vpcEndpoint:VpcEndpoint"):
        private = [each for name, each in done.of_type(kind).items() if "public" not in name]
        assert private and {each.urn for each in private} <= waited
