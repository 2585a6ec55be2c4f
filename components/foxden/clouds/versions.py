"""Which version of a control plane may follow which (pure)."""

import re
from typing import Optional

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+].*)?\Z", re.ASCII)


def minor_of(version: str) -> Optional[tuple[int, int]]:
    """``1.34.4`` -> (1, 34). None for what is no version."""
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None


def step_problem(wanted: str, running: str) -> Optional[str]:
    """Say why ``wanted`` can't follow ``running``, or None.

    An API server understands what the one a minor before it has kept, and no older one; there is no way back.
    """
    new, old = minor_of(wanted), minor_of(running)
    if new is None:
        return f"must be like '1.34.4', got {wanted!r}"
    if old is None or (new[0] == old[0] and old[1] <= new[1] <= old[1] + 1):
        return None
    allowed = f"{old[0]}.{old[1]} or {old[0]}.{old[1] + 1}"
    return f"must be of {allowed}, for {running} runs and an upgrade goes up one minor at a time, got {wanted!r}"
