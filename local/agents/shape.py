"""How many agents a local cluster has, and what each of them is (pure)."""

from dataclasses import dataclass
from enum import StrEnum

from local.errors import LocalError

SERVER_COUNTS = (1, 3, 5)


class Kind(StrEnum):
    """What an agent is."""

    CONSUL = "consul"
    NOMAD_SERVER = "nomad-server"
    NOMAD_CLIENT = "nomad-client"


@dataclass(frozen=True)
class Node:
    """A Consul agent, and the Nomad agents that use it.

    Server and client of Nomad are agents of their own even on one node: a client registers within a second when its
    server runs already, but one that asks itself while its own keyring is being loaded tries again only after 15 to
    30 s, at first and after each crash.
    """

    name: str
    """Unique in the cluster: the node's name in Consul and Nomad, and the prefix of its logs."""
    index: int
    """From 0; a node's ports follow from it."""
    server: bool
    """A member of both quorums."""
    client: bool
    """Runs tasks."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The agents of this node."""
        return (Kind.CONSUL, *[Kind.NOMAD_SERVER] * self.server, *[Kind.NOMAD_CLIENT] * self.client)

    def program(self, kind: Kind) -> str:
        """The name of an agent's process for the supervisor, and of its log: ``server-1-consul``."""
        return f"{self.name}-{kind}"


@dataclass(frozen=True)
class ClusterShape:
    """The size of a local cluster.

    One server: one node that also runs the tasks. With three or five, the servers only keep the quorum, and two more
    nodes run the tasks. Raises LocalError at any other number.
    """

    servers: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.servers, bool) or self.servers not in SERVER_COUNTS:
            raise LocalError(f"foxden:servers must be 1, 3 or 5 (an odd number, for a quorum), got {self.servers!r}")

    def nodes(self) -> tuple[Node, ...]:
        """All nodes, servers first."""
        if self.servers == 1:
            return (Node("local", 0, server=True, client=True),)
        servers = [Node(f"server-{i + 1}", i, server=True, client=False) for i in range(self.servers)]
        clients = [Node(f"client-{i + 1}", self.servers + i, server=False, client=True) for i in range(2)]
        return (*servers, *clients)

    def programs(self, *kinds: Kind) -> list[str]:
        """The processes of all agents of these kinds."""
        return [node.program(kind) for node in self.nodes() for kind in node.kinds if kind in kinds]

    def __str__(self) -> str:
        return "1 server" if self.servers == 1 else f"{self.servers} servers and 2 clients"
