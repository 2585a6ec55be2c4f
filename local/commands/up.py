"""``up``: start the agents and deploy an environment."""

import argparse
import time
from pathlib import Path

from local import agents, shell
from local.agents.plan import load_plan
from local.agents.progress import Progress
from local.artifacts import build
from local.artifacts.engine import Engine, find_engine
from local.commands import environments, special
from local.commands.clock import now, parse_duration
from local.commands.dashboards import dashboards
from local.commands.failures import explain, known_deployments, trouble
from local.commands.nomad_api import Servers
from local.commands.pulumi_cli import Pulumi
from local.commands.report import retimed, say, started
from local.commands.services import show, wait_until_well
from local.commands.session import session
from local.errors import LocalError
from local.toolchain import catalog
from local.toolchain import command as toolchain
from local.toolchain.layout import record_file

_DRIVER_WITHIN = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one, and for how long."""
    parser.add_argument("--env", default=environments.LOCAL, help="environment, made if there is none; default: local")
    parser.add_argument("--base", help="environment on whose cluster a new one is made, such as dev; default: local")
    parser.add_argument("--ttl", help="time after which a special-purpose environment has expired, such as 8h")


def run(options: argparse.Namespace) -> int:
    """Do it, and show what runs."""
    begun = time.monotonic()
    progress = started()
    try:
        with session():
            base = special.home(options.env, options.base)
            environments.prepare(options.env, parse_duration(options.ttl) if options.ttl else None, base=base)
            if base != environments.LOCAL:
                _tools()
                special.up(options.env, progress)
                return 0
            servers = _cluster(progress)
            _artifacts(servers, progress)
            if options.env != environments.LOCAL and not servers.has_ingress():
                _deploy(servers, environments.LOCAL, progress)
            _deploy(servers, options.env, progress)
            services = wait_until_well(servers, options.env)
    except KeyboardInterrupt:
        say("\n'make up' goes on from here, and 'make down' takes everything away")
        raise
    for line in ["", *show(services), "", *dashboards(servers.cluster)]:
        say(line)
    say(f"'{options.env}' is up after {time.monotonic() - begun:.1f} s")
    return 0


def _cluster(progress: Progress) -> Servers:
    """The running cluster, with everything that it takes."""
    _tools()
    is_new = load_plan() is None
    cluster = agents.start(environments.shape(), retimed(progress))
    if is_new:
        # It is empty, so whatever Pulumi remembers was on another one.
        for env in environments.recorded():
            Pulumi(env, progress.step).forget()
            environments.unrecord(env)
    return Servers(cluster)


def _tools() -> None:
    """Get the tools, unless they are there and the pins have not changed since."""
    record = record_file()
    try:
        shell.tools(list(catalog.TOOLS))
        is_current = record.exists() and record.stat().st_mtime >= Path(catalog.__file__).stat().st_mtime
    except LocalError:
        is_current = False
    if not is_current:
        toolchain.run(argparse.Namespace(retry_plugins=False))


def _artifacts(servers: Servers, progress: Progress) -> None:
    engine = find_engine(progress.step)
    if engine and not _sees(servers, engine):
        progress.step("services run as commands: Nomad does not see the Docker engine")
        engine = None
    build(servers.cluster.interpreter, engine, servers.all_jobs, progress.step)


def _sees(servers: Servers, engine: Engine) -> bool:
    deadline = time.monotonic() + _DRIVER_WITHIN
    while not servers.has_driver("docker"):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _deploy(servers: Servers, env: str, progress: Progress) -> None:
    environments.record(env)
    if environments.life(env).over(now()):
        progress.step(f"'{env}' has expired: 'make reap' takes it away, 'make up ENV={env} TTL=8h' gives it more time")
    known = known_deployments(servers, env)
    try:
        told = Pulumi(env, progress.step, lambda: trouble(servers, env, known)).up()
    except LocalError as error:
        raise LocalError("\n".join([str(error), *explain(servers, env, known)])) from None
    changes = {0: "nothing to change", 1: "1 change"}.get(told.changed, f"{told.changed} changes")
    progress.step(f"'{env}' is deployed: {changes}")
