"""The cluster's instances, as the cloud knows them."""

from typing import Any

from ..facts import Facts

_THERE = ["pending", "running", "stopping", "stopped"]


def servers(ec2: Any, facts: Facts) -> dict[str, str]:
    """Instance to private address of all servers that are there, or are going to be."""
    wanted = [_filter("tag:foxden:servers", facts.cluster), _filter("instance-state-name", *_THERE)]
    return {str(each["InstanceId"]): str(each.get("PrivateIpAddress") or "") for each in _all(ec2, wanted)}


def workers(ec2: Any, facts: Facts) -> dict[str, str]:
    """Instance to private address of all workers that are there."""
    wanted = [
        _filter("tag:foxden:cluster", facts.cluster),
        _filter("tag:foxden:role", "worker"),
        _filter("instance-state-name", *_THERE),
    ]
    return {str(each["InstanceId"]): str(each.get("PrivateIpAddress") or "") for each in _all(ec2, wanted)}


def is_of_pool(groups: Any, facts: Facts, instance: str, pool: str) -> bool:
    """Whether an instance belongs to the group of a pool of this cluster: its tags say whose a group is."""
    found = groups.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
    names = [str(each["AutoScalingGroupName"]) for each in found]
    if not names:
        return False
    for group in groups.describe_auto_scaling_groups(AutoScalingGroupNames=names)["AutoScalingGroups"]:
        tags = {str(tag["Key"]): str(tag["Value"]) for tag in group.get("Tags") or []}
        if tags.get("foxden:cluster") == facts.cluster and tags.get("foxden:pool") == pool:
            return tags.get("foxden:role") == "worker"
    return False


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}


def _all(ec2: Any, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return [each for page in pages for part in page["Reservations"] for each in part["Instances"]]
