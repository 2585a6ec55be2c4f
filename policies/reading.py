"""What rules read in the properties of resources, whatever form it is written in there."""

import base64
import binascii
import gzip
import ipaddress
import zlib
from collections.abc import Iterator

from policies.model import Resource, Stack
from policies.node import Node

JOB = "nomad:index/job:Job"
POD = "kubernetes:core/v1:Pod"
_APPS = ("apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1")
LASTING = (
    *(
        f"kubernetes:{version}:{kind}"
        for version in _APPS
        for kind in ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet")
    ),
    "kubernetes:core/v1:ReplicationController",
)
"""Kubernetes' workloads that run always."""
CRON_JOBS = tuple(f"kubernetes:batch/{version}:CronJob" for version in ("v1", "v1beta1", "v2alpha1"))
CRON_JOB = CRON_JOBS[0]
_TEMPLATE_OF_POD = "kubernetes:core/v1:PodTemplate"
WORKLOADS = (*LASTING, "kubernetes:batch/v1:Job", *CRON_JOBS, _TEMPLATE_OF_POD)
"""Kubernetes' kinds that make pods."""
_PATCH = "Patch"
PATCHES = tuple(f"{each}{_PATCH}" for each in (POD, *WORKLOADS))
"""What changes some fields of a pod, or of a workload, that somebody else made."""

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
"""Machines of a cluster whose control plane Amazon runs, which makes their auto scaling group itself."""
CONTROL_PLANE = "aws:eks/cluster:Cluster"
_ROLE_TAG, _SERVER = "foxden:role", "server"
_LARGEST = 10_000_000
"""Bytes of user-data that are unpacked at most; AWS takes 16 KiB, packed."""


def is_patch(resource: Resource) -> bool:
    """Whether it changes some fields only: what it doesn't say may be as it should be."""
    return resource.type in PATCHES


def pod_of(resource: Resource) -> Node:
    """The specification of the pods that a workload makes."""
    kind = resource.type.removesuffix(_PATCH)
    if kind == POD:
        return resource.inputs["spec"]
    if kind in CRON_JOBS:
        return resource.inputs["spec.jobTemplate.spec.template.spec"]
    return resource.inputs["template.spec" if kind == _TEMPLATE_OF_POD else "spec.template.spec"]


def containers(pod: Node, *kinds: str) -> Iterator[Node]:
    """The containers of a pod, those that run before the others included; ``kinds`` are fields of its spec."""
    for kind in kinds or ("initContainers", "containers", "ephemeralContainers"):
        yield from pod[kind].each()


def replicas(resource: Resource) -> float | None:
    """How many pods a Deployment or StatefulSet asks for; None when that can't be said. Not given, it is one."""
    asked = resource.inputs["spec.replicas"]
    return 1 if asked.absent else asked.number


def namespace_of(resource: Resource) -> str:
    """The namespace of an object of Kubernetes, '' when it names none that can be read."""
    return resource.inputs["metadata.namespace"].text


def job(resource: Resource) -> Node:
    """What a Nomad job's specification says; nothing where it is no JSON."""
    return resource.inputs["jobspec"].json()


def groups(resource: Resource) -> Iterator[Node]:
    """The task groups of a Nomad job."""
    return job(resource)["TaskGroups"].each()


def tasks(resource: Resource) -> Iterator[Node]:
    """The tasks of a Nomad job."""
    for group in groups(resource):
        yield from group["Tasks"].each()


def is_server(group: Resource) -> bool:
    """Whether a group's machines are a cluster's core servers: it says so in a tag."""
    return any(tag["key"].is_(_ROLE_TAG) and tag["value"].is_(_SERVER) for tag in group.inputs["tags"].each())


def user_data(template: Resource) -> str:
    """What a launch template tells its machines; '' when that can't be read."""
    try:
        content = base64.b64decode(template.inputs["userData"].text, validate=True)
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)[:_LARGEST]
    except (binascii.Error, ValueError, OSError, EOFError, zlib.error):
        return ""
    return content.decode(errors="replace")


def of_node_group(stack: Stack, template: Resource) -> bool:
    """Whether a launch template is one of a node group's, for which Amazon finds image, identity and user-data."""
    return bool(siblings(stack, template, NODE_GROUP))


def siblings(stack: Stack, resource: Resource, *types: str) -> list[Resource]:
    """Resources of these types that belong to the same thing: below the same parent, with the same name."""
    return [each for each in stack.of(*types) if each.parent == resource.parent and each.name == resource.name]


def whole_world(network: str) -> bool:
    """Whether a network is the internet, or so much of it that a few such are: ``0.0.0.0/0``, ``128.0.0.0/1``."""
    try:
        found = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return found.prefixlen < (8 if found.version == 4 else 16) and not found.is_private


def name_of(node: Node, fallback: str = "it") -> str:
    """What a container, task or group calls itself."""
    return node["name"].text or node["Name"].text or fallback
