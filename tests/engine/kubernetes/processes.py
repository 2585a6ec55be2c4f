"""The processes behind pods and the cluster's parts, as this machine shows them."""

from pathlib import Path

import psutil

from tests.engine.harness.site import Site
from tests.engine.harness.tasks import environ, the_one, words_of
from tests.engine.kubernetes.world import World, group_of


def programs(world: World, service: str) -> list[psutil.Process]:
    """The program of each of a service's pods."""
    pods = world.api.pods(service)
    return [process for process in psutil.process_iter() if environ(process).get("INSTANCE_ID") in pods]


def of_a_pod(site: Site, program: str) -> psutil.Process:
    """The one program of that name that runs in a pod of a site's cluster."""
    named = [process for process in psutil.process_iter() if _runs(words_of(process), program)]
    found = [process for process in named if group_of(site) in _groups(process)]
    assert len(found) == 1, f"{len(found)} processes run as {program}: {found}"
    return found[0]


def _runs(words: list[str], program: str) -> bool:
    return bool(words) and Path(words[0]).name == program


def _groups(process: psutil.Process) -> str:
    try:
        return Path(f"/proc/{process.pid}/cgroup").read_text()
    except OSError:  # it has just ended
        return ""


def door(site: Site) -> psutil.Process:
    """What holds the cluster's namespaces, with which all ends that is in them."""
    return the_one(site, lambda words: "local.kubernetes.enclose" in words, "at the cluster's door")


def part(site: Site, name: str) -> psutil.Process:
    """A part of the cluster, by its program's name."""
    return the_one(site, lambda words: _runs(words, name), f"as {name}")


def pod_logs(site: Site) -> Path:
    """Where what pods say is kept."""
    return site.state / "agents" / "kubernetes" / "pod-logs"
