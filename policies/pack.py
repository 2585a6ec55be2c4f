"""The pack: every rule, with its levels and exemptions, over the resources of an environment."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.exemptions import Exemption, read_exemptions
from policies.model import Level, Report, Resource, Severity, Stack, Use, Violation
from policies.node import Node
from policies.rule import Check, Rule, WholeCheck
from policies.rules import RULES
from policies.settings import Settings, read_settings

EXPIRED, UNUSED = "exemption-expired", "exemption-unused"
OWN = {
    EXPIRED: "renew or delete the entry in policies/exemptions.yaml",
    UNUSED: "delete the entry in policies/exemptions.yaml: nothing needs it",
}
"""What the pack itself complains about, to what to do."""

Found = tuple[tuple[Violation, ...], tuple[Use, ...]]
"""What is wrong, and what is allowed."""


@dataclass(frozen=True)
class Pack:
    """Rules and what the repository says of them."""

    rules: Sequence[Rule]
    settings: Settings
    exemptions: Sequence[Exemption]

    def judge(
        self, resources: Iterable[Resource], environment: str, today: datetime.date | None = None, base: str = ""
    ) -> Report:
        """Judge all resources of an environment.

        ``today`` (UTC) says which exemptions are over, ``base`` what it inherits from where its file doesn't.
        """
        judge = Judge(self, environment, today, base)
        stack = Stack(environment, tuple(resources))
        found = [judge.one(resource) for resource in stack.resources]
        found.append(judge.whole(stack))
        return Report(
            environment=environment,
            column=judge.column,
            judged=len(stack.resources),
            violations=tuple(sorted(each for violations, _ in found for each in violations)),
            exempted=tuple(sorted(each for _, uses in found for each in uses)),
        )


class Judge:
    """Judges one environment once: resource by resource, and at last all together."""

    def __init__(self, pack: Pack, environment: str, today: datetime.date | None = None, base: str = "") -> None:
        self._pack = pack
        self._today = today or datetime.datetime.now(datetime.UTC).date()
        self._used: set[Exemption] = set()
        self.column = pack.settings.column(environment, base)
        self._inherits = self.column != environment

    @cached_property
    def _rules(self) -> list[tuple[Rule, Level, Node]]:
        """Those that are judged here, with their configuration."""
        settings = self._pack.settings
        levels = [(rule, settings.level(rule.name, self.column)) for rule in self._pack.rules]
        return [
            (rule, level, Node(settings.config_of(rule, self.column)))
            for rule, level in levels
            if level is not Level.DISABLED
        ]

    @cached_property
    def _exemptions(self) -> list[Exemption]:
        return [each for each in self._pack.exemptions if self.column in each.environments]

    def one(self, resource: Resource) -> Found:
        """Judge a resource by itself."""
        # Nobody can say that one of these allows nothing, as long as not all of the resource is known.
        open_ones = [each for each in self._exemptions if each.fits(each.rule, resource)]
        if open_ones and resource.inputs.holds_opaque:
            self._used.update(open_ones)
        return self._sorted_out(
            (rule, level, resource, message)
            for rule, level, config in self._rules
            if rule.check and (resource.type in rule.types or not rule.types)
            for message in _asked(rule.check, resource, config)
        )

    def whole(self, stack: Stack) -> Found:
        """Judge all resources together, and then the exemptions: only now is known which were used."""
        violations, uses = self._sorted_out(
            (rule, level, resource, message)
            for rule, level, config in self._rules
            if rule.whole
            for resource, message in _asked_whole(rule.whole, stack, config)
        )
        return (*violations, *self._of_exemptions()), uses

    def _sorted_out(self, found: Iterable[tuple[Rule, Level, Resource | None, str]]) -> Found:
        violations: list[Violation] = []
        uses: list[Use] = []
        for rule, level, resource, message in found:
            at = {"urn": resource.urn, "label": resource.label} if resource else {"urn": ""}
            violation = Violation(
                rule=rule.name, message=message, level=level, severity=rule.severity, fix=rule.fix, **at
            )
            fitting = [each for each in self._exemptions if each.fits(rule.name, resource)]
            self._used.update(fitting)
            holding = next((each for each in fitting if not each.over(self._today)), None)
            if holding is None:
                violations.append(violation)
            else:
                uses.append(Use(violation, holding.owner, holding.reason, holding.expires.isoformat()))
        return tuple(violations), tuple(uses)

    def _of_exemptions(self) -> Iterator[Violation]:
        for exemption in self._exemptions:
            if exemption.over(self._today):
                yield from self._own(EXPIRED, f"{exemption} is over")
            # What inherits from an environment has only a part of what is allowed there.
            if exemption not in self._used and not self._inherits:
                yield from self._own(UNUSED, f"{exemption} allows nothing")

    def _own(self, name: str, message: str) -> Iterator[Violation]:
        level = self._pack.settings.level(name, self.column)
        if level is not Level.DISABLED:
            yield Violation(urn="", rule=name, message=message, level=level, severity=Severity.MEDIUM, fix=OWN[name])


def _asked(check: Check, resource: Resource, config: Node) -> list[str]:
    """What a rule says; one that fails is no reason to let anything pass."""
    try:
        return list(check(resource, config))
    except Exception as error:
        return [f"could not be judged: the rule failed with {error!r}"]


def _asked_whole(check: WholeCheck, stack: Stack, config: Node) -> list[tuple[Resource | None, str]]:
    try:
        return list(check(stack, config))
    except Exception as error:
        return [(None, f"could not be judged: the rule failed with {error!r}")]


def load() -> Pack:
    """The pack as the repository has it. Raises InvalidInput with what is wrong in its files."""
    settings = read_settings(RULES, OWN)
    return Pack(RULES, settings, read_exemptions([rule.name for rule in RULES], settings.columns))
