"""Lifecycle hooks of nodes: a new one counts when it can do its work, an old one goes when it has handed it over."""

from dataclasses import dataclass
from typing import Any

from foxden.boot.node import LAUNCH_HOOK, TERMINATE_HOOK
from foxden.clouds.aws.scope import Scope

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"


@dataclass(frozen=True)
class Hook:
    """A moment at which a node is waited for."""

    name: str
    transition: str
    seconds: int
    """It ends then, unless the node sends a heartbeat."""
    result: str
    """What happens then."""

    @property
    def inputs(self) -> dict[str, Any]:
        """As AWS is told."""
        return {
            "name": self.name,
            "lifecycle_transition": self.transition,
            "heartbeat_timeout": self.seconds,
            "default_result": self.result,
        }


def hooks(join_seconds: int, leave_seconds: int) -> tuple[Hook, ...]:
    """A node that doesn't come to work is replaced; one that doesn't go by itself goes all the same."""
    return (
        Hook(LAUNCH_HOOK, LAUNCHING, join_seconds, "ABANDON"),
        Hook(TERMINATE_HOOK, TERMINATING, leave_seconds, "CONTINUE"),
    )


def create_hooks(scope: Scope, what: str, group: Any, wanted: tuple[Hook, ...]) -> None:
    """The group's hooks again, as resources: those that it was created with can't be changed."""
    import pulumi_aws as aws

    prefix = scope.logical(what)
    for hook in wanted:
        aws.autoscaling.LifecycleHook(
            f"{prefix}-{hook.name}", autoscaling_group_name=group.name, **hook.inputs, opts=scope.opts
        )
