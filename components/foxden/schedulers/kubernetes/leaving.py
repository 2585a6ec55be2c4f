"""How an update waits for instances that end, where a new version takes away what they have: a way, or a secret."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, cast

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub
from pulumi.runtime.settings import get_monitor

from foxden.schedulers.kubernetes.pod import is_lasting, seconds_to_leave
from foxden.schedulers.kubernetes.secrets import object_name
from foxden.service.spec import ServiceSpec

WITHIN = "foxden/leaves-within"
"""The annotation of a policy that says how many seconds an instance may take to end."""

SECRETS = "foxden/secrets"
"""The annotation of a policy that names the objects of an instance's secrets, joined by blanks."""

_NUMBERS = count()
"""The engine takes a hook's name once, whichever component it is of."""


def noted(spec: ServiceSpec, secret_versions: Mapping[str, str]) -> dict[str, str]:
    """The annotations that the wait goes by."""
    within = {WITHIN: str(seconds_to_leave(spec))}
    # A run that ends by itself is not told to: there is no time by which it has.
    secrets = spec.secrets.values() if is_lasting(spec.kind) else ()
    names = sorted({object_name(secret, secret_versions.get(secret, "")) for secret in secrets})
    return within | ({SECRETS: " ".join(names)} if names else {})


def has_fewer(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a policy's rules allow something no more, going by the rules as they are written."""
    return any(rule not in (after.get(way) or ()) for way in ("ingress", "egress") for rule in before.get(way) or ())


def seconds_before(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """How long instances may still need what an update of their policy, from these inputs to those, takes away.

    A secret's old value may be something that this update ends when it is done, like a token of Consul's.
    """
    before, after = ((inputs["metadata"].get("annotations") or {}) for inputs in (old, new))
    gone = set(before.get(SECRETS, "").split()) - set(after.get(SECRETS, "").split())
    return int(before.get(WITHIN, 0)) if gone or has_fewer(old["spec"], new["spec"]) else 0


async def wait(update: pulumi.ResourceHookArgs) -> None:
    """Wait until the instances before have ended: the API tells when the last one begins to, and no more."""
    # A service with a secret in what it is made of has secret policies, too, which come as outputs.
    inputs: pulumi.Output[Any] = pulumi.Output.from_input([update.old_inputs, update.new_inputs])
    old, new = cast("list[dict[str, Any]]", await inputs.future())
    await asyncio.sleep(seconds_before(old, new))


def waiting(service: str) -> pulumi.ResourceOptions:
    """The options of a policy that waits before it takes anything away."""
    # A preview doesn't, and what stands in for the engine in a program's own tests refuses hooks.
    if is_dry_run() or not isinstance(get_monitor(), ResourceMonitorStub):
        return pulumi.ResourceOptions()
    hook = pulumi.ResourceHook(f"foxden-leaving-{service}-{next(_NUMBERS)}", wait)
    return pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_update=[hook]))
