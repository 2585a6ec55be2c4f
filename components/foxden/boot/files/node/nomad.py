"""The configuration of a node's Nomad agent, and who may do what there (pure)."""

from collections.abc import Mapping
from typing import Any

from .facts import Facts

CORE_MHZ = 1000
"""What a job calls one core."""
DYNAMIC_PORTS = (20_000, 32_000)
"""What services listen on."""
DOCKER_CONFIG = "/etc/foxden/docker/config.json"
DRAIN_RULES = 'node { policy = "write" }\n'
"""What a node needs to take itself out, and nothing else."""
_MAX_CONNECTIONS = 10_000
_MAX_KILL_TIMEOUT = "1h"
"""What a service's ``termination_grace`` may be at most; by default Nomad kills after 30 s whatever a job says."""
_KEPT = "24h"
"""How long finished evaluations, deployments and jobs can be looked at."""
_RETRY = {"attempts": 0, "backoff": "250ms", "max_backoff": "2s"}
"""Of templates: without end. By default a task is killed after twelve, that is when Consul is away for a while."""


def server_config(facts: Facts, token: str, tls: str) -> dict[str, Any]:
    """Of a core server. It holds secrets: keep it in a private file."""
    return {
        **_common(facts, token, tls),
        "server": {
            "enabled": True,
            "bootstrap_expect": facts.servers,
            "server_join": _join(4648),
            "heartbeat_grace": "20s",
            "failover_heartbeat_ttl": "60s",
            "eval_gc_threshold": _KEPT,
            "deployment_gc_threshold": _KEPT,
            "job_gc_threshold": _KEPT,
            "default_scheduler_config": _scheduling(),
        },
        "autopilot": {"cleanup_dead_servers": True, "server_stabilization_time": "5s"},
        "ui": {"enabled": True},
    }


def _scheduling() -> list[dict[str, Any]]:
    """Of a new cluster: a service may take more memory than it is sure to get, up to its ``memory_limit``.

    What is not said here is off: that system jobs, the ingress among them, come before services is Nomad's own default.
    """
    return [{"memory_oversubscription_enabled": True, "preemption_config": [{"system_scheduler_enabled": True}]}]


def gossip_config(key: str) -> dict[str, Any]:
    """What a core server's gossip is encrypted with, from the first start on; Nomad adds it to its configuration."""
    return {"server": {"encrypt": key}}


def client_config(facts: Facts, token: str, tls: str, cores: int, chroot: Mapping[str, str]) -> dict[str, Any]:
    """Of a worker. It holds a token: keep it in a private file. ``chroot`` is what commands see of the node."""
    return {
        **_common(facts, token, tls),
        "client": {
            "enabled": True,
            "node_class": facts.node_class,
            "node_pool": facts.pool if facts.dedicated else "default",
            "meta": {"pool": facts.pool, **facts.meta},
            "server_join": _join(4647),
            "cpu_total_compute": cores * CORE_MHZ,
            # The agents and the system itself, which services that take more than they are sure to get must not starve.
            "reserved": {"memory": 512, "reserved_ports": "22,4646,8300-8302,8500,8501,8600"},
            "min_dynamic_port": DYNAMIC_PORTS[0],
            "max_dynamic_port": DYNAMIC_PORTS[1],
            "options": {"fingerprint.denylist": "env_gce,env_azure,env_digitalocean"},
            "chroot_env": dict(chroot),
            "gc_max_allocs": 200,
            "max_kill_timeout": _MAX_KILL_TIMEOUT,
            # By default a change is rendered five seconds after it is known.
            "template": {"wait": {"min": "200ms", "max": "1s"}, "consul_retry": _RETRY, "nomad_retry": _RETRY},
        },
        # In HCL's JSON a block is a list: an object alone may be read as the block's labels.
        "plugin": [{"docker": [{"config": [_docker()]}]}],
    }


def _join(port: int) -> dict[str, Any]:
    """The servers are those of Consul, found by name. Nomad's own way to ask EC2 knows its public address only."""
    return {"retry_join": [f"consul.service.consul:{port}"], "retry_interval": "3s"}


def _docker() -> dict[str, Any]:
    return {"auth": [{"config": DOCKER_CONFIG}], "volumes": [{"enabled": False}], "allow_privileged": False}


def _common(facts: Facts, token: str, tls: str) -> dict[str, Any]:
    return {
        "datacenter": facts.cluster,
        "region": "global",
        "name": facts.name,
        "data_dir": "/var/lib/nomad",
        "bind_addr": facts.address,
        "addresses": {"http": f"127.0.0.1 {facts.address}"},
        "advertise": dict.fromkeys(("http", "rpc", "serf"), facts.address),
        "acl": {"enabled": True},
        "tls": {
            "http": True,
            "rpc": True,
            "ca_file": f"{tls}/ca.pem",
            "cert_file": f"{tls}/cert.pem",
            "key_file": f"{tls}/key.pem",
            "verify_server_hostname": True,
            # People and programs show a token; certificates are the agents' own.
            "verify_https_client": False,
        },
        "consul": {
            "address": "127.0.0.1:8500",
            "token": token,
            "auto_advertise": True,
            "server_auto_join": True,
            "client_auto_join": True,
        },
        "limits": {"http_max_conns_per_client": _MAX_CONNECTIONS, "rpc_max_conns_per_client": _MAX_CONNECTIONS},
        # A stopped agent is to come back with what it knew; an interrupt tells a server to leave for good.
        "leave_on_interrupt": facts.is_server,
        "leave_on_terminate": False,
        "disable_update_check": True,
        "log_level": "INFO",
    }
