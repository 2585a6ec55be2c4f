"""Taking the cluster away: gently where an agent still answers, by force where not, and nothing that is not ours."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from local.agents import processes
from local.agents.health import agent_api
from local.agents.http import Api
from local.agents.lock import cluster_lock
from local.agents.plan import Plan, agents_dir, load_plan
from local.agents.progress import Progress
from local.agents.shape import Kind
from local.agents.supervise import Supervisor
from local.errors import LocalError
from local.paths import cluster_file, state_dir

_JOBS_WITHIN = 8.0
_AGENTS_WITHIN = 12.0
_BY_FORCE_AFTER = 2.0
_FORCE_WITHIN = 15.0


def stop(report: Callable[[str], None] | None = None) -> bool:
    """Take away the cluster of this state directory, in whatever state it is: jobs, agents, tasks, mounts, data.

    Takes less than a minute. Harmless to repeat; False when there was nothing. The logs stay. ``report`` is given short
    lines about what happens; by default they are printed, with the time. Raises LocalError when something cannot be
    removed.
    """
    with cluster_lock():
        say = report or Progress(print).step
        there = agents_dir().exists() or cluster_file().exists() or bool(processes.ours(state_dir()))
        if there:
            plan = _plan()
            if plan:
                _end_jobs(plan, say)
                _end_agents(plan)
            clear_away(plan)
            say("the agents and all their tasks are gone")
    return there


def _plan() -> Plan | None:
    try:
        return load_plan()
    except LocalError:  # unreadable: what belongs to the cluster is found all the same
        return None


def clear_away(plan: Plan | None) -> None:
    """End every process of the cluster by force, and remove what it made; LocalError when something stays."""
    sockets = processes.plugin_sockets(processes.ours(state_dir()))
    left = processes.end(lambda: processes.ours(state_dir()), _BY_FORCE_AFTER, _FORCE_WITHIN)
    if left:
        raise LocalError(f"these processes do not end: {processes.describe(left)}")
    for socket in sockets:
        socket.unlink(missing_ok=True)
    _remove_containers()
    mounted = processes.unmount_all()
    if mounted:
        raise LocalError(f"cannot unmount {', '.join(mounted)}: unmount by hand, then run 'make down' again")
    _remove_cgroups()
    _remove_files(plan)


def _end_jobs(plan: Plan, report: Callable[[str], None]) -> None:
    """Let Nomad itself end its tasks, if it can: then they are told to, and containers and mounts go with them."""
    api = _answering(plan)
    if api is None:
        return
    jobs = api.peek("/v1/jobs?namespace=*") or []
    for job in jobs:
        api.request("DELETE", f"/v1/job/{quote(job['ID'], safe='')}?namespace={quote(job['Namespace'])}")
    deadline = time.monotonic() + _JOBS_WITHIN
    while time.monotonic() < deadline:
        allocations = api.peek("/v1/allocations?namespace=*") or []
        if not any(allocation["ClientStatus"] in ("running", "pending") for allocation in allocations):
            break
        time.sleep(0.2)
    if jobs:
        report(f"ended {len(jobs)} job{'s' if len(jobs) > 1 else ''}")


def _answering(plan: Plan) -> Api | None:
    states = Supervisor(plan.socket).states()
    for node in plan.shape.nodes():
        if states.get(node.program(Kind.NOMAD_SERVER)) == "RUNNING":
            api = agent_api(plan, node, Kind.NOMAD_SERVER)
            if api.peek("/v1/status/leader"):
                return api
    return None


def _end_agents(plan: Plan) -> None:
    supervisor = Supervisor(plan.socket)
    pid = supervisor.pid()
    if pid is None:
        return
    try:
        supervisor.shut_down()
    except LocalError:  # it is ended by force
        return
    deadline = time.monotonic() + _AGENTS_WITHIN
    while supervisor.pid() is not None and time.monotonic() < deadline:
        time.sleep(0.1)


def _remove_containers() -> None:
    """Containers that Nomad's docker driver left behind: those of Nomad with a mount below our directory."""
    docker = shutil.which("docker")
    if docker is None:
        return
    try:
        for one in _docker(docker, "ps", "--all", "--quiet", "--filter", "label=com.hashicorp.nomad.alloc_id").split():
            with contextlib.suppress(subprocess.CalledProcessError):  # another cluster's, and gone since it was listed
                [facts] = json.loads(_docker(docker, "inspect", one))
                sources = [mount.get("Source", "") for mount in facts.get("Mounts", [])]
                if any(processes.is_below(source, agents_dir()) for source in sources):
                    _docker(docker, "rm", "--force", one)
    except (OSError, ValueError, subprocess.SubprocessError):
        return  # no engine answers, so none has a container of ours


def _docker(docker: str, *arguments: str) -> str:
    return subprocess.run([docker, *arguments], capture_output=True, text=True, timeout=20, check=True).stdout


def _remove_cgroups() -> None:
    """The control groups of tasks that were ended by force. All Nomad agents share the parent: go by allocation."""
    root = Path("/sys/fs/cgroup")
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return
    ours = tuple(f"{allocation.name}." for allocation in agents_dir().glob(f"*/{Kind.NOMAD_CLIENT}/alloc/*-*"))
    # Unlike a glob, a walk does not mind groups of others that go away meanwhile.
    for directory, groups, _ in os.walk(root, topdown=False):
        for group in groups:
            if ours and group.startswith(ours):
                with contextlib.suppress(OSError):  # its last process is not yet reaped; an empty group does no harm
                    Path(directory, group).rmdir()


def _remove_files(plan: Plan | None) -> None:
    if plan:
        Path(plan.socket).unlink(missing_ok=True)
    cluster_file().unlink(missing_ok=True)
    try:
        if agents_dir().exists():
            shutil.rmtree(agents_dir())
    except OSError as error:
        raise LocalError(f"cannot remove {agents_dir()}: {error}") from None
