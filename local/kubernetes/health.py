"""How the cluster is, as its parts and their supervisor say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.agents.cluster import Cluster
from local.agents.ports import LOOPBACK
from local.agents.started import started
from local.agents.supervise import Supervisor
from local.kubernetes.api import Api, with_token
from local.kubernetes.certificates import authority_text
from local.kubernetes.places import NODE
from local.kubernetes.plan import Plan, load_plan
from local.kubernetes.system import SPACE

PARTS = (
    *("etcd", "containerd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"),
    "kube-router",
)
"""Every part by the supervisor's name, in the order in which they are started."""
FIRST = PARTS[:3]
"""What the others need."""


@dataclass(frozen=True)
class Health:
    """The state of the whole cluster."""

    supervisor: int | None
    """The supervisor's process id; None when it is gone."""
    processes: Mapping[str, str]
    """Part -> the supervisor's word: RUNNING, STARTING, BACKOFF, FATAL, STOPPED, or UNKNOWN."""
    api: bool
    """Whether the API is ready."""
    node: str
    """``ready``, or why it is not."""
    names: bool
    """Whether names are looked up."""

    @property
    def ok(self) -> bool:
        """Everything is up."""
        return not self.problems()

    def problems(self) -> list[str]:
        """What is wrong, in words for the user."""
        wrong = [f"{part}: its process is {state.lower()}" for part, state in self.processes.items() if not _up(state)]
        if not self.names:
            wrong.insert(0, "no names are looked up: CoreDNS is not available")
        if self.node != "ready":
            wrong.insert(0, f"the node is not ready: {self.node}")
        if not self.api:
            wrong.insert(0, "the API is not ready")
        if self.supervisor is None:
            wrong.insert(0, "the cluster's supervisor is not running")
        return wrong

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Node, part, how it is, and its process, for a table."""
        known = {"kube-apiserver": "ready" if self.api else "not ready", "kubelet": self.node}
        return [(NODE, part, known.get(part, "-"), state) for part, state in self.processes.items()]


def _up(state: str) -> bool:
    return state == "RUNNING"


def api(plan: Plan) -> Api:
    """The cluster's API, as its administrator."""
    return with_token(f"https://{LOOPBACK}:{plan.ports['kubernetes api']}", plan.token, authority_text())


def running() -> Cluster | None:
    """The cluster, when it has been started and its supervisor is there; else None."""
    return started(load_plan())


def health() -> Health | None:
    """How the cluster is; None when none has been started."""
    plan = load_plan()
    return None if plan is None else health_of(plan)


def health_of(plan: Plan) -> Health:
    """How the cluster of this plan is."""
    supervisor = Supervisor(plan.socket)
    states = supervisor.states()
    client = api(plan)
    return Health(
        supervisor.pid(),
        {part: states.get(part, "UNKNOWN") for part in PARTS},
        is_ready(client),
        node_state(client.peek(f"/api/v1/nodes/{NODE}")),
        has_names(client),
    )


def is_ready(client: Api) -> bool:
    """Whether the API says so."""
    return client.text("/readyz") == "ok"


def has_names(client: Api) -> bool:
    """Whether CoreDNS can be asked."""
    found = client.peek(f"/apis/apps/v1/namespaces/{SPACE}/deployments/coredns") or {}
    return bool((found.get("status") or {}).get("availableReplicas"))


def node_state(node: Mapping[str, Any] | None) -> str:
    """``ready``, or why a node is not."""
    if node is None:
        return "it has not registered"
    conditions = (node.get("status") or {}).get("conditions") or []
    found = next((one for one in conditions if one["type"] == "Ready"), None)
    if found is None:
        return "it has said nothing yet"
    return "ready" if found["status"] == "True" else str(found.get("message") or found.get("reason") or "unknown")
