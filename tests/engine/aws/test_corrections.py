"""What is put right in moto is as AWS documents it."""

import json
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

NODE = {"ImageId": "ami-12345678", "InstanceType": "t3.small"}
ZONE = "eu-central-1a"


@pytest.fixture
def ec2(account: None) -> Any:
    """An empty account, corrected."""
    return boto3.client("ec2", region_name="eu-central-1")


def autoscaling() -> Any:
    return boto3.client("autoscaling", region_name="eu-central-1")


def template(ec2: Any) -> str:
    own = {"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}
    disk = {"ResourceType": "volume", "Tags": [{"Key": "c", "Value": "d"}]}
    made = ec2.create_launch_template(
        LaunchTemplateName="t", TagSpecifications=[own], LaunchTemplateData={**NODE, "TagSpecifications": [disk]}
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def group(ec2: Any, **more: Any) -> dict[str, Any]:
    specification = {"LaunchTemplateId": template(ec2), "Version": "1"}
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": []}}
    autoscaling().create_auto_scaling_group(
        AutoScalingGroupName="g", MinSize=0, MaxSize=1, MixedInstancesPolicy=policy, AvailabilityZones=[ZONE], **more
    )
    return found()


def found() -> dict[str, Any]:
    return dict(autoscaling().describe_auto_scaling_groups()["AutoScalingGroups"][0])


def test_a_templates_own_tags_are_not_its_instances(ec2: Any) -> None:
    made = template(ec2)
    data = ec2.describe_launch_template_versions(LaunchTemplateId=made, Versions=["1"])["LaunchTemplateVersions"][0]
    kinds = [one["ResourceType"] for one in data["LaunchTemplateData"]["TagSpecifications"]]
    assert kinds == ["volume"]
    assert ec2.describe_launch_templates()["LaunchTemplates"][0]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_hook_tells_nobody(ec2: Any) -> None:
    group(ec2)
    transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    autoscaling().put_lifecycle_hook(AutoScalingGroupName="g", LifecycleHookName="h", LifecycleTransition=transition)
    hook = autoscaling().describe_lifecycle_hooks(AutoScalingGroupName="g")["LifecycleHooks"][0]
    assert not {"RoleARN", "NotificationTargetARN"} & hook.keys()


def test_a_group_keeps_what_it_was_told(ec2: Any) -> None:
    first = group(ec2, DefaultInstanceWarmup=60, MaxInstanceLifetime=86400, CapacityRebalance=True)
    autoscaling().update_auto_scaling_group(AutoScalingGroupName="g", MaxSize=2)
    second = found()
    for key in ("DefaultInstanceWarmup", "MaxInstanceLifetime", "CapacityRebalance", "MixedInstancesPolicy"):
        assert second[key] == first[key]
    assert (second["DefaultInstanceWarmup"], second["MaxSize"]) == (60, 2)


def test_a_machine_is_of_the_version_that_it_was_started_with(ec2: Any) -> None:
    first = group(ec2, DesiredCapacity=1)
    template = first["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"ImageId": "ami-12345678"})
    chosen = {"LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "2"}}
    policy = {"LaunchTemplate": {**chosen, "Overrides": [{"InstanceType": "t3.small"}]}}
    autoscaling().update_auto_scaling_group(AutoScalingGroupName="g", MixedInstancesPolicy=policy, MaxSize=2)
    autoscaling().set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=2)
    versions = [each["LaunchTemplate"]["Version"] for each in found()["Instances"]]
    assert sorted(versions) == ["1", "2"]


def test_a_refresh_is_over_at_once(ec2: Any) -> None:
    group(ec2)
    started = autoscaling().start_instance_refresh(AutoScalingGroupName="g")["InstanceRefreshId"]
    refreshes = autoscaling().describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"]
    assert [(one["InstanceRefreshId"], one["Status"]) for one in refreshes] == [(started, "Successful")]


def test_a_scaling_policy_works_and_predicts_nothing(ec2: Any) -> None:
    group(ec2)
    target = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
        "TargetValue": 60.0,
    }
    autoscaling().put_scaling_policy(
        AutoScalingGroupName="g",
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=target,
    )
    policy = autoscaling().describe_policies()["ScalingPolicies"][0]
    assert policy["Enabled"] is True
    assert "PredictiveScalingConfiguration" not in policy


def test_a_terminated_instance_leaves_nothing(ec2: Any) -> None:
    disk = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "DeleteOnTermination": True}}
    made = ec2.run_instances(MinCount=1, MaxCount=1, BlockDeviceMappings=[disk], ImageId="ami-12345678")["Instances"]
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] != []
    ec2.terminate_instances(InstanceIds=[made[0]["InstanceId"]])
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == ec2.describe_volumes()["Volumes"] == []


def test_a_deleted_gateway_leaves_nothing(ec2: Any) -> None:
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=made)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_bucket_refuses_what_comes_without_tls_and_nothing_else_for_it(account: None) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="kept")
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    tls = {**denied, "Resource": "arn:aws:s3:::kept/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    never = {**denied, "Resource": "arn:aws:s3:::kept/never"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [tls, never]})
    s3.put_bucket_policy(Bucket="kept", Policy=policy)
    s3.put_object(Bucket="kept", Key="k", Body=b"v")
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"v"
    with pytest.raises(ClientError):
        s3.put_object(Bucket="kept", Key="never", Body=b"v")
    assert s3.get_bucket_policy(Bucket="kept")["Policy"] == policy


def test_amazons_own_policies_can_be_attached_and_no_others(account: None) -> None:
    iam = boto3.client("iam", region_name="eu-central-1")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    own = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
    iam.attach_role_policy(RoleName="r", PolicyArn=own)
    attached = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonEBSCSIDriverPolicy", "PolicyArn": own}]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    for wrong in ("arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicy", "arn:aws:iam::aws:policy/AmazonNothing"):
        with pytest.raises(ClientError, match="does not exist or is not attachable"):
            iam.attach_role_policy(RoleName="r", PolicyArn=wrong)


def test_a_firewall_is_described_in_the_few_characters_that_ec2_takes(ec2: Any) -> None:
    made = ec2.create_security_group(GroupName="a", Description="of a cluster, (its own)")["GroupId"]
    flow = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}

    def authorize(way: Any, text: str) -> None:
        way(GroupId=made, IpPermissions=[{**flow, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": text}]}])
        way(GroupId=made, IpPermissions=[{**flow, "UserIdGroupPairs": [{"GroupId": made, "Description": text}]}])

    for way in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress):
        authorize(way, "gossip: raft, requests + health = all #1")
        with pytest.raises(ClientError, match="Invalid rule description"):
            authorize(way, "Consul's gossip")
    with pytest.raises(ClientError, match="Invalid security group description"):
        ec2.create_security_group(GroupName="b", Description="the servers' own")
