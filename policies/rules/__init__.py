"""Every rule, one module per domain."""

from policies.rule import Rule
from policies.rules import (
    access,
    clusters,
    compute,
    costs,
    identity,
    images,
    jobs,
    managed,
    network,
    pods,
    records,
    registries,
    secrets,
    services,
    storage,
    tags,
    traffic,
    whole,
    workloads,
)

DOMAINS = (
    network.rules,
    traffic.rules,
    compute.rules,
    clusters.rules,
    managed.rules,
    identity.rules,
    registries.rules,
    storage.rules,
    records.rules,
    secrets.rules,
    tags.rules,
    pods.rules,
    workloads.rules,
    access.rules,
    jobs.rules,
    images.rules,
    services.rules,
    costs.rules,
    whole.rules,
)
"""In the order of the documentation."""

RULES: tuple[Rule, ...] = tuple(rule for domain in DOMAINS for rule in domain.rules)
