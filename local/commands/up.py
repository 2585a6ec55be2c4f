"""``up``: start the agents and deploy an environment."""

import argparse
import time
from pathlib import Path
from types import ModuleType

from local import shell
from local.agents.cluster import load
from local.agents.progress import Progress
from local.commands import environments, special
from local.commands.backends import STARTED, Questions, backend, current, in_use
from local.commands.clock import now, parse_duration
from local.commands.dashboards import dashboards
from local.commands.failures import explain, known_deployments, trouble
from local.commands.pulumi_cli import Pulumi
from local.commands.report import retimed, say, started
from local.commands.services import show, wait_until_well
from local.commands.session import session
from local.errors import LocalError
from local.stackfiles import values
from local.toolchain import catalog, kubernetes, sets
from local.toolchain import command as toolchain
from local.toolchain.layout import record_file

_PINS = (catalog, kubernetes)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one, and for how long."""
    parser.add_argument("--env", default=environments.LOCAL, help="environment, made if there is none; default: local")
    parser.add_argument("--base", help="environment on whose cluster a new one is made, such as dev; default: local")
    parser.add_argument("--scheduler", choices=STARTED, help="of this machine; default: the one that runs")
    parser.add_argument("--context", help="for kubernetes: a cluster of your kubeconfig instead, such as kind-dev")
    parser.add_argument("--ttl", help="time after which a special-purpose environment has expired, such as 8h")


def run(options: argparse.Namespace) -> int:
    """Do it, and show what runs."""
    begun = time.monotonic()
    progress = started()
    try:
        with session():
            base = special.home(options.env, options.base)
            way = _way(options.scheduler, options.context) if base == environments.LOCAL else None
            refused = backend(way).refusal(options.env) if way else None
            if refused:  # before anything is made of the name
                raise LocalError(refused)
            environments.prepare(options.env, parse_duration(options.ttl) if options.ttl else None, base=base)
            if way is None:
                _tools()
                special.up(options.env, progress)
                return 0
            servers = _cluster(way, options.context, progress)
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


def _cluster(way: str, context: str | None, progress: Progress) -> Questions:
    """The running cluster, with everything that it takes, and what runs on it."""
    _tools(way)
    chosen = backend(way)
    is_new = chosen.is_new()
    cluster = chosen.start(retimed(progress), context or "")
    if is_new:
        # It is empty, so whatever Pulumi remembers was on another one.
        for env in environments.recorded():
            Pulumi(env, progress.step).forget()
            environments.unrecord(env)
    servers = chosen.questions(cluster)
    chosen.artifacts(servers, progress)
    return servers


def _way(wanted: str | None, context: str | None) -> str:
    """The one that runs, or is wanted, or is the environment's choice. Raises LocalError where two of them differ."""
    running = in_use()
    if context:
        _check_context(wanted, context, running)
        return sets.CONTEXT
    if running == sets.CONTEXT and wanted != "nomad":
        return running
    if running and wanted and running != wanted:
        raise LocalError(
            f"the local cluster is one of {running}, and {wanted} is asked for: run 'make down' first (it removes all "
            f"that runs there), then 'make up SCHEDULER={wanted}'"
        )
    return running or wanted or str(values(environments.LOCAL).get("scheduler", sets.DEFAULT))


def _check_context(wanted: str | None, context: str, running: str | None) -> None:
    cluster = load()
    if wanted == "nomad":
        raise LocalError("CONTEXT is for SCHEDULER=kubernetes")
    if running and not (cluster and cluster.options.get("context") == context):
        raise LocalError(f"another cluster is in use here: run 'make down' first, then 'make up CONTEXT={context}'")


def _tools(scheduler: str = sets.DEFAULT) -> None:
    """Get the tools, unless they are there and the pins have not changed since."""
    record = record_file()
    try:
        shell.tools(list(sets.SETS[scheduler].tools))
        is_current = record.exists() and record.stat().st_mtime >= max(_changed(module) for module in _PINS)
    except LocalError:
        is_current = False
    if not is_current:
        toolchain.run(argparse.Namespace(scheduler=scheduler, retry_plugins=False))


def _changed(module: ModuleType) -> float:
    return Path(str(module.__file__)).stat().st_mtime


def _deploy(servers: Questions, env: str, progress: Progress) -> None:
    current().admit(servers, env)
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
