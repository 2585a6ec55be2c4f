"""The facts of the running cluster: what ``cluster.json`` holds."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from local.errors import LocalError
from local.paths import cluster_file
from local.toolchain.layout import write_atomically


@dataclass(frozen=True)
class Cluster:
    """How to reach the local cluster: ``foxden.connection.ConnectionArgs`` but for environment and domain, and more."""

    address: str
    """URL of the scheduler's API."""
    token: str = field(repr=False)
    """The management token for that API. Secret."""
    ingress_port: int
    servers: int
    """Members of each quorum: 1, 3 or 5."""
    dashboards: Mapping[str, str]
    """What has one, such as ``consul`` and ``nomad``: URLs for a browser."""
    interpreter: str
    """The Python for commands: the same path in a task and outside. Standard library only."""
    options: Mapping[str, str]
    """The connection's ``options``; docs/local-cluster.md lists them."""
    started: str
    """When the cluster was first healthy: ISO 8601, UTC."""
    scheduler: str = "nomad"
    discovery_address: str = ""
    """URL of Consul's API, where the scheduler has its discovery from that."""
    discovery_token: str = field(default="", repr=False)
    """Consul's management token. Secret."""
    ca: str = ""
    """The certificate of the authority that the API's certificate is from, as PEM; '' for one that speaks HTTP."""
    ingress_scheme: str = "http"

    def connection(self) -> dict[str, object]:
        """The part that is a ``ConnectionArgs``; ``environment`` and ``domain`` are the caller's to add."""
        facts = asdict(self)
        for extra in ("servers", "dashboards", "interpreter", "started"):
            del facts[extra]
        return {name: value for name, value in facts.items() if value != ""}

    def save(self) -> None:
        """Write ``cluster.json``, as a whole or not at all, mode 0600."""
        write_atomically(cluster_file(), json.dumps(asdict(self), indent=2) + "\n", mode=0o600)


def load() -> Cluster | None:
    """The cluster of ``cluster.json``; None when there is no such file. Does not ask whether it runs."""
    try:
        facts = json.loads(cluster_file().read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LocalError(f"cannot read {cluster_file()} ({error}): run 'make down', then 'make up'") from None
    names = {known.name for known in fields(Cluster)}
    if not isinstance(facts, dict) or set(facts) != names:
        raise LocalError(f"{cluster_file()} is of another version of this checkout: run 'make down', then 'make up'")
    return Cluster(**facts)
