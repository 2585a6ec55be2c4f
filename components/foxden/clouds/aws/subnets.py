"""Which addresses each zone's subnets have (pure).

Every zone has its place by its letter, whichever others there are: no subnet moves when a zone comes, goes or is named
in another order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

LARGEST = 16
"""The prefix of the largest VPC that AWS allows."""

SMALLEST = 21
"""The prefix of the smallest VPC that has room: a balancer's subnet must be at least a /27."""

ZONE_LETTERS = "abcdefgh"

_PRIVATE_BITS = 4
_PUBLIC_BITS = 6
_PUBLIC_FROM = 32
"""The lower half is for private subnets, the third quarter's start for public ones; the rest is free."""

_ZONE = re.compile(rf"([a-z]{{2}}(?:-[a-z]+)+-\d)([{ZONE_LETTERS}])\Z", re.ASCII)
_INSIDE = tuple(IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_DOCKER = IPv4Network("172.17.0.0/16")


@dataclass(frozen=True)
class Subnets:
    """The addresses of one zone."""

    private: str
    public: str


def zone_problem(zone: str) -> str | None:
    """Say what keeps ``zone`` from being one, or None."""
    return None if _ZONE.match(zone) else f"must be an availability zone like 'eu-central-1a', got {zone!r}"


def zones_problems(zones: Sequence[str]) -> list[str]:
    """What keeps these from being zones of one region."""
    found = [problem for problem in map(zone_problem, zones) if problem]
    if not found and len({region_of(zone) for zone in zones}) > 1:
        found = [f"must be of one region, got {', '.join(zones)}"]
    return found


def region_of(zone: str) -> str:
    """``eu-central-1a`` -> ``eu-central-1``."""
    return zone[:-1]


def cidr_problem(cidr: str) -> str | None:
    """Say what keeps ``cidr`` from being the addresses of a VPC, or None."""
    try:
        net = IPv4Network(cidr)
    except ValueError as error:
        return f"must be like '10.20.0.0/16', got {cidr!r}: {error}"
    if "/" not in cidr or net.prefixlen < LARGEST:
        return f"must be from /{LARGEST} to /{SMALLEST}, got {cidr!r}"
    if net.prefixlen > SMALLEST:
        return (
            f"is too small: {cidr} has {net.num_addresses} addresses, and a balancer's subnet in each zone takes "
            f"/{SMALLEST} ({2 ** (32 - SMALLEST)} addresses) at least"
        )
    if not any(net.subnet_of(inside) for inside in _INSIDE):
        return f"must be of private addresses (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got {cidr!r}"
    if net.overlaps(_DOCKER):
        return f"must not overlap {_DOCKER}, which Docker uses on every worker, got {cidr!r}"
    return None


def plan_subnets(cidr: str, zones: Sequence[str]) -> dict[str, Subnets]:
    """Zone to its subnets, sorted by zone: private ones with a 16th of all addresses each, public ones with a 64th."""
    net = IPv4Network(cidr)
    return {zone: _subnets(net, ZONE_LETTERS.index(zone[-1])) for zone in sorted(zones)}


def _subnets(net: IPv4Network, place: int) -> Subnets:
    return Subnets(
        private=_part(net, _PRIVATE_BITS, place),
        public=_part(net, _PUBLIC_BITS, _PUBLIC_FROM + place),
    )


def _part(net: IPv4Network, bits: int, place: int) -> str:
    prefix = net.prefixlen + bits
    return str(IPv4Network((int(net.network_address) + (place << (32 - prefix)), prefix)))
