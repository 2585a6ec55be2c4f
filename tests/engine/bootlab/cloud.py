"""What the lab reads from moto, and how it asks it for machines."""

import base64
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from tests.engine.bootlab.metadata import Facts

HOUR = 3600


@dataclass
class Cloud:
    """Clients of one endpoint."""

    endpoint: str
    region: str

    def client(self, service: str) -> Any:
        """A client as an operator with all rights has it."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id="operator",
            aws_secret_access_key="operator",
            config=Config(retries={"max_attempts": 2, "mode": "standard"}, proxies={}),
        )

    @cached_property
    def autoscaling(self) -> Any:
        return self.client("autoscaling")

    @cached_property
    def ec2(self) -> Any:
        return self.client("ec2")

    @cached_property
    def iam(self) -> Any:
        return self.client("iam")

    @cached_property
    def sts(self) -> Any:
        return self.client("sts")

    def groups(self) -> list[dict[str, Any]]:
        """All groups, with their instances."""
        return list(self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"])

    def hook(self, group: str, transition: str) -> dict[str, Any] | None:
        """The group's hook for ``LAUNCHING`` or ``TERMINATING``."""
        hooks = self.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group)["LifecycleHooks"]
        return next((hook for hook in hooks if hook["LifecycleTransition"].endswith(transition)), None)

    def template(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """The version of the launch template that the group launches from now."""
        chosen = group.get("LaunchTemplate")
        if not chosen:
            chosen = group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
        found = self.ec2.describe_launch_template_versions(
            LaunchTemplateId=chosen["LaunchTemplateId"], Versions=[chosen.get("Version") or "$Default"]
        )
        return dict(found["LaunchTemplateVersions"][0])

    def facts(self, instance: str, template: Mapping[str, Any]) -> Facts:
        """What an instance is, launched from this template."""
        seen = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        data = template["LaunchTemplateData"]
        profile = data.get("IamInstanceProfile", {})
        interfaces = seen.get("NetworkInterfaces") or [{}]
        return Facts(
            instance=instance,
            address=seen["PrivateIpAddress"],
            zone=seen["Placement"]["AvailabilityZone"],
            image=seen["ImageId"],
            kind=seen["InstanceType"],
            mac=interfaces[0].get("MacAddress", "02:00:00:00:00:01"),
            user_data=base64.b64decode(data.get("UserData", "")),
            profile=profile.get("Name") or profile.get("Arn", "").rpartition("/")[2],
            tags={tag["Key"]: tag["Value"] for tag in seen.get("Tags", [])},
        )

    def credentials(self, profile: str) -> tuple[str, Mapping[str, str]]:
        """Keys of the role that an instance profile stands for."""
        roles = self.iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"]
        given = self.sts.assume_role(RoleArn=roles[0]["Arn"], RoleSessionName="instance")["Credentials"]
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=6 * HOUR)
        return roles[0]["RoleName"], {
            "LastUpdated": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "AccessKeyId": given["AccessKeyId"],
            "SecretAccessKey": given["SecretAccessKey"],
            "Token": given["SessionToken"],
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
