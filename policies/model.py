"""What is judged, and what comes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from policies.node import Node

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_TYPES = "pulumi:providers:"


class Level(StrEnum):
    """What a violation does; Pulumi's own words."""

    DISABLED = "disabled"
    """The rule is not judged."""
    ADVISORY = "advisory"
    """It is told."""
    MANDATORY = "mandatory"
    """It is told, and nothing is deployed."""


class Severity(StrEnum):
    """How bad a violation is, wherever it is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Resource:
    """One resource, as its program asks for it."""

    type: str
    """Such as ``aws:ec2/vpc:Vpc``."""
    name: str
    urn: str
    props: Mapping[str, Any] = field(default_factory=dict)
    """Inputs. What is secret is a ``Secret`` and what is not known yet ``UNKNOWN``, both of ``local.plugins.wire``."""
    parent: str = ""
    """URN; '' directly below the stack."""
    protect: bool = False
    """Whether Pulumi refuses to delete it."""
    component: bool = False
    """Whether it only groups others, and no provider has it."""

    @cached_property
    def inputs(self) -> Node:
        """The properties, to be read without surprise."""
        return Node(self.props)

    @property
    def label(self) -> str:
        """For people and for patterns of exemptions: ``aws:ec2/vpc:Vpc::dev``."""
        return f"{self.type}::{self.name}"


@dataclass(frozen=True)
class Stack:
    """All resources of an environment."""

    environment: str
    resources: tuple[Resource, ...]

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """URN to resource."""
        return {each.urn: each for each in self.resources}

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in their order."""
        return (each for each in self.resources if each.type in types)

    def above(self, resource: Resource) -> Iterator[Resource]:
        """Its parent, that one's parent and so on, as far as they are known."""
        seen = {resource.urn}
        while (found := self.by_urn.get(resource.parent)) is not None and found.urn not in seen:
            seen.add(found.urn)
            yield found
            resource = found


@dataclass(frozen=True, order=True)
class Violation:
    """One thing that a rule does not allow."""

    urn: str
    """Of the resource; '' when it is about the environment as a whole."""
    rule: str
    message: str
    """What is wrong with this one resource, in one sentence without a full stop."""
    level: Level
    severity: Severity
    fix: str
    """What to do about it."""
    label: str = ""
    """The resource's type and name, ``aws:ec2/vpc:Vpc::dev``; '' as ``urn``."""

    def __str__(self) -> str:
        return f"{self.label or 'the environment'}: {self.message} [{self.rule}]"


@dataclass(frozen=True, order=True)
class Use:
    """A violation that an exemption allows."""

    violation: Violation
    owner: str
    reason: str
    expires: str
    """The last day on which it is allowed, ``2030-01-31``."""

    def __str__(self) -> str:
        return f"{self.violation}: allowed by {self.owner} until {self.expires}: {self.reason}"


@dataclass(frozen=True)
class Report:
    """What came of judging an environment."""

    environment: str
    column: str
    """Whose levels were used: local, dev, qa or prod."""
    judged: int
    """How many resources there were."""
    violations: tuple[Violation, ...]
    """Sorted by resource, then rule; those that an exemption allows are not among them."""
    exempted: tuple[Use, ...]
    """Every use of an exemption, in the same order."""

    def of(self, level: Level) -> list[Violation]:
        """The violations of one level."""
        return [each for each in self.violations if each.level is level]

    @property
    def fails(self) -> bool:
        """Whether there is one that must not be deployed."""
        return bool(self.of(Level.MANDATORY))
