"""Which nodes a pod may run on, and what nodes are labelled with for that (pure)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from foxden.service.spec import Placement

POOL = "foxden/pool"
"""The label that has the name of a node's pool."""

NODE_CLASS = "foxden/node-class"
"""The label that has a node's class."""

META = "foxden/meta."
"""What the label of a fact about a node begins with; the rest is the fact's name."""

DEDICATED = "foxden/dedicated"
"""The taint of nodes that only pods which ask for their pool may run on; its value is the pool's name."""

LABEL_PART = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_LABEL_VALUE = re.compile(rf"({LABEL_PART})?\Z", re.ASCII)


def value_problem(value: str) -> str | None:
    """Say why a text can't be a label's value, or None."""
    if _LABEL_VALUE.match(value):
        return None
    return f"must be up to 63 letters, digits and '._-', with one of the former at both ends, got {value!r}"


def label_problems(node_class: str, meta: Mapping[str, str]) -> Iterator[str]:
    """What of that can't be labels, a line each; the facts' names are right."""
    facts = {f"meta.{key}": value for key, value in sorted(meta.items())}
    for field, value in {"node_class": node_class, **facts}.items():
        wrong = value_problem(value)
        if wrong:
            yield f"{field} {wrong}"


def node_labels(pool: str, node_class: str, meta: Mapping[str, str]) -> dict[str, str]:
    """What says of a node what it is; without what is ''."""
    found = {POOL: pool, NODE_CLASS: node_class, **{f"{META}{key}": value for key, value in sorted(meta.items())}}
    return {label: value for label, value in found.items() if value}


def placed(placement: Placement) -> dict[str, Any]:
    """What a pod's description says of where it may run."""
    labels = node_labels(placement.pool, placement.node_class, placement.meta)
    found: dict[str, Any] = {"nodeSelector": labels} if labels else {}
    if placement.pool:
        taint = {"key": DEDICATED, "operator": "Equal", "value": placement.pool, "effect": "NoSchedule"}
        found["tolerations"] = [taint]
    return found
