"""The arithmetic of a network's addresses."""

from ipaddress import IPv4Network
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxden.clouds.aws.subnets import (
    LARGEST,
    SMALLEST,
    ZONE_LETTERS,
    cidr_problem,
    plan_subnets,
    region_of,
    zone_problem,
    zones_problems,
)

CIDRS = st.builds(
    lambda second, prefix: str(IPv4Network((int(IPv4Network(f"10.{second}.0.0/16").network_address), prefix))),
    st.integers(0, 255),
    st.integers(LARGEST, SMALLEST),
)
SETS = st.sets(st.sampled_from(ZONE_LETTERS), min_size=1, max_size=4)


def named(letters: set[str]) -> list[str]:
    """The zones of those letters."""
    return [f"eu-central-1{letter}" for letter in letters]


@given(CIDRS, SETS)
def test_subnets_are_in_the_network_and_overlap_nothing(cidr: str, letters: set[str]) -> None:
    planned = plan_subnets(cidr, named(letters))
    nets = [IPv4Network(net) for zone in planned.values() for net in (zone.private, zone.public)]
    assert all(net.subnet_of(IPv4Network(cidr)) for net in nets)
    assert not any(one.overlaps(other) for one, other in combinations(nets, 2))


@given(CIDRS, SETS)
def test_subnets_are_of_a_size_that_aws_and_its_balancers_take(cidr: str, letters: set[str]) -> None:
    for zone in plan_subnets(cidr, named(letters)).values():
        assert IPv4Network(zone.public).prefixlen <= 27
        assert IPv4Network(zone.private).prefixlen == IPv4Network(cidr).prefixlen + 4


@given(CIDRS, SETS, SETS)
def test_no_subnet_moves_when_zones_come_and_go(cidr: str, before: set[str], after: set[str]) -> None:
    old, new = plan_subnets(cidr, named(before)), plan_subnets(cidr, named(after))
    assert {zone: old[zone] for zone in old.keys() & new.keys()} == {
        zone: new[zone] for zone in old.keys() & new.keys()
    }


def test_no_subnet_moves_when_zones_are_named_in_another_order() -> None:
    plans = [list(plan_subnets("10.0.0.0/16", order).items()) for order in permutations(named({"a", "b", "d"}))]
    assert all(plan == plans[0] for plan in plans)


def test_a_plan() -> None:
    planned = plan_subnets("10.20.0.0/16", ["eu-central-1c", "eu-central-1a"])
    assert {zone: (each.private, each.public) for zone, each in planned.items()} == {
        "eu-central-1a": ("10.20.0.0/20", "10.20.128.0/22"),
        "eu-central-1c": ("10.20.32.0/20", "10.20.136.0/22"),
    }


@given(CIDRS)
def test_every_private_network_of_a_fitting_size_will_do(cidr: str) -> None:
    assert cidr_problem(cidr) is None


INSIDE = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10"


@pytest.mark.parametrize(
    ("cidr", "problem"),
    [
        ("10.20.0.0", "must be from /16 to /21, got '10.20.0.0'"),
        ("10.0.0.0/8", "must be from /16 to /21, got '10.0.0.0/8'"),
        (
            "10.20.0.0/22",
            "is too small: 10.20.0.0/22 has 1024 addresses, and a balancer's subnet in each zone takes /21 (2048 "
            "addresses) at least",
        ),
        ("10.20.1.0/16", "must be like '10.20.0.0/16', got '10.20.1.0/16': 10.20.1.0/16 has host bits set"),
        ("8.8.0.0/16", f"must be of private addresses ({INSIDE}), got '8.8.0.0/16'"),
        ("172.17.0.0/16", "must not overlap 172.17.0.0/16, which Docker uses on every worker, got '172.17.0.0/16'"),
    ],
)
def test_addresses_that_will_not_do(cidr: str, problem: str) -> None:
    assert cidr_problem(cidr) == problem


def test_no_addresses_at_all() -> None:
    assert (cidr_problem("mine") or "").startswith("must be like '10.20.0.0/16', got 'mine'")


@pytest.mark.parametrize("zone", ["eu-central-1a", "us-gov-west-1b", "ap-southeast-2h"])
def test_zones(zone: str) -> None:
    assert zone_problem(zone) is None
    assert region_of(zone) == zone[:-1]


@pytest.mark.parametrize("zone", ["eu-central-1", "eu-central-1z", "us-west-2-lax-1a", "a", "eu-central-1a\n", ""])
def test_what_is_no_zone(zone: str) -> None:
    assert zone_problem(zone) == f"must be an availability zone like 'eu-central-1a', got {zone!r}"


def test_zones_of_two_regions() -> None:
    zones = ["eu-central-1a", "eu-west-1a"]
    assert zones_problems(zones) == ["must be of one region, got eu-central-1a, eu-west-1a"]
