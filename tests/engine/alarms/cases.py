"""What each alarm is raised by, what is then read of it, and what is no reason for it.

The series are those of the programs that are asked, with their labels, and with those that their targets are given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEP = 30
"""Seconds between two measurements, and between two looks at the rules."""

END = 7200
"""Seconds that each case lasts."""

SAMPLES = END // STEP

Series = tuple[str, str]
"""A series with its labels, and its values in promtool's notation."""


@dataclass(frozen=True)
class Case:
    """One alarm."""

    fires: Sequence[Series]
    labels: Mapping[str, str]
    """Those that it then has, but for its name."""
    says: str
    quiet: Mapping[str, Sequence[Series]]
    """Why there is no reason for it -> what is measured then."""
    begins: int = 0
    """Seconds until its reason is there, which then stays."""


def of(metric: str, labels: Mapping[str, str], values: str | float) -> Series:
    """A series; one number stays as it is."""
    told = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{told}}}", values if isinstance(values, str) else f"{values}x{SAMPLES}"


def crashes(runs: int) -> str:
    """How often a container was started again that ends after so many seconds, with the kubelet's growing pauses."""
    starts, now, pause = [], 0, 10
    while now < END:
        now += runs + pause
        pause = min(2 * pause, 300)
        starts.append(now)
    return " ".join(str(sum(start <= second for start in starts)) for second in range(0, END + STEP, STEP))


_MACHINE = {"instance": "10.0.32.7:9100", "job": "machines", "node": "worker-1"}
_ROOT = {"device": "/dev/nvme0n1p1", "fstype": "ext4", "mountpoint": "/", **_MACHINE}
_VOLUME = {
    "instance": "10.0.32.7:10250",
    "job": "kubelet",
    "namespace": "foxden-monitoring",
    "node": "worker-1",
    "persistentvolumeclaim": "prometheus",
}
_OBJECT = {"instance": "kube-state-metrics.foxden-monitoring.svc:8080", "job": "objects"}
_READY = {"condition": "Ready", "node": "worker-1", "status": "true", **_OBJECT}
_POD = {"namespace": "qa", "pod": "pods-7d9", "uid": "1-2-3", **_OBJECT}
_CONTAINER = {"container": "pods", **_POD}
_PENDING = {"phase": "Pending", **_POD}
_DEPLOYMENT = {"deployment": "pods", "namespace": "qa", **_OBJECT}
_LEASE = {"lease": "foxden-snapshot", "namespace": "kube-system", **_OBJECT}
_API = {"instance": "10.0.16.4:6443", "job": "apiserver", "storage_cluster_id": "etcd-0"}
_JOB = {"job_name": "migrate", "namespace": "qa", **_OBJECT}


def _disk(labels: Mapping[str, str], free: int, readonly: int = 0) -> list[Series]:
    return [
        of("node_filesystem_avail_bytes", labels, free),
        of("node_filesystem_size_bytes", labels, 100),
        of("node_filesystem_readonly", labels, readonly),
    ]


def _volume(free: int) -> list[Series]:
    return [
        of("kubelet_volume_stats_available_bytes", _VOLUME, free),
        of("kubelet_volume_stats_capacity_bytes", _VOLUME, 100),
    ]


def _replicas(available: str | int) -> list[Series]:
    return [
        of("kube_deployment_status_replicas_available", _DEPLOYMENT, available),
        of("kube_deployment_spec_replicas", _DEPLOYMENT, 2),
    ]


CASES: Mapping[str, Case] = {
    "TargetDown": Case(
        [of("up", _MACHINE, "1x9 0x300")],
        _MACHINE,
        "machines at 10.0.32.7:9100 says nothing",
        {"it answers": [of("up", _MACHINE, 1)], "it says nothing for less long": [of("up", _MACHINE, "0x19 1x300")]},
        begins=300,
    ),
    "MachineNotReady": Case(
        [of("kube_node_status_condition", _READY, 0)],
        _READY,
        "machine worker-1 is not ready",
        {
            "it is, and nothing presses on it": [
                of("kube_node_status_condition", _READY, 1),
                of("kube_node_status_condition", {**_READY, "status": "false"}, 0),
                of("kube_node_status_condition", {**_READY, "condition": "MemoryPressure"}, 0),
            ]
        },
    ),
    "MachineDiskAlmostFull": Case(
        _disk(_ROOT, 9),
        _ROOT,
        "less than a tenth of / is free on worker-1",
        {
            "a tenth is free": _disk(_ROOT, 10),
            "it is memory": _disk({**_ROOT, "fstype": "tmpfs"}, 0),
            "it is a container's": _disk({**_ROOT, "fstype": "overlay"}, 0),
            "nobody writes to it": _disk(_ROOT, 0, readonly=1),
        },
    ),
    "VolumeAlmostFull": Case(
        _volume(9),
        _VOLUME,
        "less than a tenth of the volume foxden-monitoring/prometheus is free",
        {"a tenth is free": _volume(10)},
    ),
    "PodKeepsFailing": Case(
        [of("kube_pod_container_status_restarts_total", _CONTAINER, crashes(30))],
        _CONTAINER,
        "qa/pods-7d9 keeps ending",
        {
            "it ended three times": [of("kube_pod_container_status_restarts_total", _CONTAINER, "7x20 8 9 10x300")],
            "it ends now and then": [of("kube_pod_container_status_restarts_total", _CONTAINER, "0x49 1x49 2x49 3x99")],
        },
        begins=270,
    ),
    "PodNotPlaced": Case(
        [of("kube_pod_status_phase", _PENDING, 1)],
        _PENDING,
        "qa/pods-7d9 has not started",
        {
            "it runs": [
                of("kube_pod_status_phase", _PENDING, 0),
                of("kube_pod_status_phase", {**_PENDING, "phase": "Running"}, 1),
            ],
            "a machine came for it": [of("kube_pod_status_phase", _PENDING, "1x29 0x300")],
        },
    ),
    "TooFewReplicas": Case(
        _replicas(1),
        _DEPLOYMENT,
        "qa/pods has fewer replicas than it should",
        {"it has all": _replicas(2), "it is being rolled": _replicas("1x29 2x300")},
    ),
    "SnapshotLate": Case(
        [of("kube_lease_renew_time", _LEASE, 600)],
        _LEASE,
        "the next snapshot of etcd is an hour late",
        {
            "it is late, but by less": [of("kube_lease_renew_time", _LEASE, "600x137 9000x200")],
            "it is a Lease of others": [of("kube_lease_renew_time", {**_LEASE, "lease": "kube-scheduler"}, 1)],
        },
        begins=630,
    ),
    "EtcdAlmostFull": Case(
        [of("apiserver_storage_size_bytes", _API, 3584 * 1024**2)],
        _API,
        "10.0.16.4:6443 keeps 3.5GiB in etcd, of 4 GiB on masters of the library's own",
        {"it has taken four fifths": [of("apiserver_storage_size_bytes", _API, 4 * 1024**3 * 8 // 10)]},
    ),
    "JobFailed": Case(
        [of("kube_job_failed", {**_JOB, "condition": "true"}, 1)],
        {**_JOB, "condition": "true"},
        "qa/migrate has failed",
        {
            "a pod of it failed, and the next one did it": [
                of("kube_job_status_failed", {**_JOB, "reason": ""}, 1),
                of("kube_job_complete", {**_JOB, "condition": "true"}, 1),
            ],
            "it goes on": [of("kube_job_status_failed", _JOB, 0)],
        },
    ),
}
