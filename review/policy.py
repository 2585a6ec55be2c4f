"""``policy``: preview an environment with the policy pack, and tell what came of it."""

import argparse
from pathlib import Path

from local.commands.report import say, started
from local.commands.session import interruptible
from local.paths import state_dir
from policies.rule import Rule
from review import files, policies
from review.findings import Finding, ordered
from review.parity import report as parity
from review.preview import Over, Previewed, preview
from review.render import terminal
from review.result import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which environment, over what, and where to."""
    parser.add_argument("--stack", default="dev", help="environment; default: dev")
    parser.add_argument(
        "--over",
        choices=[str(each) for each in Over],
        help="its stack as it is deployed, or a simulated cloud; default: its stack where that can be reached",
    )
    parser.add_argument(
        "--base",
        default="",
        help="commit whose cluster is brought up on the simulated cloud first, which takes minutes; default: none",
    )
    parser.add_argument("--to", help="directory for the reports; default: review/<environment> in the state directory")
    parser.add_argument("--advice-counts", action="store_true", help="end with 1 for what is advisory, too")


def run(options: argparse.Namespace) -> int:
    """Review; the exit code says how it ended (docs/pull-requests.md)."""
    progress = started()
    with interruptible():
        previewed = preview(options.stack, Over(options.over) if options.over else None, progress.step, options.base)
    result = reviewed(options.stack, previewed, advice_counts=options.advice_counts)
    written = files.write(result, Path(options.to) if options.to else state_dir() / "review" / options.stack)
    say("")
    for line in terminal.lines(result):
        say(line)
    say(f"\nWritten: {', '.join(map(str, written))}")
    return int(result.exit)


def reviewed(environment: str, previewed: Previewed, *, advice_counts: bool = False) -> Result:
    """All that there is to say of a preview of an environment."""
    stand = parity.report()
    found: list[Finding] = list(parity.findings(stand, environment))
    rules: list[Rule] = [*parity.RULES]
    if previewed.judged:
        rules = [*policies.rules(environment), *rules]
        found += policies.findings(previewed.judged, environment)
    return Result(
        environment=environment,
        over=previewed.over,
        plan=previewed.plan,
        rules=rules,
        findings=ordered(found),
        exempted=previewed.judged.exempted if previewed.judged else (),
        parity=stand,
        advice_counts=advice_counts,
    )
