"""Measurements and alarms: Prometheus, and what tells it of machines and objects (pure)."""

import json

from foxden.clusters.services_plan import Prometheus, ServicesPlan
from foxden.schedulers.kubernetes.addons import prometheus_config as settings
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    Object,
    account,
    binding,
    closed,
    config,
    daemon_set,
    deployment,
    namespace,
    policy,
    role,
    rule,
    service,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import NOBODY, container, field, http, of_host, pod

NAME = "prometheus"
SPACE = "foxden-monitoring"
STATES = settings.STATES
MACHINES = settings.MACHINES
MACHINES_SPACE = "foxden-machines"
"""Apart, for what looks at machines may do more than others: so it is the only one that may."""

PORT, STATES_PORT, MACHINES_PORT = 9090, settings.STATES_PORT, settings.MACHINES_PORT

_WATCHED = {
    "": ("nodes", "pods", "namespaces", "services", "persistentvolumes", "persistentvolumeclaims", "resourcequotas"),
    "apps": ("deployments", "daemonsets", "statefulsets", "replicasets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("jobs", "cronjobs"),
    "coordination.k8s.io": ("leases",),
    "networking.k8s.io": ("ingresses",),
    "policy": ("poddisruptionbudgets",),
}
"""What is counted: neither secrets nor what is in a ConfigMap."""


def objects(it: Prometheus, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    return {
        "namespace": namespace(SPACE, NAME, "restricted"),
        "closed": closed(SPACE, NAME),
        **_states(it, plan),
        **_machines(it, plan),
        **_own(it, plan),
    }


def _own(it: Prometheus, plan: ServicesPlan) -> dict[str, Object]:
    files = {
        "prometheus.yml": json.dumps(settings.scraping(it), indent=1),
        "rules.yml": json.dumps(settings.rules(), indent=1),
    }
    own = config(NAME, SPACE, NAME, files)
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            f"--storage.tsdb.retention.time={it.days}d",
            *([f"--storage.tsdb.retention.size={it.disk * 8 // 10 or 1}GB"] if it.disk else []),
        ],
        ("512Mi", "2Gi"),
        "100m",
        ports={"http": PORT},
        ready=http("/-/ready", "http"),
        alive=http("/-/healthy", "http"),
        mounts={"config": "/etc/prometheus", "data": "/prometheus"},
        writable=("data",),
    )
    main["startupProbe"] = {**http("/-/ready", "http"), "periodSeconds": 5, "failureThreshold": 120}
    data = {"persistentVolumeClaim": {"claimName": NAME}} if it.disk else {"emptyDir": {}}
    volumes = {"config": {"configMap": {"name": own["metadata"]["name"]}}, "data": data}
    workload = deployment(NAME, SPACE, NAME, pod(NAME, [main], it, volumes=volumes, user=NOBODY))
    # Two can't have one disk.
    workload["spec"]["strategy"] = {"type": "Recreate"}
    return {
        "account": account(NAME, SPACE, NAME),
        "role": role(f"foxden-{NAME}", NAME, _rules()),
        "binding": binding(f"foxden-{NAME}", NAME, f"foxden-{NAME}", NAME, SPACE),
        "config": own,
        # Nobody reaches it but through the API, whose way into a pod is no policy's; it may ask everybody.
        "policy": policy(NAME, SPACE, NAME, [], [{}]),
        "service": service(NAME, SPACE, NAME, {"http": PORT}),
        **({"disk": _disk(it)} if it.disk else {}),
        "workload": workload,
    }


def _rules() -> list[Object]:
    return [
        rule("", ("nodes", "services", "endpoints", "pods")),
        rule("", ("nodes/metrics",), ("get",)),
        rule("discovery.k8s.io", ("endpointslices",)),
        {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
    ]


def _disk(it: Prometheus) -> Object:
    found = thing("v1", "PersistentVolumeClaim", NAME, NAME, SPACE)
    # It is bound when the pod is there, which comes after it.
    found["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{it.disk}Gi"}},
        **({"storageClassName": it.storage_class} if it.storage_class else {}),
    }
    return found | {"spec": spec}


def _states(it: Prometheus, plan: ServicesPlan) -> dict[str, Object]:
    kinds = sorted(kind for some in _WATCHED.values() for kind in some)
    main = container(
        STATES,
        image(STATES, it, plan),
        [f"--port={STATES_PORT}", f"--telemetry-port={STATES_PORT + 1}", f"--resources={','.join(kinds)}"],
        ("64Mi", "384Mi"),
        ports={"http": STATES_PORT, "telemetry": STATES_PORT + 1},
        ready=http("/readyz", "telemetry"),
        alive=http("/livez", "http"),
    )
    way = {
        "from": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": NAME}}}],
        "ports": [{"protocol": "TCP", "port": "http"}],
    }
    return {
        "states-account": account(STATES, SPACE, STATES),
        "states-role": role(
            f"foxden-{STATES}", STATES, [rule(group, some, ("list", "watch")) for group, some in _WATCHED.items()]
        ),
        "states-binding": binding(f"foxden-{STATES}", STATES, f"foxden-{STATES}", STATES, SPACE),
        "states-policy": policy(STATES, SPACE, STATES, [way], [{}]),
        "states-service": service(STATES, SPACE, STATES, {"http": STATES_PORT}),
        "states": deployment(STATES, SPACE, STATES, pod(STATES, [main], it)),
    }


def _machines(it: Prometheus, plan: ServicesPlan) -> dict[str, Object]:
    main = container(
        MACHINES,
        image(MACHINES, it, plan),
        [
            "--path.procfs=/host/proc",
            "--path.sysfs=/host/sys",
            "--path.rootfs=/host/root",
            f"--web.listen-address=$(HOST_IP):{MACHINES_PORT}",
            "--no-collector.wifi",
            r"--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/kubelet/.+)($|/)",
            r"--collector.netdev.device-exclude=^(veth.*|lo)$",
        ],
        ("32Mi", "128Mi"),
        ports={"http": MACHINES_PORT},
        ready=http("/", "http"),
        alive=http("/", "http"),
        mounts={"proc": "/host/proc", "sys": "/host/sys", "root": "/host/root"},
        env=[field("HOST_IP", "status.hostIP")],
    )
    root = next(each for each in main["volumeMounts"] if each["name"] == "root")
    root["mountPropagation"] = "HostToContainer"
    volumes = {"proc": of_host("/proc"), "sys": of_host("/sys"), "root": of_host("/")}
    whole = pod(MACHINES, [main], it, token=False, on_host=True, volumes=volumes)
    return {
        "machines-namespace": namespace(MACHINES_SPACE, MACHINES, "privileged"),
        "machines-closed": closed(MACHINES_SPACE, MACHINES),
        "machines-account": account(MACHINES, MACHINES_SPACE, MACHINES),
        "machines": daemon_set(MACHINES, MACHINES_SPACE, MACHINES, whole | {"hostPID": True}),
    }
