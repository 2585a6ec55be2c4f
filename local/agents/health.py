"""How the cluster is, as its agents and their supervisor say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.agents.cluster import Cluster
from local.agents.http import Api
from local.agents.plan import Plan, load_plan
from local.agents.ports import LOOPBACK
from local.agents.shape import Kind, Node
from local.agents.started import started
from local.agents.supervise import Supervisor

_SERF = {1: "alive", 2: "leaving", 3: "left", 4: "failed"}
_ALIVE = {
    Kind.CONSUL: "/v1/status/leader",
    Kind.NOMAD_SERVER: "/v1/agent/health",
    Kind.NOMAD_CLIENT: "/v1/agent/health",
}
"""What an agent answers for itself."""
_GOOD = {Kind.CONSUL: "alive", Kind.NOMAD_SERVER: "alive", Kind.NOMAD_CLIENT: "ready"}


@dataclass(frozen=True)
class Agent:
    """One agent of a node."""

    kind: Kind
    process: str
    """The supervisor's word: RUNNING, STARTING, BACKOFF, FATAL, STOPPED, or UNKNOWN when it does not answer."""
    cluster: str
    """The cluster's: of Consul agents and Nomad servers ``alive``, ``failed``, ``left``; of Nomad clients ``ready``,
    ``initializing``, ``down``; ``unknown`` when nobody answers."""
    answers: bool
    """Whether it answers itself: the cluster may take a while to see that it does not."""

    @property
    def ok(self) -> bool:
        """It runs and is in the cluster."""
        return self.answers and self.cluster == _GOOD[self.kind]


@dataclass(frozen=True)
class Member:
    """One node with its agents."""

    name: str
    server: bool
    client: bool
    agents: tuple[Agent, ...]

    @property
    def ok(self) -> bool:
        """All its agents are up and in the cluster."""
        return all(agent.ok for agent in self.agents)


@dataclass(frozen=True)
class Health:
    """The state of the whole cluster."""

    supervisor: int | None
    """The supervisor's process id; None when it is gone (nothing would restart a crashed agent then)."""
    consul_leader: str | None
    """The name of the node that leads, None without a leader."""
    nomad_leader: str | None
    members: tuple[Member, ...]

    @property
    def ok(self) -> bool:
        """Everything is up."""
        return not self.problems()

    def problems(self) -> list[str]:
        """What is wrong, in words for the user."""
        wrong = [
            f"{member.name}: {agent.kind} {agent.cluster}, its process {agent.process.lower()}"
            + ("" if agent.answers else " without an answer")
            for member in self.members
            for agent in member.agents
            if not agent.ok
        ]
        if self.nomad_leader is None:
            wrong.insert(0, "Nomad has no leader")
        if self.consul_leader is None:
            wrong.insert(0, "Consul has no leader")
        if self.supervisor is None:
            wrong.insert(0, "the agents' supervisor is not running")
        return wrong

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Node, agent, what the cluster says of it, and its process, for a table."""
        return [
            (member.name, agent.kind, agent.cluster, agent.process)
            for member in self.members
            for agent in member.agents
        ]


def running() -> Cluster | None:
    """The cluster, when it has been started and its supervisor is there; else None. Does not ask the agents."""
    return started(load_plan())


def health() -> Health | None:
    """How the cluster is; None when none has been started. Takes well under a second unless agents hang."""
    plan = load_plan()
    return None if plan is None else health_of(plan)


def health_of(plan: Plan) -> Health:
    """How the cluster of this plan is."""
    supervisor = Supervisor(plan.socket)
    states = supervisor.states()
    # Agents that do not run are not asked: another program may have taken their ports.
    nodes = plan.shape.nodes()
    apis = {
        (node.name, kind): agent_api(plan, node, kind)
        for node in nodes
        for kind in node.kinds
        if states.get(node.program(kind)) in ("RUNNING", "STARTING")
    }
    answering = {of: api for of, api in apis.items() if api.request("GET", _ALIVE[of[1]]).status == 200}
    consul = [api for (_, kind), api in answering.items() if kind is Kind.CONSUL]
    nomad = [api for (_, kind), api in answering.items() if kind is Kind.NOMAD_SERVER]
    seen = {
        Kind.CONSUL: {m["Name"]: _SERF.get(m["Status"], "unknown") for m in _first(consul, "/v1/agent/members") or []},
        Kind.NOMAD_SERVER: _nomad_servers(_first(nomad, "/v1/agent/members")),
        Kind.NOMAD_CLIENT: {n["Name"]: n["Status"] for n in _first(nomad, "/v1/nodes") or []},
    }
    return Health(
        supervisor.pid(),
        _leader(plan, Kind.CONSUL, _first(consul, "/v1/status/leader")),
        _leader(plan, Kind.NOMAD_SERVER, _first(nomad, "/v1/status/leader")),
        tuple(_member(node, states, seen, set(answering)) for node in nodes),
    )


def agent_api(plan: Plan, node: Node, kind: Kind) -> Api:
    """The API of one agent, with the management token."""
    ports = plan.ports.nodes[node.index]
    if kind is Kind.CONSUL:
        return Api(f"http://{LOOPBACK}:{ports.consul_http}", "X-Consul-Token", plan.consul_token)
    port = ports.nomad_http if kind is Kind.NOMAD_SERVER else ports.nomad_client_http
    return Api(f"http://{LOOPBACK}:{port}", "X-Nomad-Token", plan.nomad_token)


def agent_apis(plan: Plan, kind: Kind) -> list[Api]:
    """The APIs of all agents of a kind, with the management token."""
    return [agent_api(plan, node, kind) for node in plan.shape.nodes() if kind in node.kinds]


def _member(
    node: Node,
    states: Mapping[str, str],
    seen: Mapping[Kind, Mapping[str, str]],
    answering: set[tuple[str, Kind]],
) -> Member:
    agents = [
        Agent(
            kind,
            process=states.get(node.program(kind), "UNKNOWN"),
            cluster=seen[kind].get(node.name, "unknown"),
            answers=(node.name, kind) in answering,
        )
        for kind in node.kinds
    ]
    return Member(node.name, node.server, node.client, tuple(agents))


def _nomad_servers(answer: Mapping[str, Any] | None) -> dict[str, str]:
    # A server's name ends with its region: local.global.
    return {m["Name"].rpartition(".")[0]: m["Status"] for m in (answer or {}).get("Members") or []}


def _first(apis: Iterable[Api], path: str) -> Any:
    return next((found for api in apis if (found := api.peek(path))), None)


def _leader(plan: Plan, kind: Kind, address: object) -> str | None:
    for node, ports in plan.nodes():
        port = ports.consul_server if kind is Kind.CONSUL else ports.nomad_rpc
        if node.server and address == f"{LOOPBACK}:{port}":
            return node.name
    return None
