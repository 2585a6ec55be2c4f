"""How an update waits for instances that end, where a new version has fewer ways than they have."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub
from pulumi.runtime.settings import get_monitor

from foxden.schedulers.kubernetes.pod import seconds_to_leave
from foxden.service.spec import ServiceSpec

WITHIN = "foxden/leaves-within"
"""The annotation of a policy that says how many seconds an instance may take to end."""

_NUMBERS = count()
"""The engine takes a hook's name once, whichever component it is of."""


def leaving_within(spec: ServiceSpec) -> dict[str, str]:
    """The annotation that the wait goes by."""
    return {WITHIN: str(seconds_to_leave(spec))}


def has_fewer(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a policy's rules allow something no more, going by the rules as they are written."""
    return any(rule not in (after.get(way) or ()) for way in ("ingress", "egress") for rule in before.get(way) or ())


def seconds_before(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """How long instances may still need what an update of their policy, from these inputs to those, takes away."""
    if not has_fewer(old["spec"], new["spec"]):
        return 0
    return int((old["metadata"].get("annotations") or {}).get(WITHIN, 0))


async def wait(update: pulumi.ResourceHookArgs) -> None:
    """Wait until the instances before have ended: the API tells when the last one begins to, and no more."""
    # A service with a secret in what it is made of has secret policies, too, which come as outputs.
    inputs: pulumi.Output[Any] = pulumi.Output.from_input([update.old_inputs, update.new_inputs])
    old, new = await inputs.future() or ({}, {})
    await asyncio.sleep(seconds_before(old, new))


def waiting(service: str) -> pulumi.ResourceOptions:
    """The options of a policy that waits before it takes anything away."""
    # A preview doesn't, and what stands in for the engine in a program's own tests refuses hooks.
    if is_dry_run() or not isinstance(get_monitor(), ResourceMonitorStub):
        return pulumi.ResourceOptions()
    hook = pulumi.ResourceHook(f"foxden-leaving-{service}-{next(_NUMBERS)}", wait)
    return pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_update=[hook]))
