"""What a preview registers, so that the raw program can register the very same. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    def module(self) -> str:
        """``pulumi_aws.ec2`` of ``aws:ec2/vpc:Vpc``; ``pulumi_nomad`` of ``nomad:index/job:Job`` and its provider;
        ``pulumi_kubernetes.networking.v1`` of ``kubernetes:networking.k8s.io/v1:Ingress``."""
        if self.is_provider:
            return f"pulumi_{self.type.split(':')[-1]}"
        package, place, kind = self.type.split(":")
        folders = [part.partition(".")[0] for part in place.split("/") if part.lower() != kind.lower()]
        return ".".join([f"pulumi_{package}", *(folder for folder in folders if folder != "index")])

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
        resource = Recorded(
            urn=state["urn"],
            parent="" if f"::{STACK}::" in parent else parent,
            type=state["type"],
            name=state["urn"].rsplit("::", 1)[-1],
            is_component=not state["custom"],
            inputs=inputs if state["custom"] else {},
        )
        found.append(replace(resource, inputs=_decoded(inputs)) if resource.is_provider else resource)
    return found


def _decoded(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A provider's, as its class takes them: what is no text goes to the engine as a text in JSON."""
    return {key: _value(value) for key, value in inputs.items()}


def _value(given: Any) -> Any:
    try:
        value = json.loads(given)
    except (TypeError, ValueError):
        return given
    return value if isinstance(value, (bool, dict, list)) else given


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
