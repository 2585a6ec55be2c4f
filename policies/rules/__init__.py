"""Every rule, one module per domain."""

from policies.rule import Rule
from policies.rules import network

DOMAINS = (network.rules,)
"""In the order of the documentation."""

RULES: tuple[Rule, ...] = tuple(rule for domain in DOMAINS for rule in domain.rules)
