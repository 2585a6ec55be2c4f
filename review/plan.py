"""What a preview would do, from the engine's events (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.commands.pulumi_events import Narrator, is_structure, label
from review.stateful import loss

OPERATIONS = ("create", "update", "replace", "delete")
"""What can happen to a resource, in the order in which it is told. All else leaves it as it is."""

_OPERATION = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
}
"""The engine's step to what it means for the resource."""


@dataclass(frozen=True)
class Change:
    """What would happen to a resource."""

    operation: str
    """One of ``OPERATIONS``."""
    urn: str
    type: str
    """Its token, such as ``aws:s3/bucket:Bucket``."""
    because: tuple[str, ...] = ()
    """The properties that change, or that make a replacement necessary."""
    protected: bool = False
    """Whether the engine refuses to take it away."""

    @property
    def name(self) -> str:
        """For people: ``Bucket dev-snapshots``."""
        return label(self.urn)

    @property
    def loss(self) -> str:
        """What would be lost; empty where nothing is that is not made again."""
        return loss(self.type) if self.operation in ("replace", "delete") else ""


@dataclass(frozen=True)
class Plan:
    """All that a preview would do."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    errors: tuple[str, ...] = ()
    """Why it is no plan, or not the whole one."""

    def of(self, operation: str) -> Sequence[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.operation == operation]

    @property
    def losses(self) -> Sequence[Change]:
        """What would be replaced or deleted and holds something, or is reached by somebody."""
        return [change for change in self.changes if change.loss]


@dataclass
class _Seen:
    operation: str
    type: str
    because: tuple[str, ...]
    protected: bool


class Planner(Narrator):
    """Listens to a preview, event by event; nothing of it is news."""

    def __init__(self) -> None:
        super().__init__(under_way={"": "previewing"})
        self._seen: dict[str, _Seen] = {}
        self._same: set[str] = set()

    def plan(self, *failures: str) -> Plan:
        """What was heard; ``failures`` is what went wrong beside it."""
        changes = [Change(one.operation, urn, one.type, one.because, one.protected) for urn, one in self._seen.items()]
        changes.sort(key=lambda change: (OPERATIONS.index(change.operation), change.type, change.urn))
        return Plan(tuple(changes), len(self._same - self._seen.keys()), (*self.errors, *failures))

    def _begin(self, metadata: Mapping[str, Any]) -> None:
        urn, step = metadata["urn"], metadata["op"]
        operation = _OPERATION.get(step)
        if is_structure(urn) or operation is None:
            self._same |= {urn} if step == "same" and not is_structure(urn) else set()
            return
        keys = metadata.get("keys") if operation == "replace" else None
        because = tuple(sorted(keys or metadata.get("diffs") or ()))
        protected = bool((metadata.get("old") or {}).get("protect"))
        known = self._seen.setdefault(urn, _Seen(operation, metadata["type"], because, protected))
        if known.operation != operation:  # a replacement is told in parts
            known.operation = "replace"
        known.because = known.because or because
        known.protected |= protected

    def _end(self, metadata: Mapping[str, Any]) -> Iterator[str]:
        yield from ()
