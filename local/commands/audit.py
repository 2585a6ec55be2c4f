"""``audit``: the policies over what an environment's state says, so that what was made long ago is judged, too.

With ``--refresh`` over what is really there, as each provider says it, so that what was changed by hand is judged.
"""

import argparse
from pathlib import Path

from foxden.errors import InvalidInput
from local.agents.progress import Progress
from local.commands.as_it_is import Looker, as_it_is
from local.commands.pulumi_cli import Pulumi
from local.commands.report import say, started
from local.commands.table import table
from local.errors import LocalError
from policies.model import Level, Report
from policies.pack import load
from policies.sources.state import read_state


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("--stack", default="dev", help="environment; default: dev")
    over = parser.add_mutually_exclusive_group()
    over.add_argument("--refresh", action="store_true", help="judge what is there, whatever the state says of it")
    over.add_argument("--file", type=Path, help="what `pulumi stack export` wrote, in place of asking Pulumi")


def run(options: argparse.Namespace) -> int:
    """Say what is wrong, and what is allowed; 1 when any of it must not be."""
    progress = started()
    text = _read(options.file) if options.file else _exported(options.stack, progress, refresh=options.refresh)
    try:
        report = load().judge(read_state(text), options.stack)
    except InvalidInput as error:
        raise LocalError(str(error)) from None
    for line in lines(report):
        say(line)
    return 1 if report.fails else 0


def lines(report: Report) -> list[str]:
    """The report for a terminal: what must not be first, every use of an exemption, and the sum of it."""
    told = []
    for level in (Level.MANDATORY, Level.ADVISORY):
        found = report.of(level)
        if found:
            rows = [(each.rule, each.severity, each.label or "the environment", each.message) for each in found]
            told += [f"{level}:", *(f"  {line}" for line in table(("rule", "severity", "resource", ""), rows)), ""]
    if report.exempted:
        told += ["allowed:", *(f"  {use}" for use in report.exempted), ""]
    counts = ", ".join(f"{len(report.of(level))} {level}" for level in (Level.MANDATORY, Level.ADVISORY))
    return [*told, f"'{report.environment}': {report.judged} resources by the levels of {report.column}: {counts}"]


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(f"cannot read {file}: {error}") from None


def _exported(stack: str, progress: Progress, *, refresh: bool) -> str:
    pulumi = Pulumi(stack, progress.step)
    state = pulumi.exported()
    if not refresh:
        return state
    progress.step(f"asking what there is of '{stack}'")
    looker = Looker()
    pulumi.look(looker)
    return as_it_is(state, looker.found)
