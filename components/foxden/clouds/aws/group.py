"""An auto scaling group of nodes: what those of servers and of workers have in common.

A new node is waited for until it can do its work before an old one goes: no replacement makes them fewer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from foxden.clouds.aws.hooks import create_hooks, hooks
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.template import instance_tags
from foxden.clouds.plan import Machines, Site

SETTLE_SECONDS = 60
"""How long a node that came to work is left alone before the next one is replaced."""

PATIENCE_MINUTES = 60
"""How long a group may take to change, or to go with all that its nodes hand over."""


@dataclass(frozen=True)
class Group:
    """What is said of a group; the rest is the same for all."""

    what: str
    min: int
    max: int
    desired: int
    surplus: int
    """So many in a hundred may be there beyond those that are asked for, while some are replaced."""
    join_seconds: int
    leave_seconds: int
    launch: Mapping[str, Any]
    """What it starts: a launch template, alone or in a policy."""
    refresh: Mapping[str, Any] = field(default_factory=dict)
    """More about how all are replaced."""
    more: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of the group alone: an instance that may read its own tags takes none with a '/' in it."""
    opts: Mapping[str, Any] = field(default_factory=dict)


def create_group(scope: Scope, group: Group, machines: Machines, site: Site, rights: Iterable[pulumi.Resource]) -> Any:
    """The group and its hooks. It is there when all its nodes can do their work."""
    import pulumi_aws as aws

    wanted = hooks(group.join_seconds, group.leave_seconds)
    tags = instance_tags(scope, group.what, machines.node)
    bounds = {"min_healthy_percentage": 100, "max_healthy_percentage": 100 + group.surplus}
    preferences = {**bounds, "instance_warmup": str(SETTLE_SECONDS), "skip_matching": True, **group.refresh}
    patience = f"{PATIENCE_MINUTES}m"
    inputs: dict[str, Any] = {
        "min_size": group.min,
        "max_size": group.max,
        "desired_capacity": group.desired,
        "vpc_zone_identifiers": [zone.private for zone in site.zones.values()],
        # Health beyond the machine's own comes from the nodes themselves, who know whether they are members.
        "health_check_type": "EC2",
        "health_check_grace_period": SETTLE_SECONDS,
        "default_instance_warmup": SETTLE_SECONDS,
        "instance_maintenance_policy": bounds,
        "instance_refresh": {"strategy": "Rolling", "preferences": preferences},
        "initial_lifecycle_hooks": [hook.inputs for hook in wanted],
        "enabled_metrics": ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
        "wait_for_capacity_timeout": f"{max(20, 2 * group.join_seconds // 60)}m",
        "tags": [*_tags(tags, True), *_tags(group.tags, False)],
        **group.launch,
        **group.more,
    }
    made = aws.autoscaling.Group(
        scope.logical(group.what),
        name=scope.called(group.what),
        **inputs,
        opts=scope.options(
            depends_on=list(rights),
            custom_timeouts=pulumi.CustomTimeouts(update=patience, delete=patience),
            **group.opts,
        ),
    )
    create_hooks(scope, group.what, made, wanted)
    return made


def _tags(tags: Mapping[str, str], launched: bool) -> list[dict[str, Any]]:
    return [{"key": key, "value": value, "propagate_at_launch": launched} for key, value in sorted(tags.items())]


def pinned(template: Any) -> pulumi.Output[str]:
    """The version that a group starts: this one, not whichever is the latest."""
    version: pulumi.Output[str] = template.latest_version.apply(str)
    return version
