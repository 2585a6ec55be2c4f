"""The launch template of a kind of nodes. Whatever changes in it makes them be replaced."""

from typing import Any

import pulumi

from foxden.boot.node import Node, Role
from foxden.clouds.aws.scope import Scope
from foxden.clouds.plan import Disk, Machines

DEFAULT_TYPE = "t3.small"
DEFAULT_DEVICE = "/dev/sda1"
"""What Ubuntu's images call their root device."""


def type_of(machines: Machines) -> str:
    """The preferred instance type."""
    return machines.types[0] if machines.types else DEFAULT_TYPE


def identity_tags(node: Node) -> dict[str, str]:
    """The tags that a node is known by. They never change during its life."""
    tags = {"foxden:cluster": node.cluster, "foxden:role": str(node.role), "foxden:pool": node.pool}
    # Servers are found by this one.
    return {**tags, "foxden:servers": node.cluster} if node.role is Role.SERVER else tags


def instance_tags(scope: Scope, what: str, node: Node) -> dict[str, str]:
    """All tags of a node: given to the group that starts it, so that a change of them replaces none."""
    return {**scope.tagged(what), **identity_tags(node)}


def create_template(
    scope: Scope, what: str, machines: Machines, profile: Any, group: pulumi.Input[str], told: pulumi.Input[str]
) -> Any:
    """What is ``told`` is the user-data. IMDSv2 alone, one hop: a container with a network of its own can't ask for the
    node's identity; one in the node's network can.

    Disks are encrypted.
    """
    import pulumi_aws as aws

    return aws.ec2.LaunchTemplate(
        scope.logical(what),
        name=scope.called(what),
        description=f"foxden {machines.node.cluster} {machines.node.pool}",
        image_id=machines.image,
        instance_type=type_of(machines),
        user_data=told,
        iam_instance_profile={"arn": profile.arn},
        vpc_security_group_ids=[group],
        # A group gives its tags to instances, not to their disks. Only these: others would replace nodes on a change.
        tag_specifications=[
            {"resource_type": "volume", "tags": {**identity_tags(machines.node), "Name": scope.called(what)}}
        ],
        tags=scope.tagged(what),
        opts=scope.opts,
        **launch_settings(machines.disk, DEFAULT_DEVICE, tells_tags=True),
    )


def launch_settings(disk: Disk, device: str, tells_tags: bool) -> dict[str, Any]:
    """What is the same for all machines; ``device`` is what their image calls its root device.

    A machine that ``tells_tags`` to its programs can have none with a '/' in its key: EC2 does not start it.
    """
    return {
        "metadata_options": {
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            # Said either way: what is left out, the account's own default decides.
            "instance_metadata_tags": "enabled" if tells_tags else "disabled",
        },
        "block_device_mappings": [_root(disk, device)],
        "monitoring": {"enabled": True},
    }


def _root(disk: Disk, device: str) -> Any:
    return {
        "device_name": disk.device or device,
        "ebs": {
            "encrypted": "true",
            "volume_type": "gp3",
            "volume_size": disk.size,
            "iops": disk.iops,
            "throughput": disk.throughput,
            "delete_on_termination": "true",
        },
    }
