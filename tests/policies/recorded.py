"""What Pulumi's mocks recorded, as rules see it."""

from typing import Any

from local.plugins import wire
from policies.model import Resource
from policies.sources import inputs
from tests import mocks


def resources(recorded: mocks.Recorded) -> list[Resource]:
    """All that a program registered."""
    return [
        Resource(
            type=each.type,
            name=each.name,
            urn=each.urn,
            props=inputs(wire.encode(_marked(each.inputs))),
            parent=each.parent,
            protect=each.protect,
            component=not each.custom,
        )
        for each in recorded.resources
    ]


def _marked(value: Any) -> Any:
    if isinstance(value, mocks.Secret):
        return wire.Secret(_marked(value.value))
    if value is mocks.UNKNOWN:
        return wire.UNKNOWN
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value
