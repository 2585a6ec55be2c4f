"""Properties of all that the dev environment registers: tags, places, order, and what a change of a choice changes."""

import re
from itertools import product
from typing import Any

import pytest

from stacks.services import SERVICES
from tests.graph.environments import DEV, settings, up
from tests.graph.graphs import told
from tests.mocks import Recorded, Resource

BUCKET_SETTINGS = (
    "LifecycleConfiguration",
    "OwnershipControls",
    "Policy",
    "PublicAccessBlock",
    "ServerSideEncryptionConfiguration",
    "Versioning",
)
UNTAGGABLE = {
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:autoscaling/lifecycleHook:LifecycleHook",
    "aws:autoscaling/policy:Policy",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/alias:Alias",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:route53/record:Record",
    "aws:s3/bucketObjectv2:BucketObjectv2",  # ten at most: its bucket has them
    *(f"aws:s3/bucket{name}:Bucket{name}" for name in BUCKET_SETTINGS),
}
"""What AWS gives no tags."""

TAGS = {"environment": "dev", "owner": "platform", "cost_centre": "engineering"}
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@pytest.fixture(scope="module")
def done() -> Recorded:
    """The dev environment."""
    return up(DEV)


def tags_of(resource: Resource) -> dict[str, str]:
    """The tags of a resource; a group has them as a list."""
    tags = resource.inputs.get("tags", {})
    return {each["key"]: each["value"] for each in tags} if isinstance(tags, list) else tags


def test_everything_on_amazon_is_tagged_but_what_can_not_be(done: Recorded) -> None:
    made = [each for each in done.resources if each.custom and each.type.startswith("aws:")]
    bare = {each.type for each in made if not tags_of(each)}
    assert bare == UNTAGGABLE
    for each in made:
        if each.type not in bare:
            assert TAGS.items() <= tags_of(each).items() and tags_of(each)["component"], each.urn


def test_everything_is_below_a_component(done: Recorded) -> None:
    components = {each.urn for each in done.resources if not each.custom}
    homeless = [each.urn for each in done.resources if each.custom and each.parent not in components]
    assert [urn for urn in homeless if "::pulumi:providers:aws::" not in urn] == []


def test_who_may_talk_to_whom_is_this_and_no_more(done: Recorded) -> None:
    names = {each.name: each.inputs["name"].removeprefix("foxden-dev-") for each in done.of_type(GROUP).values()}
    groups = {f"SecurityGroup-{name}": called for name, called in names.items()}
    ways = set()
    for rule in (each.inputs for each in done.of_type(INGRESS).values()):
        source = rule.get("cidrIpv4") or groups[rule["referencedSecurityGroupId"]]
        ports = f"{rule['fromPort']:.0f}-{rule['toPort']:.0f}"
        ways.add((source, groups[rule["securityGroupId"]], rule["ipProtocol"], ports))
    gossip = {(*pair, way, "8301-8301") for pair in product(("servers", "workers"), repeat=2) for way in ("tcp", "udp")}
    assert ways == gossip | {
        ("0.0.0.0/0", "balancer", "tcp", "80-80"),
        ("0.0.0.0/0", "balancer", "tcp", "443-443"),
        ("balancer", "workers", "tcp", "8080-8080"),
        ("10.20.0.0/16", "endpoints", "tcp", "443-443"),
        ("servers", "servers", "tcp", "8300-8300"),
        ("workers", "servers", "tcp", "8300-8300"),
        ("servers", "servers", "tcp", "4646-4648"),
        ("servers", "servers", "udp", "4648-4648"),
        ("workers", "servers", "tcp", "4647-4647"),
        ("workers", "workers", "tcp", "20000-32000"),
    }


def described(recorded: Recorded) -> dict[str, Any]:
    """What the engine was told."""
    return {each.urn: (each.inputs, each.protect) for each in recorded.resources}


def turned(mapping: dict[str, Any]) -> dict[str, Any]:
    """The same, in the other order."""
    return {key: mapping[key] for key in reversed(list(mapping))}


