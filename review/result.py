"""All that a review found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.model import Level, Use
from policies.rule import Rule
from review.findings import Exit, Finding, counted, verdict
from review.parity.report import Parity
from review.plan import Plan


@dataclass(frozen=True)
class Result:
    """A review of one environment."""

    environment: str
    over: str
    """What the preview was made over, in one sentence: the stack as it is, or a simulated cloud."""
    plan: Plan
    rules: Sequence[Rule]
    """Every rule that it was held against."""
    findings: Sequence[Finding]
    """In the order in which they are told."""
    exempted: Sequence[Use] = ()
    """What is broken, and may be."""
    parity: Parity | None = None
    """How environments differ; None where that could not be found out."""
    advice_counts: bool = False
    """Whether advisory findings are as bad as mandatory ones."""

    @property
    def exit(self) -> Exit:
        """How it ends."""
        return Exit.UNKNOWN if self.plan.errors else verdict(self.findings, advice_counts=self.advice_counts)

    @property
    def by_name(self) -> Mapping[str, Rule]:
        """The rules by name."""
        return {rule.name: rule for rule in self.rules}

    def of(self, rule: str) -> Sequence[Finding]:
        """The findings of one rule."""
        return [finding for finding in self.findings if finding.rule == rule]

    def headline(self) -> str:
        """In one line, without the environment's name."""
        numbers = counted(self.findings)
        told = [f"{numbers[level]} {level}" for level in (Level.MANDATORY, Level.ADVISORY) if level in numbers]
        if self.plan.errors:
            return "the preview failed" + (f", {' and '.join(told)} so far" if told else "")
        return f"{' and '.join(told)} {_noun(self.findings)}" if told else "nothing is broken"


def _noun(findings: Sequence[Finding]) -> str:
    return "finding" if len(findings) == 1 else "findings"
