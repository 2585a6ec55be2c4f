"""Networks on AWS, as the engine is told of them."""

import json
from typing import Any

import pytest

from foxden.clouds.aws.endpoints import NEEDED
from tests.graph.graphs import NETWORK, SITE, TAGS, ZONES, lib, network, recorded
from tests.mocks import Failed

ROUTE = "aws:ec2/route:Route"
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def refused(**changed: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        network(**changed)
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


def test_a_network_has_private_and_public_subnets_in_each_zone() -> None:
    done = network()
    vpc = done.one("aws:ec2/vpc:Vpc")
    assert vpc.inputs["cidrBlock"] == "10.20.0.0/16"
    assert vpc.inputs["enableDnsHostnames"] and vpc.inputs["enableDnsSupport"]
    subnets = done.of_type(SUBNET)
    assert set(subnets) == {f"dev-{kind}-{zone}" for kind in ("private", "public") for zone in ZONES}
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in subnets.values())
    assert subnets["dev-public-eu-central-1b"].inputs["availabilityZone"] == "eu-central-1b"


def test_its_outputs() -> None:
    done = network()
    outputs = done.one("foxden:index:Network").outputs or {}
    assert outputs["cidr"] == "10.20.0.0/16"
    assert outputs["private_subnets"] == [f"Subnet dev-private-{zone}" for zone in ZONES]
    assert outputs["public_subnets"] == [f"Subnet dev-public-{zone}" for zone in ZONES]


@pytest.mark.parametrize(
    ("nat", "gateways", "routes"),
    [
        ("none", [], {}),
        ("one", ["dev-nat-eu-central-1a"], dict.fromkeys(ZONES, "dev-nat-eu-central-1a")),
        ("per-zone", [f"dev-nat-{zone}" for zone in ZONES], {zone: f"dev-nat-{zone}" for zone in ZONES}),
    ],
)
def test_ways_out_of_private_subnets(nat: str, gateways: list[str], routes: dict[str, str]) -> None:
    done = network(nat=nat)
    assert sorted(done.of_type(NAT)) == sorted(done.of_type("aws:ec2/eip:Eip")) == gateways
    private = {name: each for name, each in done.of_type(ROUTE).items() if "private" in name}
    assert {name.removeprefix("dev-private-"): each.inputs["natGatewayId"] for name, each in private.items()} == {
        zone: f"NatGateway {name}" for zone, name in routes.items()
    }
    assert done.one(ROUTE, "dev-public").inputs["gatewayId"]


def test_services_of_aws_are_reached_without_leaving_it() -> None:
    done = network()
    endpoints = done.of_type(ENDPOINT)
    assert set(endpoints) == {"dev-s3", *(f"dev-{name}" for name in NEEDED)}
    assert endpoints["dev-s3"].inputs["vpcEndpointType"] == "Gateway"
    assert len(endpoints["dev-s3"].inputs["routeTableIds"]) == 3
    api = endpoints["dev-ecr.api"].inputs
    assert (api["vpcEndpointType"], api["serviceName"]) == ("Interface", "com.amazonaws.eu-central-1.ecr.api")
    assert api["privateDnsEnabled"] and len(api["subnetIds"]) == 3
    rule = done.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.20.0.0/16", 443, 443)


def test_fewer_services_and_none() -> None:
    assert set(network(endpoints=["ssm", "kms"]).of_type(ENDPOINT)) == {"dev-s3", "dev-ssm", "dev-kms"}
    bare = network(endpoints=[])
    assert set(bare.of_type(ENDPOINT)) == {"dev-s3"}
    assert not bare.of_type("aws:ec2/securityGroup:SecurityGroup")


def test_flow_logs_are_kept_encrypted() -> None:
    done = network(flow_log_days=30)
    group = done.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["retentionInDays"] == 30
    assert group.inputs["kmsKeyId"].startswith("arn:aws:kms:")
    policy = done.one("aws:kms/keyPolicy:KeyPolicy")
    assert policy.urn in group.depends_on
    assert "/foxden/dev/flow-logs" in json.dumps(json.loads(policy.inputs["policy"])["Statement"][1])
    assert done.one("aws:ec2/flowLog:FlowLog").inputs["trafficType"] == "ALL"
    assert done.one("aws:kms/key:Key").inputs["enableKeyRotation"] is True


