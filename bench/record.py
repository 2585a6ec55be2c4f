"""What a preview registers, so that the raw program can register the very same. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

STACK = "pulumi:pulumi:Stack"
ENGINES_OWN = ("__defaults", "__internal", "version")
"""Inputs that the engine adds."""


@dataclass(frozen=True)
class Recorded:
    """One resource as it was registered."""

    urn: str
    parent: str
    """URN of the parent, '' for the stack itself."""
    type: str
    name: str
    is_component: bool
    inputs: dict[str, Any] = field(default_factory=dict)
    """As the SDK's class takes them: snake_case at the first level."""

    @property
    def package(self) -> str:
        """``nomad`` of ``nomad:index/job:Job`` and of ``pulumi:providers:nomad``."""
        return self.type.split(":")[-1] if self.is_provider else self.type.split(":")[0]

    @property
    def class_name(self) -> str:
        """``Job`` of ``nomad:index/job:Job``; ``Provider`` for providers."""
        return "Provider" if self.is_provider else self.type.split(":")[-1]

    @property
    def is_provider(self) -> bool:
        """Whether it is a provider."""
        return self.type.startswith("pulumi:providers:")


def recorded(steps: Iterable[Mapping[str, Any]]) -> list[Recorded]:
    """The resources of a ``pulumi preview --json``, in the order of their registration."""
    found = []
    for step in steps:
        state = step["newState"]
        if state["type"] == STACK:
            continue
        parent = state.get("parent", "")
        inputs = {_snake(key): value for key, value in state.get("inputs", {}).items() if key not in ENGINES_OWN}
        found.append(
            Recorded(
                urn=state["urn"],
                parent="" if f"::{STACK}::" in parent else parent,
                type=state["type"],
                name=state["urn"].rsplit("::", 1)[-1],
                is_component=not state["custom"],
                inputs=inputs if state["custom"] else {},
            )
        )
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
