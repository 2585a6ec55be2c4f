"""What the policy pack said in a preview: the report that it leaves in a file, beside what the engine tells."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.model import Level, Severity, Use, Violation
from policies.pack import OWN, load
from policies.rule import Rule
from review.findings import Finding
from review.places import place


@dataclass(frozen=True)
class Judged:
    """What the pack said."""

    resources: int
    """How many it judged."""
    violations: Sequence[Violation]
    exempted: Sequence[Use]


def read_judged(file: Path) -> Judged | None:
    """The report in a file; None when there is none, for the pack was never asked."""
    try:
        given = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    violations = [_violation(each) for each in given["violations"]]
    return Judged(given["judged"], violations, [_use(each) for each in given["exempted"]])


def _violation(given: Mapping[str, Any]) -> Violation:
    return Violation(**{**given, "level": Level(given["level"]), "severity": Severity(given["severity"])})


def _use(given: Mapping[str, Any]) -> Use:
    return Use(**{**given, "violation": _violation(given["violation"])})


def findings(judged: Judged, environment: str) -> Iterator[Finding]:
    """The violations, each with the place where it is shown."""
    for each in judged.violations:
        yield Finding(each.rule, each.level, each.message, each.urn, place(each.urn, environment))


def rules(environment: str) -> list[Rule]:
    """The pack's rules that are looked at in an environment, with its own on exemptions. Raises InvalidInput."""
    pack = load()
    column = pack.settings.column(environment)
    known = [*pack.rules, *(_own(name, fix) for name, fix in OWN.items())]
    return [rule for rule in known if pack.settings.level(rule.name, column) is not Level.DISABLED]


def _own(name: str, fix: str) -> Rule:
    return Rule(
        name=name,
        domain="exemptions",
        severity=Severity.MEDIUM,
        what="Every exemption is needed, and has not ended",
        why="What is allowed for good is no exemption, and what nobody needs allows too much",
        fix=fix,
    )
