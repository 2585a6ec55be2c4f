"""A review for a terminal (pure)."""

import textwrap
from collections.abc import Iterator, Sequence

from local.commands.table import table
from policies.model import Use
from review.parity.report import Parity
from review.plan import OPERATIONS, Plan
from review.result import Result

_WIDTH = 110

WHOLE = "environment"
"""What stands for the resource where a rule is about all of them together."""


def lines(result: Result) -> Iterator[str]:
    """The lines, without newlines."""
    yield f"{result.environment}: {result.headline()}"
    yield from _wrapped(result.over, "  ")
    yield from _errors(result.plan)
    yield from _plan(result.plan)
    yield from _findings(result)
    yield from _exempted(result)
    if result.parity is not None:
        yield ""
        yield from parity_lines(result.parity)


def summary(plan: Plan) -> str:
    """The plan in one line."""
    told = [f"{len(plan.of(operation))} to {operation}" for operation in OPERATIONS]
    return f"{', '.join(told)}, {plan.unchanged} unchanged"


def _errors(plan: Plan) -> Iterator[str]:
    if plan.errors:
        yield from ["", "The preview failed:"]
        for error in plan.errors:
            yield from _wrapped(error, "  ")


def _plan(plan: Plan) -> Iterator[str]:
    yield from ["", f"Plan{' as far as it got' if plan.errors else ''}: {summary(plan)}"]
    if plan.losses:
        yield "Lost by it:"
        yield from _indented(
            [(change.operation, change.name, change.loss + _kept(change.protected)) for change in plan.losses]
        )


def _kept(protected: bool) -> str:
    return " (protected: Pulumi refuses)" if protected else ""


def _findings(result: Result) -> Iterator[str]:
    by_name = result.by_name
    yield from ["", f"Rules: {len(result.rules)} looked at, {len({one.rule for one in result.findings})} broken"]
    for finding in result.findings:
        about = f"  {finding.subject}" if finding.subject else ""
        yield f"  {finding.level:<9}  {finding.rule}{about}"
        yield from _wrapped(finding.message, " " * 13)
        if finding.rule in by_name:
            yield from _wrapped(f"fix: {by_name[finding.rule].fix}", " " * 13)


def _exempted(result: Result) -> Iterator[str]:
    if result.exempted:
        yield from ["", "Exemptions used:"]
        rows = [
            (use.violation.rule, use.violation.label or WHOLE, use.owner, use.expires, use.reason)
            for use in result.exempted
        ]
        yield from _indented([("rule", "resource", "owner", "until", "reason"), *rows])


def terms(use: Use) -> tuple[str, str, str]:
    """On which an exemption holds: who answers for it, until when, why."""
    return use.owner, use.expires, use.reason


def parity_lines(parity: Parity) -> Iterator[str]:
    """How environments differ: what is a surprise, and what may be promoted."""
    found = parity.comparison
    yield f"Parity of {', '.join(found.environments)}: {told(parity)}"
    if found.surprises:
        rows = [(one.what, *one.values.values()) for one in found.surprises]
        yield from _indented([("surprise", *found.environments), *rows])
    for way in parity.promotions:
        ready = sum(each.pinned and each.ran for each in way.services)
        yield f"Promotion from {way.earlier} to {way.later}: {ready} of {len(way.services)} services ran before"


def told(parity: Parity) -> str:
    """The comparison in a few words."""
    found = parity.comparison
    missing = f"; not there yet: {', '.join(parity.missing)}" if parity.missing else ""
    surprises = "1 surprise" if len(found.surprises) == 1 else f"{len(found.surprises)} surprises"
    return f"{len(found.meant)} differences that are meant, {surprises}{missing}"


def _indented(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in table(rows[0], rows[1:])]


def _wrapped(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, _WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
