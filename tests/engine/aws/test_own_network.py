"""The example that builds a cluster in a VPC which was there before: what was there stays as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.paths import REPO
from local.simulate.cloud import Cloud
from local.toolchain import aws
from tests.engine.aws.projects import REGION, environment, new_project

EXAMPLES = REPO / "examples" / "projects"


def test_a_cluster_in_a_vpc_that_was_there_before(
    plugin: aws.Ready, cloud: Cloud, clients: Callable[[str], Any], tmp_path: Path
) -> None:
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    zone = f"{REGION}a"
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    before = _as_it_is(ec2, vpc)

    project = new_project("own_network", tmp_path / "own_network", environment(tmp_path, cloud), EXAMPLES)
    project.choose(vpc=vpc, cidr="10.9.0.0/16", image=image)
    project.pulumi("config", "set", "--path", f"subnets.{zone}", subnet)
    project.up()
    groups = clients("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert len(groups) == 2 and {group["VPCZoneIdentifier"] for group in groups} == {subnet}
    cluster = json.loads(project.pulumi("stack", "output", "cluster", "--json"))
    assert cluster["network"]["id"] == vpc and cluster["pools"] == ["general"]
    assert project.preview() == {}
    project.destroy()
    assert _as_it_is(ec2, vpc) == before


def _as_it_is(ec2: Any, vpc: str) -> list[Any]:
    """All that a project could change of the network."""
    ours = [{"Name": "vpc-id", "Values": [vpc]}]
    return [
        ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"],
        ec2.describe_subnets(Filters=ours)["Subnets"],
        ec2.describe_route_tables(Filters=ours)["RouteTables"],
        ec2.describe_security_groups(Filters=ours)["SecurityGroups"],
    ]
