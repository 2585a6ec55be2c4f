"""How an example is written: what is right, and what is other in what is wrong."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.model import Resource

Change = Mapping[str, Any]
"""Path (``blockDeviceMappings.0.ebs.encrypted``) to what is there instead; ``GONE``: nothing."""


class _Gone:
    pass


GONE = _Gone()


@dataclass(frozen=True)
class Example:
    """Of one rule."""

    passes: tuple[tuple[Resource, ...], ...]
    """Whole environments that keep it."""
    violates: tuple[tuple[Resource, ...], ...]
    """Whole environments that break it, each in one way."""
    name: str = "dev"
    """The environment's name."""

    def __add__(self, other: "Example") -> "Example":
        """The examples of both, for a rule on several kinds."""
        return Example(self.passes + other.passes, self.violates + other.violates, self.name)


def resource(kind: str, props: Mapping[str, Any] | None = None, name: str = "it", **fields: Any) -> Resource:
    """A resource below one component."""
    above = fields.pop("parent", "urn:pulumi:dev::foxden::foxden:index:Thing::thing")
    place = f"foxden:index:Thing${kind}" if above else kind
    return Resource(kind, name, f"urn:pulumi:dev::foxden::{place}::{name}", dict(props or {}), above, **fields)


def changed(props: Any, change: Change) -> Any:
    """A copy of properties with other values at some paths."""
    whole = copy.deepcopy(dict(props))
    for path, value in change.items():
        *above, last = path.split(".")
        place: Any = whole
        for key in above:
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        if value is GONE:
            place.pop(last)
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return whole


def one(
    kind: str, good: Mapping[str, Any], *changes: Change, also_good: tuple[Change, ...] = (), **fields: Any
) -> Example:
    """One resource that keeps the rule, and breaks it with each of the changes."""
    return Example(
        passes=(
            (resource(kind, good, **fields),),
            *((resource(kind, changed(good, each), **fields),) for each in also_good),
        ),
        violates=tuple((resource(kind, changed(good, each), **fields),) for each in changes),
    )


def of_job(good: Mapping[str, Any], *changes: Change, also_good: tuple[Change, ...] = ()) -> Example:
    """The same of a Nomad job's specification."""

    def job(change: Change) -> tuple[Resource, ...]:
        return (resource("nomad:index/job:Job", {"jobspec": json.dumps(changed(good, change))}),)

    return Example(tuple(map(job, ({}, *also_good))), tuple(map(job, changes)))


def of_policy(
    kind: str,
    good: Mapping[str, Any],
    *changes: Change,
    also_good: tuple[Change, ...] = (),
    field: str = "policy",
) -> Example:
    """The same of the first statement of a policy in JSON."""

    def written(change: Change) -> tuple[Resource, ...]:
        document = {"Version": "2012-10-17", "Statement": [changed(good, change)]}
        return (resource(kind, {field: json.dumps(document)}),)

    return Example(tuple(map(written, ({}, *also_good))), tuple(map(written, changes)))


def pod(good: Mapping[str, Any], *changes: Change, also_good: tuple[Change, ...] = ()) -> Example:
    """The same of a Deployment's pods."""
    below = "spec.template.spec."

    def at(change: Change) -> Change:
        return {f"{below}{path}": value for path, value in change.items()}

    return one("kubernetes:apps/v1:Deployment", good, *map(at, changes), also_good=tuple(map(at, also_good)))
