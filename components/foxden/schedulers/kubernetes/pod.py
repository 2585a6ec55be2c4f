"""The pod of a service, as the restricted Pod Security profile admits it (pure)."""

from collections.abc import Mapping
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes.literal import literal
from foxden.schedulers.kubernetes.network import need_labels
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.placement import placed
from foxden.schedulers.kubernetes.probes import probes
from foxden.schedulers.kubernetes.units import SET, cores, mebibytes, pods_of, seconds, versioned
from foxden.schedulers.kubernetes.variables import variables
from foxden.service.discovery import Target
from foxden.service.spec import ServiceKind, ServiceSpec

CONTAINER = "main"
"""The container that runs the service's program, in every pod."""

LEAVING = 5
"""Seconds between the start of an instance's leave and its SIGTERM: whoever sends requests has heard of it by then."""

_DNS = {"ndots": 4, "timeout": 2, "attempts": 5}
"""How names are asked for, in the words of resolv.conf. Without them ndots is 5, timeout 5 and attempts 2.

The address of a need has four dots: it is asked for as it is, and not below each suffix of the cluster first. What has
fewer is looked for there, up to ``pod.service.namespace.svc``: with musl, more dots are looked for nowhere else.

A lost question is asked again after 2 s, for 10 s in all as before. To musl the time is that of all tries together: it
asks every 0.4 s, and gives up after 2 s. So it is not less, for what is outside may take its time.
"""

_SCRATCH = "256Mi"
_FIRST_OPEN_PORT = 1024
_UNTIL_KILLED_AT_LEAST = 1


def is_lasting(kind: ServiceKind) -> bool:
    """Whether it runs always, instead of to an end."""
    return kind in (ServiceKind.SERVICE, ServiceKind.WORKER)


def pod_template(
    spec: ServiceSpec,
    connection: Connection,
    targets: Mapping[str, Target],
    secret_versions: Mapping[str, str],
    options: KubernetesOptions,
) -> dict[str, Any]:
    """The template of a service's pods, without the label of the set that they are in."""
    pod: dict[str, Any] = {
        "serviceAccountName": spec.name,
        "automountServiceAccountToken": False,
        # Its variables would be called like those of a need.
        "enableServiceLinks": False,
        "restartPolicy": "Always" if is_lasting(spec.kind) else "Never",
        "terminationGracePeriodSeconds": seconds_to_leave(spec),
        "dnsConfig": {"options": [{"name": name, "value": str(value)} for name, value in _DNS.items()]},
        "securityContext": _pod_security(spec, options),
        "containers": [
            {
                "name": CONTAINER,
                "image": spec.image,
                # A tag that moves is not asked for again: a version is what it was when it came.
                "imagePullPolicy": "IfNotPresent",
                "env": variables(spec, connection, targets, secret_versions, options),
                "resources": _resources(spec),
                "securityContext": container_security(options.writable_root),
                "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108 - in the pod's own file system
                # The end of the log is told where an instance fails.
                "terminationMessagePolicy": "FallbackToLogsOnError",
                **_arguments(spec),
                **_ports(spec),
                **probes(spec.health),
            }
        ],
        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": _SCRATCH}}],
    }
    pod |= placed(spec.placement)
    if is_lasting(spec.kind):
        pod["topologySpreadConstraints"] = [_spread(spec, key) for key in ("topology.kubernetes.io/zone", _HOST)]
    return {
        "metadata": {
            "labels": {**versioned(spec, connection.environment), **need_labels(spec, targets)},
            "annotations": {"foxden/version": spec.version},
        },
        "spec": pod,
    }


_HOST = "kubernetes.io/hostname"


def in_set(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The template of the pods of one set."""
    metadata = template["metadata"]
    return {**template, "metadata": {**metadata, "labels": {**metadata["labels"], SET: name}}}


def container_security(writable_root: bool = False) -> dict[str, Any]:
    """What a container may not do: anything that it needs no right for."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": not writable_root,
        "capabilities": {"drop": ["ALL"]},
    }


def _pod_security(spec: ServiceSpec, options: KubernetesOptions) -> dict[str, Any]:
    found: dict[str, Any] = {
        "runAsNonRoot": True,
        "runAsUser": options.run_as_user,
        "runAsGroup": options.run_as_user,
        "fsGroup": options.run_as_user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if any(port.number < _FIRST_OPEN_PORT for port in spec.ports):
        # In the pod's own network alone; without it such a port takes a right that is dropped.
        found["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    return found


def seconds_to_leave(spec: ServiceSpec) -> int:
    """How long an instance may take to end, the time included in which nobody asks it any more."""
    # Kubernetes counts from the start of the leave, the service from SIGTERM.
    return (LEAVING if spec.ports else 0) + seconds(spec.termination_grace, _UNTIL_KILLED_AT_LEAST)


def _arguments(spec: ServiceSpec) -> dict[str, Any]:
    return {"args": [literal(word) for word in spec.args]} if spec.args else {}


def _ports(spec: ServiceSpec) -> dict[str, Any]:
    if not spec.ports:
        return {}
    return {
        "ports": [{"name": port.name, "containerPort": port.number, "protocol": "TCP"} for port in spec.ports],
        "lifecycle": {"preStop": {"sleep": {"seconds": LEAVING}}},
    }


def _resources(spec: ServiceSpec) -> dict[str, Any]:
    asked = spec.resources
    limits = {"memory": mebibytes(asked.memory if asked.memory_limit is None else asked.memory_limit)}
    if asked.cpu_limit is not None:
        limits["cpu"] = cores(asked.cpu_limit)
    return {"requests": {"cpu": cores(asked.cpu), "memory": mebibytes(asked.memory)}, "limits": limits}


def _spread(spec: ServiceSpec, key: str) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": pods_of(spec)},
        # Each version is spread by itself: the old one's places don't count.
        "matchLabelKeys": ["pod-template-hash"],
    }
