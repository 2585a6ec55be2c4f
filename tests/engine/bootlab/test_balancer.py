"""To whom the lab's balancer sends requests, without a machine."""

from typing import cast

import pytest

from tests.engine.bootlab.balancer import Targets
from tests.engine.bootlab.host import Host
from tests.engine.bootlab.metadata import Facts
from tests.engine.bootlab.scaling import Member, State


def member(number: int) -> Member:
    address = f"10.0.0.{number}"
    facts = Facts(f"i-{number}", address, "eu-west-1a", "ami-1", "t3.small", "02:00:00:00:00:04", b"", "general")
    return Member(facts, "general", 1, cast(Host, None), State.IN_SERVICE)


@pytest.fixture
def members() -> list[Member]:
    return [member(1), member(2)]


@pytest.fixture
def bad() -> set[str]:
    """The addresses of those that do not answer."""
    return set()


@pytest.fixture
def targets(members: list[Member], bad: set[str]) -> Targets:
    return Targets(lambda: list(members), lambda address: address not in bad, 3)


def asked(targets: Targets, times: int = 6) -> set[str | None]:
    return {targets.next() for _ in range(times)}


def test_who_was_there_before_gets_requests_at_once_and_a_newcomer_after_a_while(
    targets: Targets, members: list[Member]
) -> None:
    targets.look()
    assert asked(targets) == {"10.0.0.1", "10.0.0.2"}
    members.append(member(3))
    for _ in range(2):
        targets.look()
        assert "10.0.0.3" not in asked(targets)
    targets.look()
    assert "10.0.0.3" in asked(targets)


def test_who_fails_twice_gets_no_requests_while_another_is_well(targets: Targets, bad: set[str]) -> None:
    targets.look()
    bad.add("10.0.0.1")
    targets.look()
    assert "10.0.0.1" in asked(targets)
    targets.look()
    assert asked(targets) == {"10.0.0.2"}


def test_where_nobody_is_well_all_get_requests_as_on_aws(
    targets: Targets, members: list[Member], bad: set[str]
) -> None:
    bad |= {"10.0.0.1", "10.0.0.2"}
    targets.look()
    assert targets.well() == []
    assert asked(targets) == {"10.0.0.1", "10.0.0.2"}
    members.clear()
    assert asked(targets) == {None}