def test_no_flow_logs() -> None:
    done = network(flow_logs=False)
    assert not done.of_type("aws:ec2/flowLog:FlowLog") and not done.of_type("aws:kms/key:Key")


def test_the_default_group_lets_nothing_through() -> None:
    default = network().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert not {"ingress", "egress"} & default.inputs.keys()


def test_protection() -> None:
    assert not network().one("aws:ec2/vpc:Vpc").protect
    assert network(protect=True).one("aws:ec2/vpc:Vpc").protect


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({"zones": ZONES[:1]}, ["zones must be 2 to 4 different ones, got ['eu-central-1a']"]),
        (
            {"zones": [ZONES[0], ZONES[0]]},
            ["zones must be 2 to 4 different ones, got ['eu-central-1a', 'eu-central-1a']"],
        ),
        ({"zones": ["a", "eu-central-1a"]}, ["zones must be an availability zone like 'eu-central-1a', got 'a'"]),
        ({"zones": None}, ["zones must be given"]),
        ({"cloud": "asw"}, ["cloud must be one of aws, got 'asw', did you mean 'aws'?"]),
        ({"cidr": "10.20.0.0/30"}, None),
        ({"nat": "some"}, ["nat must be one of none, one, per-zone, got 'some'"]),
        ({"endpoints": ["smm"]}, None),
        (
            {"nat": "none", "endpoints": ["ssm"]},
            ["endpoints must have autoscaling, ec2: with nat 'none' nodes have no other way there"],
        ),
        (
            {"flow_log_days": 8},
            ["flow_log_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365, got 8"],
        ),
        ({"zone": ZONES}, ["zone is not a known field, did you mean 'zones'?"]),
        (
            {"tags": {"a b": "c"}},
            ["tags.a b must be of letters, digits and +-=.,_:@, and begin with neither aws: nor foxden:"],
        ),
        ({"tags": {"owner": 5}}, ["tags.owner must be a text, got 5"]),
    ],
)
def test_bad_args(changed: Any, lines: Any) -> None:
    said = refused(**changed)
    assert all(line.startswith("network 'dev': ") for line in said)
    assert len(said) == 1 if lines is None else said == [f"network 'dev': {line}" for line in lines]


def test_everything_wrong_is_said_at_once() -> None:
    assert len(refused(zones=["x", "y"], cidr="10.0.0.0/8", endpoints=["s4"])) == 4


def test_a_bad_name() -> None:
    with pytest.raises(Failed, match="network 'Dev': name must be lower-case letters"):
        recorded(lambda: lib.Network("Dev", NETWORK))


def test_an_existing_network_creates_nothing_and_gives_the_same() -> None:
    found: list[Any] = []
    done = recorded(lambda: found.append(lib.ExistingNetwork("dev", SITE).facts))
    assert len(done.resources) == 1
    assert found == [SITE]
    assert done.resources[0].outputs == {
        "id": "vpc-0123",
        "cidr": "10.30.0.0/16",
        "private_subnets": ["subnet-a", "subnet-b", "subnet-c"],
        "public_subnets": ["subnet-public-a", "subnet-public-b", "subnet-public-c"],
    }


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"zones": {}}, "zones must be 1 to 4, got 0"),
        ({"zones": {"eu-central-1a": {}}}, "zones.eu-central-1a.private must be given"),
        ({"zones": {"eu-central-1a": {"privat": "s", "private": "t"}}}, None),
        ({"zones": {"here": {"private": "s"}}}, "zones must be an availability zone like 'eu-central-1a', got 'here'"),
        ({"id": None}, "id must be given"),
    ],
)
def test_bad_existing_networks(changed: Any, line: Any) -> None:
    with pytest.raises(Failed) as caught:
        recorded(lambda: lib.ExistingNetwork("dev", {**SITE, **changed}))
    assert len(str(caught.value).splitlines()) == 1
    assert line is None or str(caught.value) == f"network 'dev': {line}"


def test_a_subnet_without_a_public_one_will_do() -> None:
    zones = {"eu-central-1a": {"private": "s"}}
    done = recorded(lambda: lib.ExistingNetwork("dev", {**SITE, "zones": zones}))
    assert (done.resources[0].outputs or {})["public_subnets"] == []


def test_tags_of_everything() -> None:
    vpc = network().one("aws:ec2/vpc:Vpc")
    assert vpc.inputs["tags"] == {**TAGS, "component": "network", "Name": "foxden-dev"}
