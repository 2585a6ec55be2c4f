"""The auditor finds what it looks for: each rule against an account in which it is broken."""

import base64
import functools
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest

from local.simulate.audit import RULES, Facts, audit, data, machines, network, tags
from local.simulate.inventory import Clients, added, take

FACTS = Facts("dev", frozenset({"a-value-of-the-store"}))
GOOD = {"environment": "dev", "owner": "x", "component": "x", "cost_centre": "x"}


@pytest.fixture
def clients(account: None) -> Clients:
    """An empty account."""
    return functools.cache(lambda service: boto3.client(service, region_name="eu-central-1"))


def found(rule: Callable[[Clients, Any], Iterator[str]], clients: Clients) -> list[str]:
    return list(rule(clients, FACTS))


def template(clients: Clients, **data: Any) -> str:
    made = clients("ec2").create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def group(clients: Clients, version: str) -> None:
    launch = {
        "LaunchTemplateId": template(clients, ImageId="ami-12345678", InstanceType="t3.small"),
        "Version": version,
    }
    clients("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="g", MinSize=0, MaxSize=1, LaunchTemplate=launch, AvailabilityZones=["eu-central-1a"]
    )


@pytest.mark.parametrize(("version", "broken"), [("$Latest", True), ("1", False)])
def test_versions_of_templates(clients: Clients, version: str, broken: bool) -> None:
    group(clients, version)
    assert bool(found(machines.pinned_versions, clients)) is broken


def test_an_account_without_machines_is_no_proof(clients: Clients) -> None:
    assert found(machines.pinned_versions, clients) == ["there are no machines at all"]


@pytest.mark.parametrize(
    ("options", "broken"),
    [
        ({"HttpTokens": "required", "HttpPutResponseHopLimit": 1}, False),
        ({"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}, True),
        ({"HttpTokens": "required", "HttpPutResponseHopLimit": 2}, True),
        ({"HttpEndpoint": "enabled"}, True),
    ],
)
def test_metadata_service(clients: Clients, options: dict[str, Any], broken: bool) -> None:
    template(clients, MetadataOptions=options)
    assert bool(found(machines.metadata_service, clients)) is broken


@pytest.mark.parametrize(
    ("mappings", "broken"),
    [
        ([{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True}}], False),
        ([{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8}}], True),
        ([], True),
    ],
)
def test_disks(clients: Clients, mappings: list[Any], broken: bool) -> None:
    template(clients, ImageId="ami-12345678", BlockDeviceMappings=mappings)
    assert bool(found(machines.encrypted_disks, clients)) is broken


def packed(text: str) -> str:
    inner = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return base64.b64encode(gzip.compress(f"#cloud-config\n{text}\n{inner}".encode(), mtime=0)).decode()


@pytest.mark.parametrize(
    "secret",
    ["-----BEGIN EC PRIVATE KEY-----", "AKIAABCDEFGHIJKLMNOP", "token: 0123456789abcdef01234", "a-value-of-the-store"],
)
def test_secrets_in_user_data(clients: Clients, secret: str) -> None:
    template(clients, UserData=packed(f"x: 1\n{secret}\n"))
    assert found(machines.user_data, clients)


def test_user_data_without_secrets(clients: Clients) -> None:
    template(clients, UserData=packed("parameters: /foxden/dev\ntoken_path: operators/nomad-token\n"))
    assert found(machines.user_data, clients) == []


def test_what_is_open_to_the_world(clients: Clients) -> None:
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_security_group(GroupName="open", Description="x", VpcId=vpc)["GroupId"]
    assert found(network.open_to_the_world, clients) == []
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    assert found(network.open_to_the_world, clients) == ["open: tcp 443-443"]
    # It has the default group's rule that lets everything out, and nobody logs its traffic.
    assert len(found(network.default_groups, clients)) == 1
    assert found(network.flow_logs, clients) == [vpc]


@pytest.mark.parametrize(("scheme", "health", "lines"), [("internal", "HTTPS", 1), ("internet-facing", "TCP", 3)])
def test_what_stands_before_servers(clients: Clients, scheme: str, health: str, lines: int) -> None:
    ec2, elb = clients("ec2"), clients("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    made = elb.create_load_balancer(Name="n", Type="network", Scheme=scheme, Subnets=[subnet])["LoadBalancers"][0]
    target = elb.create_target_group(Name="t", Protocol="TCP", Port=6443, VpcId=vpc, HealthCheckProtocol=health)
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="TCP",
        Port=6443,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"]}],
    )
    assert len(found(network.ways_to_servers, clients)) == lines


def test_buckets(clients: Clients) -> None:
    clients("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert {line.partition(": ")[2] for line in found(data.buckets, clients)} >= {
        "may become public",
        "may be read without TLS",
        "keeps everything for ever",
    }


def test_repositories(clients: Clients) -> None:
    clients("ecr").create_repository(repositoryName="repo")
    assert len(found(data.repositories, clients)) == 3


def test_parameters(clients: Clients) -> None:
    for name, kind in (("/x/servers/pools", "String"), ("/x/hidden", "SecureString"), ("/x/plain", "String")):
        clients("ssm").put_parameter(Name=name, Type=kind, Value="v")
    assert found(data.parameters, clients) == ["/x/plain: String"]


def test_keys_logs_and_roles(clients: Clients) -> None:
    key = clients("kms").create_key()["KeyMetadata"]["KeyId"]
    clients("logs").create_log_group(logGroupName="l")
    clients("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}], "Version": "2012-10-17"}
    clients("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(everything))
    assert found(data.keys, clients) == [key]
    assert found(data.logs, clients) == ["l"]
    assert found(data.roles, clients) == ["r: p"]


def test_tags(clients: Clients) -> None:
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    key = clients("kms").create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in GOOD.items()])
    assert f"VPC {vpc}: environment, owner, component, cost_centre" in found(tags.tagged, clients)
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": name, "Value": value} for name, value in GOOD.items()])
    assert not [line for line in found(tags.tagged, clients) if vpc in line or key["KeyMetadata"]["KeyId"] in line]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "environment", "Value": "qa"}])
    assert f"VPC {vpc}: environment is 'qa'" in found(tags.tagged, clients)


def test_every_rule_is_asked(clients: Clients) -> None:
    assert [result.rule for result in audit(clients, FACTS)] == list(RULES)


def test_what_is_new_is_seen_and_what_is_gone_is_not(clients: Clients) -> None:
    before = take(clients)
    vpc = clients("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    key = clients("kms").create_key()["KeyMetadata"]["KeyId"]
    new = added(before, take(clients))
    assert (new["VPC"], new["KMS key"]) == (frozenset({vpc}), frozenset({key}))
    clients("ec2").delete_vpc(VpcId=vpc)
    clients("kms").schedule_key_deletion(KeyId=key)
    assert not {"VPC", "KMS key"} & added(before, take(clients)).keys()
