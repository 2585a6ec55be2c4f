"""A node that goes: first its work moves, then it leaves, then it says so. A deadline ends each step."""

from collections.abc import Callable
from pathlib import Path

from .api import Api, ApiError
from .facts import Facts
from .units import is_active, keep_ended, systemctl
from .waiting import never, nothing, until

_LEAVE_WITHIN = 60
NOMAD_LEADER = "/v1/operator/raft/transfer-leadership"
"""Where Nomad is told to let another server lead."""


def drain(
    api: Callable[[], Api], deadline: int, meanwhile: Callable[[], None], unless: Callable[[], bool] = never
) -> bool:
    """Move this worker's services elsewhere. The ingress goes with the node: its balancer sends it nothing more.

    ``api`` is asked for each time: its token may not be there yet. False when time is up, be it that nobody took it, or
    when ``unless`` says so. Done again, it has the deadline that it is given then.
    """
    try:
        path = f"/v1/node/{node_id()}"
    except FileNotFoundError:  # it has not begun yet
        return True
    wish = {"Deadline": deadline * 10**9, "IgnoreSystemJobs": True}

    def told() -> bool:
        return bool(api().call("POST", f"{path}/drain", {"DrainSpec": wish}))

    if not until(told, deadline, meanwhile, unless=unless):
        return False
    return until(lambda: api().get(path)["DrainStrategy"] is None, deadline + 60, meanwhile, unless=unless)


def is_ready(nomad: Api) -> bool:
    """Whether this worker takes work."""
    node = nomad.get(f"/v1/node/{node_id()}")
    return bool(node["Status"] == "ready" and node["SchedulingEligibility"] == "eligible")


def reaches_servers(nomad: Api) -> bool:
    """Whether a server answers this worker, be it that it doesn't know it, or says no."""
    try:
        nomad.get(f"/v1/node/{node_id()}")
    except FileNotFoundError:  # it has not begun yet
        return True
    except ApiError as error:
        return 400 <= error.status < 500
    return True


def node_id(file: Path = Path("/var/lib/nomad/client/client-id")) -> str:
    """By which Nomad knows this node."""
    return file.read_text().strip()


def leave_raft(
    consul: Api, nomad: Api, facts: Facts, look: Callable[[], frozenset[str]], meanwhile: Callable[[], None]
) -> None:
    """A server that goes: it waits for its successor as long as it is given, then leaves both rafts.

    It waits so that the others are enough to decide; where the cloud takes it away before, they must cope.
    """
    others = facts.quorum if facts.servers > 1 else 0
    until(lambda: len(look() - {facts.name}) >= others, facts.drain_deadline, meanwhile)
    retire()
    hand_over(nomad, facts, NOMAD_LEADER)
    hand_over(consul, facts, "/v1/operator/raft/transfer-leader")
    end_nomad()
    leave_consul(consul)


def hand_over(api: Api, facts: Facts, path: str) -> None:
    """Let another server lead, if this one does."""
    if facts.servers > 1 and _leads(api, facts):
        _try(api, path)


def leave_pool(consul: Api) -> None:
    """A worker whose services are gone: out of Nomad, then out of Consul."""
    retire()
    end_nomad()
    leave_consul(consul)


def retire() -> None:
    """From now on an agent that ends is not started again, until the machine is."""
    keep_ended("nomad", "consul")


def end_nomad() -> None:
    """End the agent by an interrupt: a server takes that as to leave for good."""
    systemctl("kill", "--kill-who=main", "--signal=INT", "nomad")
    until(lambda: not is_active("nomad"), _LEAVE_WITHIN, nothing)


def start_nomad_again() -> None:
    """A worker's services go on meanwhile."""
    systemctl("restart", "nomad")


def leave_consul(consul: Api) -> None:
    """Leave, after which the agent ends."""
    _try(consul, "/v1/agent/leave")
    until(lambda: not is_active("consul"), _LEAVE_WITHIN, nothing)


def _leads(api: Api, facts: Facts) -> bool:
    return str(api.peek("/v1/status/leader") or "").startswith(f"{facts.address}:")


def _try(api: Api, path: str) -> None:
    try:
        api.call("PUT", path)
    except ApiError as error:
        print(f"goes on without: {error}", flush=True)
