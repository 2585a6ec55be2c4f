"""Waiting until agents are a cluster."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from local.agents import consul, nomad
from local.agents.configure import isolates
from local.agents.health import agent_apis
from local.agents.plan import Plan
from local.agents.shape import Kind
from local.agents.supervise import Supervisor, last_lines
from local.errors import LocalError

_T = TypeVar("_T")
_HEALTHY_WITHIN = 90.0
_GIVE_UP_AFTER = 6.0
"""Seconds that an agent may be down before the wait for it ends: long enough for two or three attempts."""


def await_consul(plan: Plan, supervisor: Supervisor) -> None:
    """Wait until Consul has a leader, every agent is a member, and tokens work; then let everyone read."""
    apis = agent_apis(plan, Kind.CONSUL)

    def ready() -> bool:
        members = apis[0].peek("/v1/agent/members") or []
        return (
            all(api.peek("/v1/status/leader") for api in apis)
            and len(apis[0].peek("/v1/status/peers") or []) == plan.shape.servers
            and sum(member["Status"] == 1 for member in members) == len(apis)
            and apis[0].peek("/v1/acl/token/self") is not None
        )

    until(ready, plan.shape.programs(Kind.CONSUL), supervisor)
    consul.set_up_access(apis[0])


def await_nomad_servers(plan: Plan, supervisor: Supervisor) -> None:
    """Wait until Nomad has a leader, all its servers, and a keyring; then see to the token."""
    apis = agent_apis(plan, Kind.NOMAD_SERVER)

    def ready() -> bool:
        peers = apis[0].peek("/v1/status/peers") or []
        keyring = (apis[0].peek("/.well-known/jwks.json") or {}).get("keys")
        return bool(keyring) and len(peers) == plan.shape.servers and all(api.peek("/v1/status/leader") for api in apis)

    until(ready, plan.shape.programs(Kind.NOMAD_SERVER), supervisor)
    nomad.bootstrap(apis[0], plan.nomad_token)


def await_nomad_clients(plan: Plan, supervisor: Supervisor) -> tuple[str, str]:
    """Wait until all clients can be given tasks.

    Returns the driver for commands, ``exec`` or ``raw_exec``, and why, in words for the user.
    """
    api = agent_apis(plan, Kind.NOMAD_SERVER)[0]
    clients = agent_apis(plan, Kind.NOMAD_CLIENT)
    programs = plan.shape.programs(Kind.NOMAD_CLIENT)

    def ready() -> Sequence[Mapping[str, Any]]:
        # A registered client is ready with its first heartbeat, at random within 10 s, or once it has passed on a
        # request to a server. And one that is down counts as ready until it has missed a few.
        answers = [client.peek("/v1/status/leader") for client in clients]
        if not all(answers):
            return []
        nodes = [api.peek(f"/v1/node/{known['ID']}") or {} for known in api.peek("/v1/nodes") or []]
        up = [node for node in nodes if node.get("Status") == "ready" and "consul.version" in node["Attributes"]]
        return up if len(up) == len(programs) else []

    found = until(ready, programs, supervisor)
    if not isolates():
        return "raw_exec", "as this user, without isolation"
    drivers = [node["Drivers"].get("exec") for node in found]
    if not all(drivers):
        return "raw_exec", "without isolation: this nomad was built without its exec driver (that is, without cgo)"
    ailing = [driver["HealthDescription"] for driver in drivers if not driver["Healthy"]]
    if ailing:
        return "raw_exec", f"without isolation: its exec driver says {ailing[0]!r}"
    return "exec", "isolated, as nobody"


def until(ready: Callable[[], _T], programs: Sequence[str], supervisor: Supervisor) -> _T:
    """Wait for a true answer; LocalError with the end of a log when a program stays down, or time is up."""
    begun = time.monotonic()
    last_up = dict.fromkeys(programs, begun)
    while not (answer := ready()):
        now = time.monotonic()
        for name, state in supervisor.states().items():
            if state == "RUNNING" and name in last_up:
                last_up[name] = now
        down = next((name for name, seen in last_up.items() if now - seen > _GIVE_UP_AFTER), None)
        if down:
            raise LocalError(f"{down} does not stay up. The end of its log:\n{last_lines(down)}")
        if now - begun > _HEALTHY_WITHIN:
            logs = "\n".join(f"  {name}:\n{last_lines(name, 5)}" for name in programs)
            raise LocalError(f"no cluster after {_HEALTHY_WITHIN:.0f} s. The ends of the logs:\n{logs}")
        time.sleep(0.1)
    return answer
