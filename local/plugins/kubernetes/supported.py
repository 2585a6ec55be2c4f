"""Which clusters are too old for what is rendered here. Pure."""

import re

OLDEST = (1, 31)
"""The first minor in which all that is used is there and on: ``unhealthyPodEvictionPolicy`` for good, ``preStop.sleep``
unless it was switched off."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)", re.ASCII)


def too_old(version: str) -> str | None:
    """Why a server that says it is of ``version`` won't do; None where it does, or where it doesn't say.

    What clouds add (``v1.31.2-eks-7f9249a``) makes no difference. None is too new.
    """
    found = _VERSION.match(version)
    if found is None or (int(found[1]), int(found[2])) >= OLDEST:
        return None
    needed = ".".join(str(part) for part in OLDEST)
    return f"is Kubernetes {version.removeprefix('v')}, and {needed} or later is needed (docs/kubernetes.md)"
