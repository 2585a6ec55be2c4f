"""What an auditor asks of an account, through its API alone: one table of rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.simulate.audit import data, eks, machines, network, tags
from local.simulate.inventory import Clients

Rule = Callable[[Clients, "Facts"], Iterator[str]]
"""Gives a line for each thing that breaks it."""


@dataclass(frozen=True)
class Facts:
    """What the auditor was told beforehand."""

    environment: str
    known_secrets: frozenset[str]
    """Values that may be in the parameter store alone."""


@dataclass(frozen=True)
class Result:
    """What one rule found."""

    rule: str
    broken: tuple[str, ...]


RULES: dict[str, Callable[[Clients, Any], Iterator[str]]] = {
    "groups start machines from a pinned version of their template": machines.pinned_versions,
    "machines answer IMDSv2 alone, one hop away": machines.metadata_service,
    "disks are encrypted": machines.encrypted_disks,
    "disks are deleted with their machine": machines.disks_go_too,
    "user-data holds no secret and fits": machines.user_data,
    "machines have no public address": machines.no_public_address,
    "machines that are replaced are replaced by ones that proved themselves": machines.hooks,
    "nothing but the balancer is open to the world": network.open_to_the_world,
    "default security groups let nothing through": network.default_groups,
    "traffic of every network is logged": network.flow_logs,
    "balancers speak TLS 1.2 or newer, and redirect what does not": network.balancers,
    "what stands before servers is inside their network alone": network.ways_to_servers,
    "buckets are encrypted, private, and read over TLS alone": data.buckets,
    "repositories can't be overwritten, are scanned and cleaned up": data.repositories,
    "parameters are encrypted, or are no secret": data.parameters,
    "keys are renewed every year": data.keys,
    "logs are kept for a set time": data.logs,
    "no role may do everything": data.roles,
    "a control plane of Amazon's is in its network, and not open to the world": eks.closed,
    "a control plane of Amazon's encrypts secrets with an own key": eks.encrypted,
    "a control plane of Amazon's writes down who did what": eks.audited,
    "a control plane of Amazon's lets in by access entries alone": eks.entries,
    "a control plane of Amazon's has its add-ons, and network policies are enforced": eks.addons,
    "nodes of Amazon's are of a pinned release": eks.pinned_nodes,
    "everything is tagged": tags.tagged,
}
"""Rule -> what checks it."""


def audit(clients: Clients, facts: Facts) -> list[Result]:
    """Every rule, in the table's order."""
    return [Result(rule, tuple(check(clients, facts))) for rule, check in RULES.items()]
