"""``parity``: how the environments of this checkout differ, from their files alone."""

import argparse

from local.commands.report import say
from local.commands.table import table
from policies.model import Level
from review.findings import ordered, verdict
from review.parity.report import findings, report
from review.render.terminal import parity_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it."""
    parser.add_argument("--meant", action="store_true", help="list the differences that are meant, too")


def run(options: argparse.Namespace) -> int:
    """Print it; ends as a review of all environments would, as far as this goes."""
    standing = report()
    for line in parity_lines(standing):
        say(line)
    if options.meant:
        found = standing.comparison
        rows = [(each.what, *each.values.values(), each.why) for each in found.meant]
        say("")
        for line in table(("meant", *found.environments, "why"), rows):
            say(f"  {line}")
    names = standing.comparison.environments
    found_wrong = ordered(finding for name in names for finding in findings(standing, name))
    for finding in found_wrong:
        if finding.level is Level.MANDATORY:
            say(f"{finding.place.file}: {finding.message} [{finding.rule}]")
    return int(verdict(found_wrong))