def test_the_order_of_choices_changes_nothing(done: Recorded) -> None:
    assert DEV.cloud
    pools, services = dict(DEV.cloud.pools), dict(DEV.overrides)
    other = settings(zones=["c", "a", "b"], pools=turned(pools), services=turned(services), tags=turned(dict(TAGS)))
    assert described(up(other)) == described(done)


def changed(before: Recorded, after: Recorded) -> set[str]:
    """Type and name of all that is told otherwise, is new or is gone."""
    old, new = described(before), described(after)
    urns = {urn for urn in old.keys() | new.keys() if old.get(urn) != new.get(urn)}
    return {f"{urn.split('::')[2].rpartition(':')[2]} {urn.rpartition('::')[2]}" for urn in urns}


TEMPLATES = {f"LaunchTemplate {name}" for name in ("dev-servers", "general", "batch")}
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
VERSIONS = {"pods": {"version": "2"}, "meeting-router": {"version": "1.0.0"}, "ionic-apps": {"version": "1.0.0"}}


def pool(**fields: Any) -> dict[str, Any]:
    """The pools, with the general one otherwise."""
    assert DEV.cloud
    return {**DEV.cloud.pools, "general": {**DEV.cloud.pools["general"], **fields}}


@pytest.mark.parametrize(
    ("choices", "changes"),
    [
        ({"wait": False}, set()),
        ({"image": "ami-0fedcba9876543210"}, TEMPLATES),
        ({"instance_type": "m7i.large"}, {"LaunchTemplate dev-servers"}),
        ({"services": VERSIONS}, {"Job pods"}),
        ({"pools": pool(max=7)}, {"Group general"}),
        ({"pools": pool(scaling={"cpu_percent": 70})}, {"Policy general-cpu"}),
        ({"pools": pool(meta={"disk": "fast"})}, {"LaunchTemplate general"}),
        ({"pools": pool(max_lifetime_days=30)}, {"Group general"}),
        ({"core": {"unhealthy_after": 300}}, {"LaunchTemplate dev-servers"}),
        ({"network": {"flow_log_days": 30}}, {"LogGroup dev-flow-logs"}),
        ({"registry": {"keep": 7}}, {f"LifecyclePolicy dev-{name}" for name in SERVICES}),
        (
            {"nat": "per-zone"},
            {
                *(f"{kind} dev-nat-{zone}" for kind in ("Eip", "NatGateway") for zone in ZONES[1:]),
                *(f"Route dev-private-{zone}" for zone in ZONES[1:]),
            },
        ),
        ({"names": {"db": "db.example"}}, {"PrivateZone dev", "Zone dev", "Record dev-db"}),
        ({"account": "123456789012"}, {"aws aws"}),
    ],
    ids=lambda given: "-".join(given) if isinstance(given, dict) else "",
)
def test_what_a_choice_changes(done: Recorded, choices: Any, changes: set[str]) -> None:
    assert changed(done, up(settings(**choices))) == changes


# A network without a way out

MIRROR = "http://mirror.dev.internal"
CLOSED: dict[str, Any] = {
    "nat": "none",
    "mirror": f"{MIRROR}/programs",
    "apt_mirror": f"{MIRROR}/ubuntu",
    "core": {"software": {"programs": {name: {"checksum": "c" * 64} for name in ("consul", "nomad", "caddy")}}},
    "layers": ["cluster"],
}


def test_in_a_closed_network_nothing_is_got_from_outside() -> None:
    made = up(settings(**CLOSED))
    assert made.of_type("aws:ec2/natGateway:NatGateway") == {}
    assert set(made.of_type("aws:ec2/route:Route")) == {"dev-public"}
    templates = made.of_type("aws:ec2/launchTemplate:LaunchTemplate")
    assert set(templates) == {"dev-servers", "general", "batch"}
    for template in templates.values():
        text = told(template)
        assert set(re.findall(r"https?://[^/\s\"'$]+", text)) == {MIRROR}
        assert "c" * 64 in text
