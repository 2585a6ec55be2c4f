"""The cluster of this machine and the builds of its services, on paper: the local environment is composed of them."""

import json
from pathlib import Path

from local.agents.cluster import Cluster
from stacks.services import SERVICES

CLUSTER = Cluster(
    address="http://127.0.0.1:4646",
    token="nomad-management-token",
    discovery_address="http://127.0.0.1:8500",
    discovery_token="consul-management-token",
    ingress_port=8080,
    servers=1,
    dashboards={"nomad": "http://127.0.0.1:4646/ui", "consul": "http://127.0.0.1:8500/ui"},
    interpreter="/usr/bin/python3",
    options={"caddy": "/usr/local/bin/caddy", "command_driver": "raw_exec", "network_mode": "host"},
    started="2030-01-01T00:00:00Z",
)


def put_on_paper(state: Path) -> None:
    """Write down a cluster that was started and services that were built; FOXDEN_STATE is that folder."""
    CLUSTER.save()
    built = {name: {"version": f"{name}-1", "command": ["/usr/bin/python3", f"{name}.py"]} for name in SERVICES}
    (state / "artifacts.json").write_text(json.dumps(built))
