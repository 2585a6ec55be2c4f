"""Nomad: the agents' configurations (pure), and the ACLs of a new cluster."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.agents.consul import DATACENTER
from local.agents.http import Api
from local.agents.plan import Plan
from local.agents.ports import LOOPBACK, NodePorts
from local.agents.shape import Node

CORE_MHZ = 1000
"""What a job calls one core. Tasks share the processors by weight, so the number only has to be the same everywhere."""
_CORES_OVERCOMMIT = 8
"""A laptop runs more than it has cores for: services under development mostly wait."""
_CLOUD_FINGERPRINTS = "env_aws,env_gce,env_azure,env_digitalocean"
_MAX_CONNECTIONS = 10_000
"""All clients share one address; the default is 100."""
_KEPT = "24h"
"""How long finished evaluations, deployments and jobs can be looked at."""
_RETRY = {"attempts": 0, "backoff": "250ms", "max_backoff": "2s"}
"""Of templates: without end. By default a task is killed after twelve, that is when Consul is away for a while."""


def server_config(plan: Plan, node: Node, ports: NodePorts, data: Path) -> dict[str, Any]:
    """The configuration of one Nomad server. Holds tokens: keep it in a private file."""
    peers = [theirs for peer, theirs in plan.nodes() if peer.server]
    own = {"http": ports.nomad_http, "rpc": ports.nomad_rpc, "serf": ports.nomad_serf}
    return {
        **_common(plan, node, ports, data, own),
        "server": {
            "enabled": True,
            "bootstrap_expect": plan.shape.servers,
            "encrypt": plan.nomad_gossip,
            "server_join": {
                "retry_join": [f"{LOOPBACK}:{peer.nomad_serf}" for peer in peers],
                "retry_interval": "1s",
            },
            # Long enough for a client on a busy machine; a client that died is back within seconds anyway.
            "heartbeat_grace": "20s",
            "failover_heartbeat_ttl": "60s",
            "eval_gc_threshold": _KEPT,
            "deployment_gc_threshold": _KEPT,
            "job_gc_threshold": _KEPT,
            "node_gc_threshold": _KEPT,
            # Memory up to a service's memory_limit; what is not said here is off, which system jobs' preemption is not.
            "default_scheduler_config": [
                {"memory_oversubscription_enabled": True, "preemption_config": [{"system_scheduler_enabled": True}]}
            ],
        },
        # A server that is restarted comes back under its own name: it must keep its seat meanwhile.
        "autopilot": {"cleanup_dead_servers": False, "server_stabilization_time": "2s"},
    }


def client_config(plan: Plan, node: Node, ports: NodePorts, data: Path, chroot: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of one Nomad client. Holds a token: keep it in a private file.

    ``chroot``: what the exec driver puts into a task's root; empty leaves Nomad's default.
    """
    servers = [theirs for peer, theirs in plan.nodes() if peer.server]
    client: dict[str, Any] = {
        "enabled": True,
        "servers": [f"{LOOPBACK}:{peer.nomad_rpc}" for peer in servers],
        "network_interface": "lo0" if sys.platform == "darwin" else "lo",
        "min_dynamic_port": ports.dynamic[0],
        "max_dynamic_port": ports.dynamic[1],
        "cpu_total_compute": (os.cpu_count() or 1) * CORE_MHZ * _CORES_OVERCOMMIT,
        "options": {"fingerprint.denylist": _CLOUD_FINGERPRINTS},
        # Garbage is collected by age and count: by default a disk that is 80 % full takes each finished task's log.
        "gc_max_allocs": 200,
        "gc_disk_usage_threshold": 99,
        "gc_inode_usage_threshold": 99,
        # What a service's termination_grace may be at most; by default Nomad kills after 30 s whatever a job says.
        "max_kill_timeout": "1h",
        # By default a change is rendered five seconds after it is known.
        "template": {"wait": {"min": "200ms", "max": "1s"}, "consul_retry": _RETRY, "nomad_retry": _RETRY},
    }
    if chroot:
        client["chroot_env"] = dict(chroot)
    return {
        **_common(plan, node, ports, data, {"http": ports.nomad_client_http}),
        "client": client,
        # In HCL's JSON a block is a list: an object alone may be read as the block's labels.
        "plugin": [{"raw_exec": [{"config": [{"enabled": True}]}]}, {"docker": [{"config": [_docker()]}]}],
    }


def _docker() -> dict[str, Any]:
    """The engine is the user's, and other Nomad clients use it too: take nothing away that is not our own."""
    return {"volumes": [{"enabled": False}], "gc": [{"image": False, "dangling_containers": [{"enabled": False}]}]}


def _common(plan: Plan, node: Node, ports: NodePorts, data: Path, own: Mapping[str, int]) -> dict[str, Any]:
    return {
        "datacenter": DATACENTER,
        "name": node.name,
        "data_dir": str(data),
        "bind_addr": LOOPBACK,
        "ports": dict(own),
        # All three, though a client listens for HTTP only: Nomad takes loopback only where it is said.
        "advertise": dict.fromkeys(("http", "rpc", "serf"), LOOPBACK),
        "acl": {"enabled": True},
        "consul": {
            "address": f"{LOOPBACK}:{ports.consul_http}",
            "token": plan.consul_token,
            "auto_advertise": True,
            "server_auto_join": False,
            "client_auto_join": False,
        },
        "limits": {"http_max_conns_per_client": _MAX_CONNECTIONS, "rpc_max_conns_per_client": _MAX_CONNECTIONS},
        # A stopped agent is to come back with what it knew, not to say farewell.
        "leave_on_interrupt": False,
        "leave_on_terminate": False,
        "disable_update_check": True,
        "log_level": "INFO",
        "ui": {"enabled": True},
    }


def bootstrap(api: Api, token: str) -> None:
    """Make ``token`` the cluster's management token. Harmless to repeat."""
    answer = api.request("POST", "/v1/acl/bootstrap", {"BootstrapSecret": token})
    if answer.status != 200 and api.request("GET", "/v1/acl/token/self").status != 200:
        raise api.failure("POST", "/v1/acl/bootstrap", answer)
