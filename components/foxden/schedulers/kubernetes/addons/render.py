"""All objects of the cluster services that are wanted, and in which order they come (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from foxden.clusters.services_plan import ServicesPlan
from foxden.connection import Connection
from foxden.schedulers.kubernetes.addons import (
    certificates,
    cloud_controller,
    cluster_autoscaler,
    coredns,
    dashboard,
    ebs_csi,
    external_dns,
    logging,
    metrics_server,
    prometheus,
)
from foxden.schedulers.kubernetes.addons.objects import Object
from foxden.schedulers.kubernetes.options import KubernetesOptions, options_of

Renderer = Callable[[Any, ServicesPlan, Connection, KubernetesOptions], Mapping[str, Object]]

RENDERERS: Mapping[str, Renderer] = {
    "cloud_controller": lambda it, plan, _, __: cloud_controller.objects(it, plan),
    "coredns": lambda it, plan, _, options: coredns.objects(replace(it, domain=options.cluster_domain), plan),
    "metrics_server": lambda it, plan, _, __: metrics_server.objects(it, plan),
    "ebs_csi": lambda it, plan, _, __: ebs_csi.objects(it, plan),
    "cluster_autoscaler": lambda it, plan, _, __: cluster_autoscaler.objects(it, plan),
    "external_dns": lambda it, plan, _, __: external_dns.objects(it, plan),
    "certificates": lambda it, plan, _, options: certificates.objects(it, plan, options),
    "dashboard": dashboard.objects,
    "logging": lambda it, plan, _, __: logging.objects(it, plan),
    "prometheus": lambda it, plan, _, __: prometheus.objects(it, plan),
}
"""Cluster service, by its field of the plan, to what makes its objects."""

FIRST = ("cloud_controller", "coredns")
"""What others wait for: no machine is fit for them, and no name is looked up, before these are well."""

_STAGES = (
    ("Namespace", "CustomResourceDefinition"),
    (),
    ("Deployment", "DaemonSet"),
    ("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    ("Job",),
    ("ClusterIssuer",),
)
"""Kinds by when they come; those that are nowhere in here come with the empty one."""


OF_CONTENT = ("ConfigMap", "Job")
"""Kinds whose objects are called after what is in them, in all cluster services."""

_AWAITED = ("Deployment", "DaemonSet", "Job", "APIService")
_USUAL = 600
"""Seconds that Kubernetes and Pulumi give an object unless they are told."""
_LATER = 60
"""Seconds that are enough for pods that are told to end, and only do so when they must (30 s)."""


def stage_of(kind: str) -> int:
    """When an object of a kind comes, among those of one cluster service: each stage waits for the one before."""
    return next((place for place, kinds in enumerate(_STAGES) if kind in kinds), _STAGES.index(()))


def in_time(thing: Object, seconds: int) -> Object:
    """The same object, given up if its pods, or what it serves of the API, are not well after so many seconds."""
    if thing["kind"] not in _AWAITED or seconds == _USUAL:
        return thing
    metadata = thing["metadata"]
    # The word of the controller, which knows more, comes first. And Pulumi gives the end of an object no more time.
    annotations = {**metadata.get("annotations", {}), "pulumi.com/timeoutSeconds": str(seconds + _LATER)}
    progress = {"progressDeadlineSeconds": seconds} if thing["kind"] == "Deployment" else {}
    return {**thing, "metadata": {**metadata, "annotations": annotations}, "spec": {**thing["spec"], **progress}}


def render_services(plan: ServicesPlan, connection: Connection) -> dict[str, dict[str, Object]]:
    """Cluster service to key to object, of all that are wanted."""
    options = options_of(connection.options)
    return {
        name: {key: in_time(thing, wanted.deadline) for key, thing in render(wanted, plan, connection, options).items()}
        for name, render in RENDERERS.items()
        if (wanted := getattr(plan, name)) is not None
    }
