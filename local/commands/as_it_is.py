"""A state with what providers say is there in place of what was asked for (pure)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format

from local.commands.pulumi_events import Narrator, is_structure
from local.plugins import wire

_HIDDEN = "[secret]"
"""What the engine tells in place of a secret."""
_SECRET = json_format.MessageToDict(wire.encode({"it": wire.Secret("")}))["it"]
"""How a state marks one."""


@dataclass
class Looker(Narrator):
    """Listens to a refresh, event by event; nothing of it is news."""

    found: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    """URN -> its properties as they are; None where there is nothing."""

    def _begin(self, metadata: Mapping[str, Any]) -> None:
        pass

    def _end(self, metadata: Mapping[str, Any]) -> Iterator[str]:
        yield from ()
        new, urn = metadata.get("new"), metadata["urn"]
        if not is_structure(urn):
            self.found[urn] = None if metadata["op"] == "delete" or not new else new.get("inputs") or {}


def as_it_is(state: str, found: Mapping[str, Mapping[str, Any] | None]) -> str:
    """The state that was exported, with the properties that were found; what is gone is not in it.

    What was not asked for, such as components, stays as it is.
    """
    content = json.loads(state)
    kept = []
    for resource in content["deployment"].get("resources") or []:
        live = found.get(resource["urn"], resource.get("inputs"))
        if resource["urn"] not in found or live is not None:
            kept.append({**resource, "inputs": _marked(live)})
    content["deployment"]["resources"] = kept
    return json.dumps(content)


def _marked(value: Any) -> Any:
    """As a state has it: what the engine hid is a secret there."""
    if value == _HIDDEN:
        return _SECRET
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value
