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


def ingress(site: Site) -> psutil.Process:
    """The program of the ingress's pod."""
    named = [process for process in psutil.process_iter() if words_of(process)[:1] == ["traefik"]]
    found = [process for process in named if group_of(site) in _groups(process)]
    assert len(found) == 1, f"{len(found)} ingresses run: {found}"
    return found[0]


def _groups(process: psutil.Process) -> str:
    try:
        return Path(f"/proc/{process.pid}/cgroup").read_text()
    except OSError:  # it has just ended
        return ""


def part(site: Site, name: str) -> psutil.Process:
    """A part of the cluster, by its program's name."""
    return the_one(site, lambda words: bool(words) and Path(words[0]).name == name, f"as {name}")
