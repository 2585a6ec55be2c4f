"""Which nodes a job may run on, as Foxden's own nodes tell what they are (pure)."""

from typing import Any

from foxden.service.spec import Placement

ALL = "all"
"""Nomad's own name for the nodes of every pool; a job that names none is kept from those that are dedicated."""


def pool(placement: Placement) -> dict[str, Any]:
    """The job's node pool. A pool of workers is one of Nomad's only where it is dedicated, which a service can't know:
    so the job may go to all of them, and is held to the pool by what its nodes say."""
    return {"NodePool": ALL} if placement.pool else {}


def constraints(placement: Placement) -> dict[str, Any]:
    """The constraints of the job's group."""
    wanted = {f"${{meta.{key}}}": value for key, value in sorted(placement.meta.items())}
    if placement.node_class:
        wanted["${node.class}"] = placement.node_class
    if placement.pool:
        wanted["${meta.pool}"] = placement.pool
    found = [{"LTarget": left, "RTarget": right, "Operand": "="} for left, right in wanted.items()]
    return {"Constraints": found} if found else {}
