"""What this node is: what its pool was told, and what the instance knows of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from .imds import Metadata

FILE = Path("/etc/foxden/node.json")


@dataclass(frozen=True)
class Facts:
    """The fields are those of ``foxden.boot.node.Node``, what a scheduler adds, and two of the instance's own."""

    region: str
    cluster: str
    role: str
    servers: int
    parameters: str
    key: str
    pool: str
    instance: str
    address: str
    node_class: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    dedicated: bool = False
    registries: tuple[str, ...] = ()
    registry_credentials: tuple[str, ...] = ()
    pull_test: str = ""
    ingress_port: int = 8080
    unhealthy_after: int = 120
    drain_deadline: int = 300
    certificate_hours: int = 72
    follow_within: int = 600
    snapshots: str = ""
    snapshot_minutes: int = 60
    endpoint: str = ""
    version: str = ""
    """Of what runs services, where it rises one minor version at a time: ``1.34.3``."""
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the node is called: the name is the instance's, and lives as long."""
        return f"{self.pool}-{self.instance}"

    @property
    def is_server(self) -> bool:
        """Whether it is one of the core servers."""
        return self.role == "server"

    @property
    def quorum(self) -> int:
        """How many servers decide."""
        return self.servers // 2 + 1


def load(metadata: Metadata, file: Path = FILE) -> Facts:
    """The facts of the node that this runs on."""
    known = {each.name for each in fields(Facts)}
    said = {key: value for key, value in json.loads(file.read_text()).items() if key in known}
    instance, address = metadata.read("instance-id"), metadata.read("local-ipv4")
    if not instance or not address:
        raise OSError("the metadata service does not say which instance this is")
    return Facts(**said, instance=instance, address=address)
