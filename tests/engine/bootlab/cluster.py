"""A cluster's groups on moto, made directly: what ``pulumi up`` of a cluster makes there, and nothing else."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from foxden.boot.node import LAUNCH_HOOK, SERVERS, TERMINATE_HOOK, Binary, Node, Role, Software
from foxden.schedulers.nomad import nodes
from tests.engine.bootlab.lab import REGION, Lab
from tests.engine.bootlab.mirror import archives

NAME = "lab"
PREFIX = f"/foxden/{NAME}"

_ASSUMED_BY_EC2 = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@dataclass
class Cluster:
    """One cluster, and the means to make and change its groups."""

    lab: Lab
    subnet: str
    image: str
    key: str
    servers: Node
    software: Software

    @property
    def server_group(self) -> str:
        return group_name(SERVERS)

    def parameter(self, name: str) -> str:
        """A secret of the cluster, as its operators read it."""
        ssm = self.lab.cloud.client("ssm")
        return str(ssm.get_parameter(Name=f"{PREFIX}/{name}", WithDecryption=True)["Parameter"]["Value"])

    def secrets(self) -> dict[str, str]:
        """Name -> value of all secrets that the cluster has, a certificate with its key reduced to the key."""
        pages = self.lab.cloud.client("ssm").get_paginator("get_parameters_by_path")
        found = {}
        for page in pages.paginate(Path=PREFIX, Recursive=True, WithDecryption=True):
            for each in page["Parameters"]:
                if each["Type"] == "SecureString":
                    value = each["Value"]
                    name = each["Name"].removeprefix(f"{PREFIX}/")
                    found[name] = json.loads(value)["key"] if value.startswith("{") else value
        return found

    def worker(self, pool: str, **more: Any) -> Node:
        """A node of a pool of workers."""
        return replace(self.servers, role=Role.WORKER, pool=pool, **more)

    def launch(self, node: Node, count: int, heartbeat: int = 600) -> None:
        """Make the group of a pool, or of the servers, with its template and hooks."""
        name = group_name(node.pool)
        self._profile(name)
        template = self.lab.cloud.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData=self._data(node)
        )
        autoscaling = self.lab.cloud.autoscaling
        more = 1 if node.role is Role.SERVER else 2
        tags = {"foxden:cluster": node.cluster, "foxden:pool": node.pool}
        tags |= {"foxden:servers": node.cluster} if node.role is Role.SERVER else {}
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            DesiredCapacity=0,
            MaxSize=count + more,
            VPCZoneIdentifier=self.subnet,
            LaunchTemplate={"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"},
            Tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in tags.items()],
        )
        for hook, transition, result in (
            (LAUNCH_HOOK, "LAUNCHING", "ABANDON"),
            (TERMINATE_HOOK, "TERMINATING", "CONTINUE"),
        ):
            autoscaling.put_lifecycle_hook(
                AutoScalingGroupName=name,
                LifecycleHookName=hook,
                LifecycleTransition=f"autoscaling:EC2_INSTANCE_{transition}",
                DefaultResult=result,
                HeartbeatTimeout=heartbeat,
            )
        autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=count, DesiredCapacity=count)

    def changed_servers(self) -> Node:
        """The servers as they are to be from now on, with other user-data."""
        self.servers = replace(self.servers, meta={**self.servers.meta, "change": str(len(self.servers.meta))})
        return self.servers

    def roll(self, node: Node) -> None:
        """Give the group a new version of its template, and have it refreshed as the cluster's component asks for."""
        name = group_name(node.pool)
        made = self.lab.cloud.ec2.create_launch_template_version(
            LaunchTemplateName=name, LaunchTemplateData=self._data(node)
        )["LaunchTemplateVersion"]
        autoscaling = self.lab.cloud.autoscaling
        autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": str(made["VersionNumber"])},
        )
        autoscaling.start_instance_refresh(
            AutoScalingGroupName=name, Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 134}
        )

    def _data(self, node: Node) -> dict[str, Any]:
        return {
            "ImageId": self.image,
            "InstanceType": "t3.medium",
            "UserData": nodes.boot(node, self.software),
            "IamInstanceProfile": {"Name": group_name(node.pool)},
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        }

    def _profile(self, name: str) -> None:
        iam = self.lab.cloud.iam
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_ASSUMED_BY_EC2))
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


def group_name(pool: str) -> str:
    return f"foxden-{NAME}-{pool}"


def mirrored(software: Software, mirror: str) -> Software:
    """The same programs, from the lab's mirror."""
    packed = archives()
    binaries = []
    for binary in software.binaries:
        archive = packed[binary.name]
        binaries.append(Binary(binary.name, archive.version, f"{mirror}{archive.path}", archive.sha256))
    return replace(software, binaries=tuple(binaries))


def existing(lab: Lab, servers: int) -> Cluster:
    """A cluster that something else makes, under the same name."""
    return Cluster(lab, subnet="", image="", key="", servers=_node("", servers), software=Software(()))


def _node(key: str, servers: int, **more: Any) -> Node:
    return Node(
        cloud="aws",
        region=REGION,
        cluster=NAME,
        role=Role.SERVER,
        servers=servers,
        parameters=PREFIX,
        key=key,
        **more,
    )


def new_cluster(lab: Lab, pools: Iterable[str], servers: int = 3, **more: Any) -> Cluster:
    """What there is before the first instance: a network, a key, and the names of the pools."""
    ec2 = lab.cloud.ec2
    vpc = ec2.create_vpc(CidrBlock=str(lab.network.addresses))["Vpc"]["VpcId"]
    inside = next(iter(list(lab.network.addresses.subnets(new_prefix=20))[1:]))
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=str(inside), AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    key = lab.cloud.client("kms").create_key(Description=NAME)["KeyMetadata"]["Arn"]
    lab.cloud.client("ssm").put_parameter(
        Name=f"{PREFIX}/servers/pools", Value=json.dumps(sorted(pools)), Type="String"
    )
    image = ec2.describe_images()["Images"][0]["ImageId"]
    return Cluster(lab, subnet, image, key, _node(key, servers, **more), mirrored(nodes.software(), lab.mirror))
