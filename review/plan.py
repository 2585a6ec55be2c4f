"""What a preview would do, from the engine's events (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.commands.pulumi_events import Narrator, is_structure, label, without_colour
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
class Violation:
    """A policy's own word on a resource, or on the whole stack."""

    rule: str
    level: str
    message: str
    urn: str


@dataclass(frozen=True)
class Plan:
    """All that a preview would do."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    violations: tuple[Violation, ...] = ()
    errors: tuple[str, ...] = ()
    """Why it is no plan, or not the whole one."""
    judged: Mapping[str, int] = field(default_factory=dict)
    """Rule to the number of resources, or stacks, that it was asked about."""
    pack: str = ""
    """The policy pack that judged it, with its version; empty when none did."""

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


class Planner:
    """Listens to the engine, event by event."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._same: set[str] = set()
        self._violations: dict[Violation, None] = {}
        self._judged: dict[str, int] = {}
        self._narrator = Narrator()
        self._packs: dict[str, str] = {}

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        for _ in self._narrator.hear(event):
            pass
        if "resourcePreEvent" in event:
            self._step(event["resourcePreEvent"]["metadata"])
        elif "policyEvent" in event:
            self._violated(event["policyEvent"])
        elif "policyAnalyzeSummaryEvent" in event:
            self._asked(event["policyAnalyzeSummaryEvent"])
        elif "policyAnalyzeStackSummaryEvent" in event:
            self._asked(event["policyAnalyzeStackSummaryEvent"])
        elif "summaryEvent" in event:
            self._packs |= event["summaryEvent"].get("PolicyPacks") or {}

    def plan(self) -> Plan:
        """What was heard."""
        changes = [Change(one.operation, urn, one.type, one.because, one.protected) for urn, one in self._seen.items()]
        changes.sort(key=lambda change: (OPERATIONS.index(change.operation), change.type, change.urn))
        return Plan(
            changes=tuple(changes),
            unchanged=len(self._same - self._seen.keys()),
            violations=tuple(self._violations),
            errors=tuple(self._narrator.errors),
            judged=dict(sorted(self._judged.items())),
            pack=", ".join(" ".join(filter(None, each)) for each in sorted(self._packs.items())),
        )

    def _step(self, metadata: Mapping[str, Any]) -> None:
        urn = metadata["urn"]
        if is_structure(urn):
            return
        operation = _OPERATION.get(metadata["op"])
        if operation is None:
            if metadata["op"] == "same":
                self._same.add(urn)
            return
        keys = metadata.get("keys") if operation == "replace" else None
        because = tuple(sorted(keys or metadata.get("diffs") or ()))
        protected = bool((metadata.get("old") or {}).get("protect"))
        known = self._seen.get(urn)
        if known is None:
            self._seen[urn] = _Seen(operation, metadata["type"], because, protected)
        else:  # a replacement is told in parts
            known.operation = "replace" if known.operation != operation else operation
            known.because = known.because or because
            known.protected |= protected

    def _violated(self, event: Mapping[str, Any]) -> None:
        found = Violation(
            event["policyName"],
            event["enforcementLevel"],
            without_colour(event["message"]).strip(),
            event.get("resourceUrn", ""),
        )
        self._violations[found] = None

    def _asked(self, event: Mapping[str, Any]) -> None:
        for name in [*(event.get("passed") or ()), *(event.get("failed") or ())]:
            self._judged[name] = self._judged.get(name, 0) + 1


def planned(events: Iterable[Mapping[str, Any]]) -> Plan:
    """The plan in a whole preview's events."""
    planner = Planner()
    for event in events:
        planner.hear(event)
    return planner.plan()
