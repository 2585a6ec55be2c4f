"""The lab itself: hosts boot from what their launch template carries, and keep what a machine keeps."""

import base64
import json
from typing import Any

import pytest

from tests.engine.bootlab.groups import Group
from tests.engine.bootlab.lab import REGION, Lab, Supplies, a_lab
from tests.engine.bootlab.scaling import Member, State
from tests.engine.harness.waiting import until

GROUP = "plain"

USER_DATA = """\
#cloud-config
packages: [unzip]
write_files:
- {path: /etc/greeting, content: hello}
runcmd:
- [sh, -c, "echo $AWS_ENDPOINT_URL > /etc/endpoint; echo once >> /etc/ran"]
"""


@pytest.fixture(scope="module")
def members(lab: Lab) -> list[Member]:
    """Two instances of a group without hooks."""
    ec2, iam = lab.cloud.ec2, lab.cloud.iam
    iam.create_role(RoleName=GROUP, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    iam.create_instance_profile(InstanceProfileName=GROUP)
    iam.add_role_to_instance_profile(InstanceProfileName=GROUP, RoleName=GROUP)
    vpc = ec2.create_vpc(CidrBlock=str(lab.network.addresses))["Vpc"]["VpcId"]
    zone = f"{REGION}a"
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.16.0/20", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    data = {
        "ImageId": ec2.describe_images()["Images"][0]["ImageId"],
        "InstanceType": "t3.micro",
        "UserData": base64.b64encode(USER_DATA.encode()).decode(),
        "IamInstanceProfile": {"Name": GROUP},
    }
    made = ec2.create_launch_template(LaunchTemplateName=GROUP, LaunchTemplateData=data)
    lab.cloud.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        MinSize=2,
        MaxSize=3,
        VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"},
    )
    found = lab.in_service(GROUP, 2, within=30)
    for member in found:
        assert "status: done" in member.host.booted()
    return found


def test_user_data_has_run_and_packages_came_from_the_mirror(members: list[Member]) -> None:
    for member in members:
        assert member.host.run("cat", "/etc/greeting", "/etc/ran") == "helloonce\n"
        assert member.host.run("cat", "/etc/endpoint").startswith("http://10.77.0.1:")
        assert member.host.run("which", "unzip") == "/usr/bin/unzip\n"
        assert member.host.run("systemctl", "--failed", "--no-legend") == ""


def test_the_metadata_service_says_who_each_is_and_only_with_a_token(members: list[Member]) -> None:
    for member in members:
        assert _asked(member, "instance-id") == member.id
        assert _asked(member, "autoscaling/target-lifecycle-state") == "InService"
        keys = json.loads(_asked(member, f"iam/security-credentials/{GROUP}"))
        assert keys["Code"] == "Success"
        assert keys["Token"]
        bare = member.host.tried("curl", "-sf", "http://169.254.169.254/latest/meta-data/instance-id")
        assert bare.returncode == 22


def test_a_power_cut_loses_nothing_on_disk_and_user_data_is_not_run_again(members: list[Member]) -> None:
    host = members[0].host
    host.run("sh", "-c", "echo kept > /etc/kept; sync")
    host.cut()
    assert not host.running
    host.start()
    until(lambda: host.leader, "it boots again", 60)
    host.booted()
    assert host.run("cat", "/etc/kept", "/etc/ran") == "kept\nonce\n"


def test_a_host_shuts_down_by_itself_when_asked(members: list[Member]) -> None:
    host = members[1].host
    host.shut_down()
    assert "Reached target" in host.console.read_text(errors="replace").rpartition("Stopped")[2]
    host.start()
    host.booted()


def test_an_instance_marked_unhealthy_is_replaced(lab: Lab, members: list[Member]) -> None:
    lost = members[0]
    lab.cloud.autoscaling.set_instance_health(InstanceId=lost.id, HealthStatus="Unhealthy")
    until(lambda: lost.state is State.TERMINATED, "it is terminated", 30)
    successors = lab.in_service(GROUP, 2, within=30)
    assert lost.id not in {member.id for member in successors}
    for member in successors:
        member.host.booted()
    told: Any = lab.cloud.autoscaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    assert {each["InstanceId"] for each in told} == {member.id for member in successors}
    group = lab.cloud.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert {each["LifecycleState"] for each in group["Instances"]} == {"InService"}


def test_two_labs_do_not_meet_and_nothing_is_left_of_one_that_failed(lab: Lab, members: list[Member]) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), a_lab(Supplies(), str(lab.network.addresses)) as other:
        assert other.cloud.groups() == []
        raise RuntimeError("on purpose")
    assert not other.directory.exists()
    assert not other.network.path.exists()
    assert len(lab.cloud.groups()) == 1
    assert Group(f"{other.network.name}.moto").members() == set()


def _asked(member: Member, path: str) -> str:
    base = "http://169.254.169.254/latest"
    ttl = "X-aws-ec2-metadata-token-ttl-seconds: 60"
    token = member.host.run("curl", "-sf", "-X", "PUT", "-H", ttl, f"{base}/api/token")
    return member.host.run("curl", "-sf", "-H", f"X-aws-ec2-metadata-token: {token}", f"{base}/meta-data/{path}")
