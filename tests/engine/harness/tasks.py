"""The processes behind the services and the agents, as the system shows them."""

from collections.abc import Callable

import psutil

from tests.engine.harness.leftovers import processes_of
from tests.engine.harness.site import Site


def tasks(site: Site, job: str, task: str = "main", environment: str = "local") -> list[psutil.Process]:
    """The program of each instance that is meant to run, without what Nomad puts around it."""
    instances = site.nomad.instances(job, environment)
    envs = {process: environ(process) for process in processes_of(site.state)}
    return [
        process
        for process, env in envs.items()
        if env.get("NOMAD_TASK_NAME") == task and env.get("NOMAD_ALLOC_ID") in instances
    ]


def environ(process: psutil.Process) -> dict[str, str]:
    """A process's ENV; empty when it has just ended."""
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def agent(site: Site, program: str) -> psutil.Process:
    """A supervised agent, by the name of its configuration: ``local/consul``, ``server-1/nomad-server``."""
    config = str(site.state / "agents" / f"{program}.json")
    return the_one(site, lambda words: any(config in word for word in words), f"with {config}")


def supervisor(site: Site) -> psutil.Process:
    """What keeps the agents up."""
    return the_one(site, lambda words: "supervisor.supervisord" in words, "as supervisor")


def the_one(site: Site, is_meant: Callable[[list[str]], bool], what: str) -> psutil.Process:
    """The site's only process with such a command line."""
    found = [process for process in processes_of(site.state) if is_meant(words_of(process))]
    assert len(found) == 1, f"{len(found)} processes run {what}: {found}"
    return found[0]


def words_of(process: psutil.Process) -> list[str]:
    """A process's command line; empty when it has just ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
