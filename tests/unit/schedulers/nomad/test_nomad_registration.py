"""How instances are known to Consul, and asked for their health."""

from typing import Any

import pytest

from foxden.schedulers.nomad.registration import consul_services
from tests.unit.schedulers.nomad.samples import job, spec, task

SECOND = 1_000_000_000
TWO_PORTS = {"http": {"port": 80}, "side-door": {"port": 81}}


def services(**description: Any) -> dict[str, dict[str, Any]]:
    """Name to registration."""
    return {each["Name"]: each for each in consul_services(spec(**description), "demo")}


def test_each_port_has_a_name_and_the_first_one_the_service_s() -> None:
    found = services(ports=TWO_PORTS)
    assert {name: each["PortLabel"] for name, each in found.items()} == {
        "router--demo": "http",
        "router--demo--side-door": "side_door",
    }
    assert {each["Provider"] for each in found.values()} == {"consul"}


def test_they_belong_to_the_task_that_may_end() -> None:
    assert [each["Name"] for each in task(job(spec()))["Services"]] == ["router--demo"]


def test_people_and_tools_can_tell_canaries_and_versions() -> None:
    found = services(version="7", labels={"team/name": "x y"})["router--demo"]
    assert set(found["CanaryTags"]) - set(found["Tags"]) == {"canary"}
    assert (found["Meta"]["release"], found["CanaryMeta"]["release"]) == ("stable", "canary")
    expected = {"environment": "demo", "service": "router", "version": "7", "port": "http", "label-team-name": "x y"}
    assert expected.items() <= found["Meta"].items()
    assert expected.items() <= found["CanaryMeta"].items()


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ({}, {"Type": "http", "Path": "/health", "PortLabel": "http"}),
        ({"path": "/ok"}, {"Type": "http", "Path": "/ok", "PortLabel": "http"}),
        ({"path": "/ok", "port": "side-door"}, {"Type": "http", "Path": "/ok", "PortLabel": "side_door"}),
        ({"tcp": True}, {"Type": "tcp", "PortLabel": "http"}),
        ({"command": ["/bin/ok", "now"]}, {"Type": "script", "Command": "/bin/ok", "Args": ["now"]}),
    ],
)
def test_every_port_is_well_when_the_instance_is(health: dict[str, Any], expected: dict[str, Any]) -> None:
    for found in services(ports=TWO_PORTS, health=health).values():
        (check,) = found["Checks"]
        assert expected.items() <= check.items()


def test_the_times_of_a_check() -> None:
    (check,) = services(health={"interval": 5, "timeout": 1.5, "grace": 30})["router--demo"]["Checks"]
    assert (check["Interval"], check["Timeout"]) == (5 * SECOND, 1.5 * SECOND)
    assert check["CheckRestart"]["Grace"] == 30 * SECOND


@pytest.mark.parametrize("interval", [1, 3, 10, 300])
def test_an_instance_is_restarted_only_after_it_was_unwell_for_a_while(interval: int) -> None:
    (check,) = services(health={"interval": interval, "grace": 300})["router--demo"]["Checks"]
    assert (check["CheckRestart"]["Limit"] - 1) * interval >= 15


def test_consul_takes_no_check_below_a_second() -> None:
    (check,) = services(health={"timeout": 0.2})["router--demo"]["Checks"]
    assert check["Timeout"] == SECOND


def test_a_worker_is_registered_only_when_it_is_asked() -> None:
    assert services(kind="worker") == {}
    found = services(kind="worker", health={"command": ["/bin/ok"]})["router--demo"]
    assert "PortLabel" not in found
    assert [check["Type"] for check in found["Checks"]] == ["script"]
