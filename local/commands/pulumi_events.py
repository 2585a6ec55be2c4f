"""What Pulumi's engine says while it works, made short (pure)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_DONE = {
    "create": "created",
    "create-replacement": "created anew",
    "delete": "removed",
    "delete-replaced": "removed the old",
    "import": "imported",
    "refresh": "",
    "replace": "",
    "same": "",
    "update": "updated",
}
"""Operation -> what is said when it is done; an operation that is not in here is called by its own name."""
_DOING = {"create": "creating", "create-replacement": "creating", "delete": "removing", "delete-replaced": "removing"}
_COLOUR = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
_NO_NEWS = ("update failed", "destroy failed", "preview failed", "refresh failed", "resource registration failed")


@dataclass
class Narrator:
    """Turns events into short lines, and keeps what went wrong."""

    errors: list[str] = field(default_factory=list)
    """Every error so far: the resource's name and the message."""
    pending: bool = False
    """Whether an earlier run was cut off while it changed something."""
    changed: int = 0
    """How many resources were changed."""
    under_way: dict[str, str] = field(default_factory=dict)
    """URN -> what is being done to it."""

    def hear(self, event: Mapping[str, Any]) -> Iterator[str]:
        """The lines for one event; most have none."""
        if "diagnosticEvent" in event:
            self._diagnose(event["diagnosticEvent"])
        elif "resourcePreEvent" in event:
            self._begin(event["resourcePreEvent"]["metadata"])
        elif "resOutputsEvent" in event:
            yield from self._end(event["resOutputsEvent"]["metadata"])
        elif "resOpFailedEvent" in event:
            metadata = event["resOpFailedEvent"]["metadata"]
            self.under_way.pop(metadata["urn"], None)
            yield f"failed: {label(metadata['urn'])}"

    def _begin(self, metadata: Mapping[str, Any]) -> None:
        operation, urn = metadata["op"], metadata["urn"]
        if _DONE.get(operation, operation) and not is_structure(urn):
            self.under_way[urn] = f"{_DOING.get(operation, 'updating')} {label(urn)}"

    def _end(self, metadata: Mapping[str, Any]) -> Iterator[str]:
        operation, urn = metadata["op"], metadata["urn"]
        self.under_way.pop(urn, None)
        done = _DONE.get(operation, operation)
        if done and not is_structure(urn):
            self.changed += 1
            yield f"{done} {label(urn)}"

    def _diagnose(self, diagnostic: Mapping[str, Any]) -> None:
        message = _COLOUR.sub("", diagnostic.get("message", "")).strip()
        if diagnostic.get("severity") == "warning" and "pending operations from previous deployment" in message:
            self.pending = True
        if diagnostic.get("severity") != "error" or not message or message in _NO_NEWS:
            return
        urn = diagnostic.get("urn", "")
        about = f"{label(urn)}: " if urn and not is_structure(urn) else ""
        if (text := about + message) not in self.errors:
            self.errors.append(text)


def label(urn: str) -> str:
    """``urn:pulumi:local::foxden::...$nomad:index/job:Job::pods`` -> ``Job pods``."""
    kind, _, name = urn.partition("::")[2].partition("::")[2].partition("::")
    return f"{kind.rpartition(':')[2]} {name}"


def is_structure(urn: str) -> bool:
    """Whether it is a stack, a component or a provider: nothing that exists outside Pulumi."""
    kind = urn.partition("::")[2].partition("::")[2].partition("::")[0].rpartition("$")[2]
    return kind.startswith(("pulumi:", "foxden:"))
