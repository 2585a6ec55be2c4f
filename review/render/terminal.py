"""A review for a terminal (pure)."""

import textwrap
from collections.abc import Iterator, Sequence

from local.commands.table import table
from review.parity.report import Parity
from review.plan import OPERATIONS, Plan
from review.result import Result

_WIDTH = 110


def lines(result: Result) -> Iterator[str]:
    """The lines, without newlines."""
    yield f"{result.environment}: {result.headline()}"
    yield from _wrapped(result.over, "  ")
    yield from _errors(result.plan)
    yield from _plan(result.plan)
    yield from _findings(result)
    yield from _exempted(result)
    yield from _parity(result.parity)


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
    yield from ["", f"Plan: {summary(plan)}"]
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
        rows = [(one.rule, one.resource, one.owner, one.expires, one.reason) for one in result.exempted]
        yield from _indented([("rule", "resource", "owner", "until", "reason"), *rows])


def _parity(parity: Parity | None) -> Iterator[str]:
    if parity is None:
        return
    found = parity.comparison
    yield from ["", f"Parity of {', '.join(found.environments)}: {told(parity)}"]
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
    return f"{len(found.meant)} differences that are meant, {len(found.surprises)} surprises{missing}"


def _indented(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in table(rows[0], rows[1:])]


def _wrapped(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, _WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
