"""Everything that a cluster is made of: made, seen from outside, changed, adopted, and gone."""

import json
from collections.abc import Callable
from typing import Any

from local.simulate.inventory import added, take
from tests.engine.aws.projects import Project

SECRET = "hush-hush-7531"


def test_the_life_of_resources(new: Callable[[str], Project], clients: Callable[[str], Any]) -> None:
    before = take(clients)
    project = new("program")
    project.choose(type="t3.small", purpose="first", secret=SECRET)
    project.up()
    ids = _made(project, clients)
    _nothing_to_do(project)
    _secret(project, clients)
    _update(project, clients, ids)
    _drift(project, clients)
    project.destroy()
    assert added(before, take(clients)) == {}


def _made(project: Project, clients: Callable[[str], Any]) -> dict[str, str]:
    """What there is, is as it was written."""
    key = project.outputs("key", "Key")["id"]
    assert clients("kms").describe_key(KeyId=key)["KeyMetadata"]["Description"] == "first"
    front = project.outputs("front", "SecurityGroup")
    group = clients("ec2").describe_security_groups(GroupIds=[front["id"]])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["FromPort"] == front["ingress"][0]["fromPort"] == 443
    template = project.outputs("node", "LaunchTemplate")["id"]
    servers = clients("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [(one["LaunchTemplate"]["LaunchTemplateId"], one["LaunchTemplate"]["Version"]) for one in servers] == [
        (template, "1")
    ]
    bucket = project.outputs("Logs", "Bucket")["id"]
    assert bucket.startswith("logs-")
    rules = clients("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["Expiration"]["Days"] for rule in rules] == [30]
    balancers = clients("elbv2").describe_load_balancers()["LoadBalancers"]
    assert [len(one["LoadBalancerName"]) for one in balancers] == [32]
    record = project.outputs("apex", "Record")
    assert record["aliases"][0]["name"] == balancers[0]["DNSName"]
    assert project.outputs("alarm", "MetricAlarm")["name"].startswith("alarm-")
    return {"key": key, "template": template}


def _nothing_to_do(project: Project) -> None:
    assert project.preview() == {}
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def _secret(project: Project, clients: Callable[[str], Any]) -> None:
    found = clients("ssm").get_parameter(Name="/test/secret", WithDecryption=True)["Parameter"]
    assert (found["Type"], found["Value"]) == ("SecureString", SECRET)
    assert SECRET not in project.state_text


def _update(project: Project, clients: Callable[[str], Any], ids: dict[str, str]) -> None:
    """A new type is a new version of the template, which the group is told of."""
    project.choose(type="t3.medium", purpose="second")
    assert project.preview() == {"key": ["update"], "node": ["update"], "servers": ["update"]}
    project.up()
    assert clients("kms").describe_key(KeyId=ids["key"])["KeyMetadata"]["Description"] == "second"
    servers = clients("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert servers["LaunchTemplate"]["Version"] == "2"
    assert project.outputs("node", "LaunchTemplate")["id"] == ids["template"]
    assert project.preview() == {}


def _drift(project: Project, clients: Callable[[str], Any]) -> None:
    """What was removed by hand is made anew once a refresh has seen that."""
    alarm = project.outputs("alarm", "MetricAlarm")["name"]
    clients("cloudwatch").delete_alarms(AlarmNames=[alarm])
    project.refresh()
    assert project.preview() == {"alarm": ["create"]}
    project.up()
    assert [one["AlarmName"] for one in clients("cloudwatch").describe_alarms()["MetricAlarms"]] != []


def test_what_is_there_is_adopted_and_what_can_not_change_is_replaced(
    new: Callable[[str], Project], clients: Callable[[str], Any]
) -> None:
    theirs = clients("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    project = new("adopted")
    project.choose(vpc=theirs, cidr="10.9.0.0/24")
    said = project.up()
    assert "imported" in said
    assert project.outputs("net", "Vpc")["id"] == theirs
    first = project.outputs("part", "Subnet")["id"]
    assert project.preview() == {}

    project.choose(cidr="10.9.1.0/24")
    assert project.preview() == {"part": ["replace"]}
    project.up()
    second = project.outputs("part", "Subnet")["id"]
    subnets = clients("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [theirs]}])["Subnets"]
    assert first != second
    assert [one["SubnetId"] for one in subnets] == [second]
    project.destroy()
    assert json.dumps(clients("ec2").describe_vpcs()["Vpcs"], default=str).find(theirs) == -1
