"""The configuration of a node's Consul agent, and who may do what there (pure)."""

from typing import Any

from .facts import Facts

ANONYMOUS = "00000000-0000-0000-0000-000000000002"
"""The accessor of the token that stands for no token at all."""
ANONYMOUS_RULES = """\
node_prefix "" { policy = "read" }
service_prefix "" { policy = "read" }
key_prefix "foxden/" { policy = "read" }
"""
"""What DNS and the templates of tasks need; nothing secret is kept below ``foxden/``."""
OPERATOR_RULES = ANONYMOUS_RULES + 'key_prefix "foxden/" { policy = "write" }\nacl = "write"\n'
"""What deploying services takes: routes, and a policy and a token for each service that is bound to Consul."""
_OUTPUT = 32
"""Bytes that are kept of what a check was answered with. The agent may ask the metadata service, and whoever registers
a check says what is asked: a token of that service is longer, so nobody reads one there."""
_MAX_CONNECTIONS = 10_000
"""Every instance with needs holds connections open; the default is 200 for each client."""


def node_rules(pool: str) -> str:
    """What the agents of a pool's nodes may do: be there, and say which services they run."""
    own = "".join(f'{kind}_prefix "{pool}-i-" {{ policy = "write" }}\n' for kind in ("node", "agent"))
    read = 'node_prefix "" { policy = "read" }\nagent_prefix "" { policy = "read" }\n'
    return own + read + 'service_prefix "" { policy = "write" }\nkey_prefix "foxden/" { policy = "read" }\n'


def join(facts: Facts) -> str:
    """Where agents find servers: at the instances with the cluster's tag."""
    return f"provider=aws region={facts.region} tag_key=foxden:servers tag_value={facts.cluster} addr_type=private_v4"


def agent_config(facts: Facts, gossip: str, token: str, management: str, tls: str) -> dict[str, Any]:
    """The whole of it. It holds tokens: keep it in a private file. ``tls`` is the folder of certificates."""
    config: dict[str, Any] = {
        "datacenter": facts.cluster,
        "node_name": facts.name,
        "node_meta": {"pool": facts.pool, "instance": facts.instance},
        "data_dir": "/var/lib/consul",
        "bind_addr": facts.address,
        "client_addr": "127.0.0.1",
        "addresses": {"https": f"127.0.0.1 {facts.address}" if facts.is_server else "127.0.0.1"},
        "ports": {"http": 8500, "https": 8501, "dns": 8600, "serf_wan": -1, "grpc": -1, "grpc_tls": -1},
        "server": facts.is_server,
        "retry_join": [join(facts)],
        "retry_interval": "5s",
        "encrypt": gossip,
        "tls": {
            "defaults": {
                "ca_file": f"{tls}/ca.pem",
                "cert_file": f"{tls}/cert.pem",
                "key_file": f"{tls}/key.pem",
                "verify_outgoing": True,
                "tls_min_version": "TLSv1_2",
            },
            "internal_rpc": {"verify_incoming": True, "verify_server_hostname": True},
        },
        "acl": {"enabled": True, "default_policy": "deny", "down_policy": "extend-cache", "tokens": {"agent": token}},
        "performance": {"raft_multiplier": 1},
        # A stopped agent is to come back with what it knew; who leaves for good says so through the API.
        "leave_on_terminate": False,
        "skip_leave_on_interrupt": True,
        "limits": {"http_max_conns_per_client": _MAX_CONNECTIONS, "rpc_max_conns_per_client": _MAX_CONNECTIONS},
        "dns_config": {"only_passing": True},
        "ui_config": {"enabled": facts.is_server},
        "disable_update_check": True,
        "disable_remote_exec": True,
        "check_output_max_size": _OUTPUT,
        "log_level": "INFO",
    }
    if facts.is_server:
        config["bootstrap_expect"] = facts.servers
        config["acl"]["tokens"]["initial_management"] = management
        config["connect"] = {"enabled": False}
        config["autopilot"] = {"cleanup_dead_servers": True, "server_stabilization_time": "5s"}
    return config
