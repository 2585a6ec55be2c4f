"""The pods of cluster services: what they run, and what they may (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from foxden.clusters.services_plan import Extra, ServicesPlan
from foxden.schedulers.kubernetes.addons.objects import found_by
from foxden.schedulers.kubernetes.placement import placed
from foxden.schedulers.kubernetes.pod import container_security
from foxden.service.spec import Placement

NOBODY = 65532

CLUSTER, NODE = "system-cluster-critical", "system-node-critical"
"""Priorities of what a cluster, or a machine of it, is of no use without."""

_SCRATCH = "/tmp"  # noqa: S108 - in the pod's own file system


def container(
    name: str,
    image: str,
    args: Sequence[str],
    memory: tuple[str, str],
    cpu: str = "20m",
    *,
    ports: Mapping[str, int] | None = None,
    ready: Mapping[str, Any] | None = None,
    alive: Mapping[str, Any] | None = None,
    mounts: Mapping[str, str] | None = None,
    writable: Sequence[str] = (),
    env: Sequence[Mapping[str, Any]] = (),
    security: Mapping[str, Any] | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """A container that may do nothing but what is said: ``memory`` is what it asks for and its limit.

    ``ready`` and ``alive`` are the actions of its probes; ``mounts`` has volume to path, read-only but for those that
    are ``writable``.
    """
    paths = mounts or {}
    volumes = [
        {"name": each, "mountPath": path, **({} if each in writable else {"readOnly": True})}
        for each, path in paths.items()
    ]
    probes = {
        "readinessProbe": ready and {**ready, "periodSeconds": 3, "timeoutSeconds": 3, "failureThreshold": 3},
        "livenessProbe": alive
        and {**alive, "initialDelaySeconds": 20, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
    }
    entries = [{"name": each, "containerPort": number, "protocol": "TCP"} for each, number in (ports or {}).items()]
    asked, most = memory
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **({"command": list(command)} if command else {}),
        "args": list(args),
        **({"env": [dict(each) for each in env]} if env else {}),
        **({"ports": entries} if entries else {}),
        "resources": {"requests": {"cpu": cpu, "memory": asked}, "limits": {"memory": most}},
        "securityContext": dict(security or container_security()),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **({"volumeMounts": volumes} if volumes else {}),
        **{probe: dict(found) for probe, found in probes.items() if found},
    }


def http(path: str, port: str | int, scheme: str = "HTTP") -> dict[str, Any]:
    """A probe that asks for a path."""
    return {"httpGet": {"path": path, "port": port, "scheme": scheme}}


def field(name: str, path: str) -> dict[str, Any]:
    """An ENV variable that has a fact about the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}


def pod(
    account: str,
    containers: Sequence[Mapping[str, Any]],
    extra: Extra,
    *,
    token: bool = True,
    on_host: bool = False,
    volumes: Mapping[str, Mapping[str, Any]] | None = None,
    user: int = NOBODY,
    group: int | None = None,
    critical: str = "",
) -> dict[str, Any]:
    """A pod of an account. ``token``: it speaks with the API. ``on_host``: it is in its machine's network."""
    own = [{"name": name, **volume} for name, volume in (volumes or {}).items()]
    who = {"runAsUser": user, "runAsGroup": user if group is None else group}
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": token,
        "enableServiceLinks": False,
        **({"priorityClassName": critical} if critical else {}),
        **({"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"} if on_host else {}),
        "securityContext": {
            **({"runAsNonRoot": True} if user else {}),
            **who,
            "fsGroup": who["runAsGroup"],
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **placed(Placement(pool=extra.pool)),
        "containers": [dict(each) for each in containers],
        **({"volumes": own} if own else {}),
    }


def spread(of: str) -> list[dict[str, Any]]:
    """Pods of one sort on different machines, and in different zones, where there are several."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": found_by(of)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def scratch() -> dict[str, dict[str, Any]]:
    """A directory that is gone with the pod."""
    return {"scratch": {"emptyDir": {}}}


def of_host(path: str, kind: str = "Directory") -> dict[str, Any]:
    """A directory of the machine."""
    return {"hostPath": {"path": path, "type": kind}}


def region(plan: ServicesPlan) -> list[dict[str, Any]]:
    """The ENV by which programs know the region of their cloud."""
    return [{"name": "AWS_REGION", "value": plan.region}] if plan.region else []


SCRATCH = {"scratch": _SCRATCH}
"""Where that directory is in a container."""
