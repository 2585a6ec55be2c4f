"""Starting the cluster: ports and plan, the supervisor, Consul, Nomad, and the facts about it all."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from local.agents import consul, nomad, processes, runtime
from local.agents.cluster import Cluster, load
from local.agents.configure import agents_environment, choose_set, supervisor_file, write_configs
from local.agents.health import health_of
from local.agents.lock import cluster_lock, exclusive
from local.agents.plan import Plan, agents_dir, load_plan, logs_dir, new_plan, private_dir
from local.agents.ports import LOOPBACK, become_free, busy, holders, in_the_way, port_set
from local.agents.progress import Progress
from local.agents.ready import await_consul, await_nomad_clients, await_nomad_servers
from local.agents.shape import ClusterShape, Kind
from local.agents.stop import clear_away
from local.agents.supervise import Supervisor
from local.errors import LocalError
from local.paths import state_dir
from local.shell import tools

_PORTS_WITHIN = 5.0


def start(shape: ClusterShape, report: Callable[[str], None] | None = None) -> Cluster:
    """Start what is not running of a cluster of this shape, and wait until it is healthy.

    Quick, and without a change, when all of it runs. ``report`` is given short lines about what happens; by default
    they are printed, with the time. Raises LocalError when a cluster of another shape is there, when the agents do not
    get healthy, or a tool is missing.
    """
    with cluster_lock():
        plan = load_plan()
        if plan and plan.shape != shape:
            raise LocalError(
                f"the local cluster has {plan.shape}, and {shape} are asked for: run 'make down' first (it removes all "
                "that runs there), then 'make up'"
            )
        cluster = load()
        if plan and cluster and health_of(plan).ok:
            return cluster
        return _start(shape, plan, report or Progress(print).step)


def _start(shape: ClusterShape, plan: Plan | None, report: Callable[[str], None]) -> Cluster:
    programs = tools(["consul", "nomad", "caddy"])
    if plan:
        return _bring_up(plan, programs["caddy"], report)
    lost: set[int] = set()
    while True:
        plan = _begin(shape, programs, report, lost)
        try:
            return _bring_up(plan, programs["caddy"], report)
        except LocalError:
            # Free a moment ago: another user's cluster that starts at the same time is not seen until it listens.
            others = _held_by_others(plan)
            if not others:
                raise
            for line in others:
                report(f"{line}: taking other ports")
            lost.add(plan.set_number)
            clear_away(plan)


def _bring_up(plan: Plan, caddy: Path, report: Callable[[str], None]) -> Cluster:
    """Start the agents in the order in which they need each other, and wait for each kind."""
    shape = plan.shape
    supervisor = Supervisor(plan.socket)
    if supervisor.pid() is None:
        _relaunch(plan, supervisor)
    supervisor.start(shape.programs(Kind.CONSUL, Kind.NOMAD_SERVER))
    await_consul(plan, supervisor)
    report(f"Consul has a leader ({shape})")
    await_nomad_servers(plan, supervisor)
    # Only now: a client that comes before Consul looks for it again after 15 s.
    supervisor.start(shape.programs(Kind.NOMAD_CLIENT))
    driver, why = await_nomad_clients(plan, supervisor)
    report(f"Nomad is ready; commands run {why}")
    cluster = load() or _facts(plan, driver, caddy)
    cluster.save()
    return cluster


def _begin(
    shape: ClusterShape, programs: Mapping[str, Path], report: Callable[[str], None], lost: Collection[int]
) -> Plan:
    """Choose the ports, none of the ``lost`` sets, write all configuration, and start the supervisor."""
    if agents_dir().exists():  # of a start that was broken off, or of another version of this checkout
        clear_away(None)
    with _choosing_ports():
        plan = new_plan(shape, choose_set(lambda number: port_set(number, shape).named(), report, lost))
        report(f"starting {shape}: logs in {logs_dir()}")
        write_configs(plan, programs)
        plan.save()  # last: with a plan, all that it needs is there
        Supervisor(plan.socket).launch(supervisor_file(), agents_environment(plan.set_number))
    return plan


def _relaunch(plan: Plan, supervisor: Supervisor) -> None:
    """After the supervisor died: its orphaned agents go, the tasks stay, and Nomad finds them again."""
    state = state_dir()
    left = processes.end(lambda: processes.find(lambda facts: processes.is_agent(facts, state)), grace=5, limit=15)
    if left:
        raise LocalError(f"cannot end what is left of the agents: {processes.describe(left)}")
    named = plan.ports.named()
    del named[plan.ports.ingress]  # a task's, and it may well be running
    with _choosing_ports():
        for line in in_the_way(named, holders(become_free(named, _PORTS_WITHIN))):
            raise LocalError(f"of this cluster's own ports, {line}: free them, or run 'make down'")
        supervisor.launch(supervisor_file(), agents_environment(plan.set_number))


def _choosing_ports() -> AbstractContextManager[None]:
    """One of this user's clusters at a time; held until the supervisor is there, for that marks the set as taken."""
    return exclusive(private_dir() / "ports.lock")


def _held_by_others(plan: Plan) -> list[str]:
    """A line for each holder of a port of this cluster that is none of its own processes."""
    named = plan.ports.named()
    own = processes.listening(processes.ours(state_dir()))
    return in_the_way(named, holders(port for port in busy(named) if port not in own))


def _facts(plan: Plan, driver: str, caddy: Path) -> Cluster:
    consul_url = f"http://{LOOPBACK}:{plan.ports.nodes[0].consul_http}"
    nomad_url = f"http://{LOOPBACK}:{plan.ports.nodes[0].nomad_http}"
    return Cluster(
        address=nomad_url,
        token=plan.nomad_token,
        discovery_address=consul_url,
        discovery_token=plan.consul_token,
        ingress_port=plan.ports.ingress,
        servers=plan.shape.servers,
        dashboards={"consul": f"{consul_url}/ui", "nomad": f"{nomad_url}/ui"},
        interpreter=runtime.interpreter(),
        options={
            "command_driver": driver,
            "network_mode": "host",
            "caddy": str(caddy),
            "datacenter": consul.DATACENTER,
            "core_mhz": str(nomad.CORE_MHZ),
        },
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
