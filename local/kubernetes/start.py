"""Starting the cluster: ports and plan, its namespaces and the supervisor in them, every part, and the facts."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from local.agents import plan as nomads
from local.agents import processes
from local.agents.cluster import Cluster, load
from local.agents.configure import agents_environment, choose_set, supervisor_file
from local.agents.lock import cluster_lock, exclusive
from local.agents.plan import agents_dir, logs_dir, private_dir
from local.agents.ports import LOOPBACK
from local.agents.progress import Progress
from local.agents.ready import until
from local.agents.runtime import interpreter
from local.agents.supervise import Supervisor, last_lines, log_file, supervisor_config
from local.errors import LocalError
from local.kubernetes import certificates
from local.kubernetes.configure import PACKAGES, SYSTEM, programs, write_all
from local.kubernetes.containers import Containers
from local.kubernetes.health import FIRST, PARTS, api, has_names, health_of, is_ready, node_state
from local.kubernetes.images import of_program, pause
from local.kubernetes.places import INGRESS_PORT, NODE, home, make_groups, make_places, places_lock
from local.kubernetes.plan import Plan, load_plan, new_plan, ports
from local.kubernetes.stop import clear_away
from local.kubernetes.system import objects
from local.paths import REPO, state_dir
from local.shell import tools
from local.toolchain.kubernetes import CLUSTER

DOOR = "namespaces"
"""The name of the log of what holds the namespaces."""
_SUPERVISED_WITHIN = 20.0
_SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def start(report: Callable[[str], None] | None = None) -> Cluster:
    """Start what is not running of the cluster, and wait until it is healthy.

    Quick, and without a change, when all of it runs. ``report`` is given short lines about what happens; by default
    they are printed, with the time. Raises LocalError when another cluster is there, a tool is missing, or the cluster
    does not get healthy.
    """
    with cluster_lock():
        if nomads.load_plan():
            raise LocalError(
                "the local cluster is one of Nomad: run 'make down' first (it removes all that runs there)"
            )
        plan, cluster = load_plan(), load()
        if plan and cluster and health_of(plan).ok:
            return cluster
        found = _programs()
        say = report or Progress(print).step
        plan = plan or _begin(found, say)
        return _bring_up(plan, found, say)


def _programs() -> dict[str, Path]:
    """Every program that it takes; LocalError that names what is missing."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise LocalError(
            "a Kubernetes cluster of this machine takes root on Linux: use one that you have, such as that of kind,"
            " k3d, minikube or Docker Desktop, with CONTEXT=<its name in your kubeconfig>"
        )
    found = {name: shutil.which(name, path=_SEARCHED) for name in SYSTEM}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise LocalError(
            f"missing: {', '.join(missing)}. Debian's packages {', '.join(PACKAGES)} bring them; slirp4netns, too, lets"
            " pods reach the world"
        )
    return {**{name: Path(path) for name, path in found.items() if path}, **tools(list(CLUSTER))}


def _begin(found: dict[str, Path], say: Callable[[str], None]) -> Plan:
    """Choose the ports, and write everything down."""
    if agents_dir().exists():  # of a start that was broken off, or of another version of this checkout
        clear_away(None)
    with exclusive(private_dir() / "ports.lock"):
        number = choose_set(lambda number: {port: what for what, port in ports(number).items()}, say)
        plan = new_plan(number)
        say(f"starting Kubernetes {CLUSTER['kubelet'].version}: logs in {logs_dir()}")
        for directory in (state_dir(), agents_dir(), logs_dir(), home()):
            directory.mkdir(mode=0o700 if directory != state_dir() else 0o755, exist_ok=True)
        certificates.make_all()
        write_all(plan)
        config = supervisor_config(programs(plan, found), plan.socket, home())
        supervisor_file().write_text(config)
        plan.save()  # last: with a plan, all that it needs is there
        _launch(plan)
    return plan


def _bring_up(plan: Plan, found: dict[str, Path], say: Callable[[str], None]) -> Cluster:
    """Start the parts in the order in which they need each other."""
    supervisor = Supervisor(plan.socket)
    if supervisor.pid() is None:
        left = processes.end(lambda: processes.ours(state_dir()), grace=2, limit=15)
        if left:
            raise LocalError(f"cannot end what is left of the cluster: {processes.describe(left)}")
        _launch(plan)
    supervisor.start(FIRST)
    containers, client = Containers(plan), api(plan)
    until(containers.answers, FIRST, supervisor)
    names, way_in = image_of("coredns"), image_of("traefik")
    made = containers.take_in([pause(), of_program(names, found["coredns"]), of_program(way_in, found["traefik"])])
    until(lambda: is_ready(client), FIRST, supervisor)
    say("the API is ready" + (f", {len(made)} images are made" if made else ""))
    supervisor.start(PARTS[:-1])
    for path, thing in objects(names):
        client.apply(path, thing)
    until(lambda: node_state(client.peek(f"/api/v1/nodes/{NODE}")) == "ready", PARTS[:-1], supervisor)
    supervisor.start(PARTS)  # the last one gives up where there is no node yet
    say("the node is ready")
    until(
        lambda: has_names(client) and client.peek("/api/v1/namespaces/default/serviceaccounts/default"),
        PARTS,
        supervisor,
    )
    cluster = load() or _facts(plan, way_in)
    cluster.save()
    say("names are looked up, and the cluster is ready")
    return cluster


def image_of(tool: str) -> str:
    """The image that is made of one of the tools."""
    return f"docker.io/foxden/{tool}:{CLUSTER[tool].version}"


def _launch(plan: Plan) -> None:
    """Make the namespaces, with the supervisor in them, in a session of their own."""
    # Until the namespaces have them mounted, nobody may take the places away.
    with exclusive(places_lock()):
        make_places()
        make_groups()
        environment = {
            **agents_environment(plan.set_number),
            "PATH": _SEARCHED,
            "FOXDEN_STATE": str(state_dir()),
        }
        with log_file(DOOR).open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "local.kubernetes.enclose"],
                cwd=REPO,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _SUPERVISED_WITHIN
        while Supervisor(plan.socket).pid() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                raise LocalError(f"the cluster's namespaces can't be made:\n{last_lines(DOOR)}")
            time.sleep(0.05)


def _facts(plan: Plan, way_in: str) -> Cluster:
    return Cluster(
        address=f"https://{LOOPBACK}:{plan.ports['kubernetes api']}",
        token=plan.token,
        ca=certificates.authority_text(),
        ingress_port=plan.ports["ingress"],
        servers=1,
        dashboards={},
        interpreter=interpreter(),
        options={"ingress_image": way_in, "ingress_port": str(INGRESS_PORT)},
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        scheduler="kubernetes",
    )
