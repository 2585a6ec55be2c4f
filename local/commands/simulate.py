"""``simulate``: the whole of an environment on a simulated AWS, looked at from outside, and taken away again."""

import argparse
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from local.agents.progress import Progress
from local.commands.report import say, started
from local.commands.session import interruptible
from local.commands.table import table
from local.errors import LocalError
from local.simulate.audit import Facts, Result, audit
from local.simulate.cloud import Cloud, running
from local.simulate.inventory import Clients, Inventory, added, take
from local.simulate.limits import LIMITS
from local.simulate.stack import Stack, throw_away
from local.stackfiles import values
from local.toolchain import aws


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("--stack", default="dev", help="environment on AWS, such as dev or qa; default: dev")


def run(options: argparse.Namespace) -> int:
    """Up, audit, preview, destroy; fails when anything is not as it must be."""
    progress = started()
    chosen = values(options.stack)
    if chosen.get("cloud") != "aws":
        raise LocalError(f"environment '{options.stack}' is not on AWS: there is nothing to simulate")
    region = str(chosen.get("region", ""))
    with interruptible():
        progress.step(aws.ensure().text)
        with running() as cloud, throw_away(options.stack, cloud, region, progress.step) as stack:
            problems = _through(stack, cloud, region, options.stack, progress)
    say("\nWhat a simulation can't show:")
    for line in table(("", "why"), LIMITS):
        say(line)
    if problems:
        raise LocalError("\n".join([f"'{options.stack}' is not as it must be:", *problems]))
    say(f"\n'{options.stack}' was simulated, audited and taken away without a trace")
    return 0


def _through(stack: Stack, cloud: Cloud, region: str, environment: str, progress: Progress) -> list[str]:
    clients = functools.cache(lambda service: cloud.client(service, region))
    before = take(clients)
    seconds = stack.up()
    made = added(before, take(clients))
    _show_made(made, stack, seconds)
    results = audit(clients, Facts(environment, secrets_of(clients)))
    _show_audit(results)
    problems = [f"{result.rule}: {line}" for result in results for line in result.broken]
    progress.step("looking at a second preview")
    changes = stack.preview()
    say(f"\nSecond preview: {'no changes' if not changes else f'{len(changes)} changes'}")
    problems += [f"second preview: {line}" for line in changes]
    seconds = stack.destroy()
    left = added(before, take(clients))
    say(f"\nDestroyed in {seconds:.0f} s: {'nothing is left' if not left else 'something is left'}")
    return problems + [f"left behind: {kind} {one}" for kind, ids in left.items() for one in sorted(ids)]


def secrets_of(clients: Clients) -> frozenset[str]:
    """All that the parameter store keeps encrypted."""
    ssm = clients("ssm")
    pages: Any = ssm.get_paginator("describe_parameters").paginate()
    names = [one["Name"] for page in pages for one in page["Parameters"] if one["Type"] == "SecureString"]
    return frozenset(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] for name in names)


def _show_made(made: Inventory, stack: Stack, seconds: float) -> None:
    say(f"\nCreated: {len(stack.resources())} resources in {seconds:.0f} s; an auditor sees")
    for line in table(("", "number", ""), _rows(made)):
        say(line)


def _rows(made: Mapping[str, frozenset[str]]) -> list[tuple[str, str, str]]:
    return [(kind, str(len(ids)), _some(sorted(ids))) for kind, ids in sorted(made.items())]


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(one.rpartition(":")[2] for one in ids[:3])
    return shown + (", ..." if len(ids) > 3 else "")


def _show_audit(results: Sequence[Result]) -> None:
    say("\nAudit:")
    for result in results:
        say(f"  {'NO ' if result.broken else 'yes'}  {result.rule}")
        for line in result.broken:
            say(f"         {line}")
