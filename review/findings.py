"""What was found wrong, whoever found it: the policy pack, the comparison of environments, the check of promotions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from local.commands.pulumi_events import label
from policies.model import Level


class Exit(IntEnum):
    """How a review ends."""

    CLEAN = 0
    """Nothing mandatory was broken; advice may have been given."""
    BROKEN = 1
    """A mandatory rule is broken."""
    UNKNOWN = 2
    """It could not be judged: the preview failed, or the input is bad."""


@dataclass(frozen=True)
class Place:
    """Where a finding is shown: in the file that chooses what is wrong, or that is wrong itself."""

    file: str
    """From the repository's root."""
    line: int = 1


@dataclass(frozen=True)
class Finding:
    """A rule that is broken."""

    rule: str
    level: Level
    message: str
    urn: str = ""
    """Of the resource that breaks it; empty where no single one does."""
    place: Place = Place("Pulumi.yaml")

    @property
    def subject(self) -> str:
        """The resource, for people: ``Bucket dev-snapshots``; empty where there is none."""
        return label(self.urn) if self.urn else ""


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Each once, what is mandatory first, then by rule and resource; without those of a level that is not looked at."""
    order = {Level.MANDATORY: 0, Level.ADVISORY: 1}
    kept = {finding for finding in findings if finding.level in order}
    return sorted(kept, key=lambda each: (order[each.level], each.rule, each.urn, each.message))


def verdict(findings: Sequence[Finding], *, advice_counts: bool = False) -> Exit:
    """How a review with these findings ends; ``advice_counts``: advisory ones are as bad."""
    counting = (Level.MANDATORY, Level.ADVISORY) if advice_counts else (Level.MANDATORY,)
    return Exit.BROKEN if any(finding.level in counting for finding in findings) else Exit.CLEAN


def counted(findings: Sequence[Finding]) -> Mapping[Level, int]:
    """How many there are of each level, of those of which there are some."""
    return {level: number for level in Level if (number := sum(each.level is level for each in findings))}
