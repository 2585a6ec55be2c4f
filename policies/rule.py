"""How a rule is written: a domain makes it, of a few facts and a function that tells what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict, Unpack

from policies.model import Resource, Severity, Stack
from policies.node import Node

Check = Callable[[Resource, Node], Iterable[str]]
"""A resource, and the rule's configuration, to a sentence for each thing that is wrong with it."""

WholeCheck = Callable[[Stack, Node], Iterable[tuple[Resource | None, str]]]
"""All resources to what is wrong with which of them; None for the environment as a whole."""


class Facts(TypedDict):
    """What a rule says of itself; :class:`Rule` has what each means."""

    severity: Severity
    what: str
    why: str
    fix: str
    references: NotRequired[tuple[str, ...]]
    config: NotRequired[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule."""

    name: str
    """Kebab-case, unique."""
    domain: str
    severity: Severity
    what: str
    """What holds, in one sentence without a full stop."""
    why: str
    """What goes wrong where it does not hold."""
    fix: str
    """What to do about a violation."""
    references: tuple[str, ...] = ()
    """Controls of CIS benchmarks, of AWS Foundational Security Best Practices (FSBP) and the like that say the same."""
    types: frozenset[str] = frozenset()
    """Types of resources that it looks at; none: all. A rule on all resources together has none."""
    check: Check | None = None
    whole: WholeCheck | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """What ``settings.yaml`` may say otherwise, with defaults."""


@dataclass
class Domain:
    """The rules on one subject, in their order."""

    name: str
    rules: list[Rule] = field(default_factory=list)

    def rule(self, name: str, *types: str, **facts: Unpack[Facts]) -> Callable[[Check], Check]:
        """A rule on each resource of these types (none: all) by itself; decorates the function that judges one."""

        def add(check: Check) -> Check:
            self.rules.append(Rule(name=name, domain=self.name, types=frozenset(types), check=check, **facts))
            return check

        return add

    def whole(self, name: str, **facts: Unpack[Facts]) -> Callable[[WholeCheck], WholeCheck]:
        """A rule on all resources together; it decorates the function that judges them."""

        def add(check: WholeCheck) -> WholeCheck:
            self.rules.append(Rule(name=name, domain=self.name, whole=check, **facts))
            return check

        return add
