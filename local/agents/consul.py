"""Consul: an agent's configuration (pure), and the ACLs of a new cluster."""

from pathlib import Path
from typing import Any

from local.agents.http import Api
from local.agents.plan import Plan
from local.agents.ports import LOOPBACK, NodePorts
from local.agents.shape import Node

DATACENTER = "dc1"
_ANONYMOUS = "00000000-0000-0000-0000-000000000002"
"""The accessor of the token that stands for no token at all."""
_ANONYMOUS_POLICY = "foxden-anonymous"
_ANONYMOUS_RULES = """\
node_prefix "" { policy = "read" }
service_prefix "" { policy = "read" }
key_prefix "foxden/" { policy = "read" }
"""
"""What DNS and the templates of tasks need; nothing secret is kept below ``foxden/``."""
_MAX_CONNECTIONS = 10_000
"""All clients share one address, and every instance with needs holds connections open; the default is 200."""


def agent_config(plan: Plan, node: Node, ports: NodePorts, data: Path) -> dict[str, Any]:
    """The configuration of one Consul agent. Holds tokens: keep it in a private file."""
    servers = [theirs for peer, theirs in plan.nodes() if peer.server]
    config: dict[str, Any] = {
        "datacenter": DATACENTER,
        "node_name": node.name,
        "data_dir": str(data),
        "bind_addr": LOOPBACK,
        "client_addr": LOOPBACK,
        "ports": {
            "http": ports.consul_http,
            "dns": ports.consul_dns or -1,
            "serf_lan": ports.consul_serf,
            "serf_wan": -1,
            "grpc": -1,
            "grpc_tls": -1,
            **({"server": ports.consul_server} if node.server else {}),
        },
        "server": node.server,
        "retry_join": [f"{LOOPBACK}:{peer.consul_serf}" for peer in servers],
        "retry_interval": "1s",
        "encrypt": plan.consul_gossip,
        "acl": {
            "enabled": True,
            "default_policy": "deny",
            "tokens": {"agent": plan.consul_token},
        },
        "performance": {"raft_multiplier": 1},
        # A stopped agent is to come back with what it knew, not to say farewell.
        "leave_on_terminate": False,
        "skip_leave_on_interrupt": True,
        "limits": {"http_max_conns_per_client": _MAX_CONNECTIONS, "rpc_max_conns_per_client": _MAX_CONNECTIONS},
        "dns_config": {"only_passing": True},
        "ui_config": {"enabled": node.server},
        "disable_update_check": True,
        "disable_remote_exec": True,
        "log_level": "INFO",
    }
    if node.server:
        config["bootstrap_expect"] = plan.shape.servers
        config["acl"]["tokens"]["initial_management"] = plan.consul_token
        config["connect"] = {"enabled": False}
        # A server that is restarted comes back under its own name: it must keep its seat meanwhile.
        config["autopilot"] = {"cleanup_dead_servers": False, "server_stabilization_time": "2s"}
    return config


def set_up_access(api: Api) -> None:
    """Let everyone read services, nodes and ``foxden/``: for DNS and for templates. Harmless to repeat."""
    policies = api.get("/v1/acl/policies")
    policy = {"Name": _ANONYMOUS_POLICY, "Description": "What anyone may read", "Rules": _ANONYMOUS_RULES}
    if not any(known["Name"] == _ANONYMOUS_POLICY for known in policies):
        api.put("/v1/acl/policy", policy)
    api.put(
        f"/v1/acl/token/{_ANONYMOUS}",
        {"AccessorID": _ANONYMOUS, "Policies": [{"Name": _ANONYMOUS_POLICY}]},
    )
