"""Logs: Fluent Bit on every machine, which brings what pods write to where it is kept (pure)."""

import json
from typing import Any
from urllib.parse import urlsplit

from foxden.clusters.services_plan import Logging, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    Object,
    account,
    binding,
    closed,
    config,
    daemon_set,
    namespace,
    role,
    rule,
)
from foxden.schedulers.kubernetes.addons.pods import container, field, http, of_host, pod

NAME = "logging"
SPACE = "foxden-logging"
PORT = 2020

_STATE = "/var/lib/foxden-logging"
"""Where it keeps how far it has read, on the machine: a new pod goes on from there."""


def objects(it: Logging, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    # JSON is YAML, too.
    settings = config(NAME, SPACE, NAME, {"fluent-bit.yaml": json.dumps(settings_of(it, plan), indent=2)})
    main = container(
        NAME,
        image("fluent-bit", it, plan),
        ["--config=/fluent-bit/settings/fluent-bit.yaml"],
        ("64Mi", "256Mi"),
        "50m",
        ports={"http": PORT},
        ready=http("/api/v1/health", "http"),
        alive=http("/", "http"),
        mounts={"settings": "/fluent-bit/settings", "logs": "/var/log", "state": _STATE},
        writable=("state",),
        env=[field("NODE_NAME", "spec.nodeName")],
    )
    volumes = {
        "settings": {"configMap": {"name": settings["metadata"]["name"]}},
        "logs": of_host("/var/log"),
        "state": of_host(_STATE, "DirectoryOrCreate"),
    }
    # Logs are root's: it reads them as root, without any right of root's beyond that.
    on_host = bool(it.cloudwatch_group) and plan.host_network
    whole = pod(NAME, [main], it, on_host=on_host, volumes=volumes, user=0)
    return {
        "namespace": namespace(SPACE, NAME, "privileged"),
        "closed": closed(SPACE, NAME),
        "account": account(NAME, SPACE, NAME),
        "role": role(f"foxden-{NAME}", NAME, [rule("", ("pods", "namespaces"))]),
        "binding": binding(f"foxden-{NAME}", NAME, f"foxden-{NAME}", NAME, SPACE),
        "config": settings,
        "workload": daemon_set(NAME, SPACE, NAME, whole),
    }


def settings_of(it: Logging, plan: ServicesPlan) -> dict[str, Any]:
    """Fluent Bit's configuration."""
    source = {
        "name": "tail",
        "path": "/var/log/containers/*.log",
        "exclude_path": f"/var/log/containers/*_{SPACE}_*.log",
        "multiline.parser": "cri",
        "tag": "kube.*",
        "db": f"{_STATE}/read.db",
        "mem_buf_limit": "16M",
        "skip_long_lines": True,
        "refresh_interval": 5,
    }
    known = {
        "name": "kubernetes",
        "match": "kube.*",
        "merge_log": True,
        "keep_log": False,
        "labels": True,
        "annotations": False,
        "use_tag_for_meta": False,
    }
    return {
        "service": {"flush": 2, "log_level": "warn", "http_server": True, "http_port": PORT, "health_check": True},
        "pipeline": {"inputs": [source], "filters": [known], "outputs": [_output(it, plan)]},
    }


def _output(it: Logging, plan: ServicesPlan) -> dict[str, Any]:
    common = {"match": "*", "retry_limit": False}
    if it.cloudwatch_group:
        return {
            **common,
            "name": "cloudwatch_logs",
            "region": plan.region,
            "log_group_name": it.cloudwatch_group,
            "log_stream_prefix": "${NODE_NAME}.",
            "auto_create_group": False,
        }
    url = urlsplit(it.loki)
    secure = url.scheme == "https"
    names = ("namespace_name", "pod_name", "container_name")
    return {
        **common,
        "name": "loki",
        "host": url.hostname or "",
        "port": url.port or (443 if secure else 80),
        "uri": f"{url.path.rstrip('/')}/loki/api/v1/push",
        "tls": secure,
        "labels": f"job=foxden, node=${{NODE_NAME}}, {', '.join(f'$kubernetes[{name!r}]' for name in names)}",
        "line_format": "json",
    }
