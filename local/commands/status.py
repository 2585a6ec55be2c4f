"""``status``: what is there, and how it is."""

import argparse

from local.agents.cluster import load
from local.commands import environments
from local.commands.backends import Health, Questions, current, questions
from local.commands.clock import now, parse_time, words
from local.commands.dashboards import dashboards
from local.commands.services import running, show
from local.commands.table import table
from local.errors import LocalError
from local.paths import state_dir


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``status`` takes no options."""


def run(options: argparse.Namespace) -> int:
    """Show it."""
    cluster, health = load(), current().health()
    if cluster is None or health is None:
        print("nothing is running here: 'make up' starts it")
        return 0
    age = words(now() - parse_time(cluster.started, "the cluster's start"))
    print(f"cluster: {age} old, state in {state_dir()}")
    for line in [*_agents(health), *(f"problem: {text}" for text in health.problems())]:
        print(line)
    servers = questions(cluster)
    if servers.answer():
        for env in _environments(servers):
            print("", *_environment(servers, env), sep="\n")
    print("", *dashboards(cluster), sep="\n")
    return 0


def _agents(health: Health) -> list[str]:
    return table(("node", "agent", "is", "process"), health.rows())


def _environments(servers: Questions) -> list[str]:
    """The base first."""
    return sorted({*servers.environments(), *environments.recorded()}, key=lambda env: (env != environments.LOCAL, env))


def _environment(servers: Questions, env: str) -> list[str]:
    services = running(servers, env)
    return [f"{env}: {_life(env)}", *(show(services) if services else ["no services"])]


def _life(env: str) -> str:
    try:
        life = environments.life(env)
    except LocalError as error:
        return str(error)
    text = f"{words(now() - life.created)} old"
    if life.expires is None:
        return text
    if life.over(now()):
        return f"{text}, EXPIRED {words(now() - life.expires)} ago ('make reap' takes it away)"
    return f"{text}, expires in {words(life.expires - now())}"
