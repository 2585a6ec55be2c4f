"""What Prometheus is told: whom to ask, and what is worth an alarm (pure)."""

from typing import Any

from foxden.boot.files.node.kubernetes.places import ETCD_QUOTA, SNAPSHOT
from foxden.clusters.services_plan import Prometheus

STATES, STATES_PORT = "kube-state-metrics", 8080
MACHINES, MACHINES_PORT = "node-exporter", 9100

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_META = "__meta_kubernetes_"
_API: dict[str, Any] = {
    "scheme": "https",
    "authorization": {"credentials_file": f"{_ACCOUNT}/token"},
    "tls_config": {"ca_file": f"{_ACCOUNT}/ca.crt"},
}


def scraping(it: Prometheus) -> dict[str, Any]:
    """``prometheus.yml``."""
    told = {"alertmanagers": [{"static_configs": [{"targets": [it.alertmanager]}]}]}
    return {
        "global": {"scrape_interval": "30s", "evaluation_interval": "30s"},
        "rule_files": ["/etc/prometheus/rules.yml"],
        **({"alerting": told} if it.alertmanager else {}),
        "scrape_configs": [_server(), _kubelets(), _containers(), _states(), _machines(), _pods()],
    }


def _keep(source: str, regex: str) -> dict[str, Any]:
    return {"action": "keep", "source_labels": [f"{_META}{source}"], "regex": regex}


_RUNS = _keep("pod_phase", "Running")
"""A pod that has ended keeps its address until it is deleted, and says nothing."""


def _named(source: str, target: str) -> dict[str, Any]:
    return {"action": "replace", "source_labels": [f"{_META}{source}"], "target_label": target}


def _found(role: str) -> list[dict[str, Any]]:
    return [{"role": role}]


def _server() -> dict[str, Any]:
    only = [
        _keep("namespace", "default"),
        _keep("service_name", "kubernetes"),
        _keep("endpointslice_port_name", "https"),
    ]
    # Masters may be asked by their own addresses, which no certificate has to name.
    secure = {**_API, "tls_config": {**_API["tls_config"], "server_name": "kubernetes.default.svc"}}
    return {
        "job_name": "apiserver",
        **secure,
        "kubernetes_sd_configs": _found("endpointslice"),
        "relabel_configs": only,
        # Buckets of latencies by every path are most of what it says.
        "metric_relabel_configs": [
            {"action": "drop", "source_labels": ["__name__"], "regex": "apiserver_request_(sli_)?duration.*_bucket"}
        ],
    }


def _kubelets() -> dict[str, Any]:
    return {
        "job_name": "kubelet",
        **_API,
        "kubernetes_sd_configs": _found("node"),
        "relabel_configs": [_named("node_name", "node")],
    }


def _containers() -> dict[str, Any]:
    return {**_kubelets(), "job_name": "containers", "metrics_path": "/metrics/cadvisor"}


def _states() -> dict[str, Any]:
    target = f"{STATES}.foxden-monitoring.svc:{STATES_PORT}"
    return {"job_name": "objects", "honor_labels": True, "static_configs": [{"targets": [target]}]}


def _machines() -> dict[str, Any]:
    return {
        "job_name": "machines",
        "kubernetes_sd_configs": _found("pod"),
        "relabel_configs": [
            _keep("pod_label_app_kubernetes_io_name", MACHINES),
            _RUNS,
            _named("pod_node_name", "node"),
        ],
    }


def _pods() -> dict[str, Any]:
    """Pods that say so by the usual annotations; those of services are closed to it by their policies."""
    port = {
        "action": "replace",
        "source_labels": ["__address__", f"{_META}pod_annotation_prometheus_io_port"],
        "regex": r"([^:]+)(?::\d+)?;(\d+)",
        "replacement": "$1:$2",
        "target_label": "__address__",
    }
    return {
        "job_name": "pods",
        "kubernetes_sd_configs": _found("pod"),
        "relabel_configs": [
            _keep("pod_annotation_prometheus_io_scrape", "true"),
            _RUNS,
            # One target for each pod, however many ports it has.
            {
                "action": "keepequal",
                "source_labels": [f"{_META}pod_container_port_number"],
                "target_label": f"{_META}pod_annotation_prometheus_io_port",
            },
            port,
            _named("namespace", "namespace"),
            _named("pod_name", "pod"),
        ],
    }


_RULES = {
    "TargetDown": ("up == 0", "10m", "{{ $labels.job }} at {{ $labels.instance }} says nothing"),
    "MachineNotReady": (
        'kube_node_status_condition{condition="Ready",status="true"} == 0',
        "5m",
        "machine {{ $labels.node }} is not ready",
    ),
    "MachineDiskAlmostFull": (
        # What is made once and only read, such as the system of some images, is full from the beginning.
        'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes < 0.1'
        " and node_filesystem_readonly == 0",
        "15m",
        "less than a tenth of {{ $labels.mountpoint }} is free on {{ $labels.node }}",
    ),
    "VolumeAlmostFull": (
        "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.1",
        "15m",
        "less than a tenth of the volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is free",
    ),
    "PodKeepsFailing": (
        # The kubelet's pauses grow to five minutes: soon there are no three in fifteen, however long that goes on.
        "changes(kube_pod_container_status_restarts_total[1h]) > 3"
        " and changes(kube_pod_container_status_restarts_total[15m]) > 0",
        "5m",
        "{{ $labels.namespace }}/{{ $labels.pod }} keeps ending",
    ),
    "PodNotPlaced": (
        'kube_pod_status_phase{phase="Pending"} == 1',
        "15m",
        "{{ $labels.namespace }}/{{ $labels.pod }} has not started",
    ),
    "TooFewReplicas": (
        "kube_deployment_status_replicas_available < kube_deployment_spec_replicas",
        "15m",
        "{{ $labels.namespace }}/{{ $labels.deployment }} has fewer replicas than it should",
    ),
    "SnapshotLate": (
        # Where masters are the library's own, it is to be renewed when the next one is due.
        f'time() > kube_lease_renew_time{{namespace="kube-system",lease="{SNAPSHOT}"}}',
        "1h",
        "the next snapshot of etcd is an hour late",
    ),
    "EtcdAlmostFull": (
        f"apiserver_storage_size_bytes > {ETCD_QUOTA * 8 // 10}",
        "15m",
        "{{ $labels.instance }} keeps {{ $value | humanize1024 }}B in etcd, of 4 GiB on masters of the library's own",
    ),
    "JobFailed": (
        # Not kube_job_status_failed, which counts pods: the next one may do it.
        'kube_job_failed{condition="true"} == 1',
        "5m",
        "{{ $labels.namespace }}/{{ $labels.job_name }} has failed",
    ),
}
"""Alarm to when it is one, for how long, and what it says."""


def rules() -> dict[str, Any]:
    """``rules.yml``."""
    found = [
        {"alert": name, "expr": expression, "for": duration, "annotations": {"summary": summary}}
        for name, (expression, duration, summary) in _RULES.items()
    ]
    return {"groups": [{"name": "foxden", "rules": found}]}
