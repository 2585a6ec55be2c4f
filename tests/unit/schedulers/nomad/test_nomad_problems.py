"""What is refused before anything is changed."""

from typing import Any

import pytest

from foxden.schedulers.nomad.problems import service_problems
from foxden.service.reader import UNKNOWN
from tests.unit.schedulers.nomad.samples import spec

CLUSTER: Any = {
    "scheduler": "nomad",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "http://127.0.0.1:4646",
    "discovery_address": "http://127.0.0.1:8500",
}


def problems(name: str = "it", cluster: Any = CLUSTER, **description: Any) -> list[str]:
    """What is said of a service."""
    return [str(problem) for problem in service_problems(spec(name, **description), cluster)]


def test_a_usual_service_is_taken() -> None:
    assert problems(ports={"http": {"port": 80}, "admin": {"port": 81}}, labels={"a": "b"}, env={"A": "${HOME}"}) == []


def test_names_that_dns_has_no_room_for() -> None:
    name = "n" * 40
    assert problems(name, ports={"http": {"port": 80}, "p" * 14: {"port": 81}}) == []
    (message,) = problems(
        name, ports={"http": {"port": 80}, "p" * 15: {"port": 81}}, cluster={**CLUSTER, "environment": "e" * 5}
    )
    assert message.startswith(f"service '{name}': ports.{'p' * 15} would be called '{name}--eeeee--{'p' * 15}' in DNS")
    assert "64 characters" in message


def test_a_deadline_that_no_instance_could_meet() -> None:
    (message,) = problems(health={"grace": 20}, release={"min_healthy": 15, "deadline": 35})
    assert message == (
        "service 'it': release.deadline must be above health.grace and release.min_healthy together (35) "
        "with scheduler 'nomad', got 35"
    )
    assert problems(health={"grace": 20}, release={"min_healthy": 15, "deadline": 36}) == []


def test_a_deadline_that_ends_before_an_instance_may() -> None:
    """Nomad refuses such a job."""
    (message,) = problems(termination_grace=181)
    assert message == (
        "service 'it': release.deadline must be at least termination_grace (181) with scheduler 'nomad', got 180"
    )
    assert problems(termination_grace=180) == problems(termination_grace=181, release={"deadline": 181}) == []
    assert problems(kind="job", image="a:1", termination_grace=3600) == []


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"health": {"command": ["/ok", "${x}"]}}, "health.command must not hold '${name}', which Nomad would replace"),
        ({"labels": {"a": "${x}"}}, "labels.a must not hold '${name}', which Nomad would replace"),
        ({"labels": {"a.b": "1", "a/b": "2"}}, "labels.a/b and labels.a.b are one to Consul"),
        ({"placement": {"meta": {"pool": "a"}}}, "placement.meta.pool is kept for the pool's own name"),
        ({"placement": {"meta": {"a": "${x}"}}}, "placement.meta.a must not hold '${name}', which Nomad would replace"),
        ({"placement": {"node_class": "${x}"}}, "placement.node_class must not hold '${name}'"),
        ({"memory": 9}, "memory must be at least 10 with scheduler 'nomad', got 9"),
        ({"labels": {f"l{n}": "" for n in range(59)}}, "labels must be at most 58 with scheduler 'nomad', got 59"),
        ({"env": {"NOMAD_X": "1"}}, "env.NOMAD_X must not begin with 'NOMAD_'"),
        ({"secrets": {"NOMAD_X": "x"}}, "secrets.NOMAD_X must not begin with 'NOMAD_'"),
    ],
)
def test_what_nomad_or_consul_would_change(description: dict[str, Any], message: str) -> None:
    (found,) = problems(**description)
    assert found.startswith(f"service 'it': {message}")


def test_what_nomad_and_consul_just_take() -> None:
    assert problems(memory=10, labels={f"l{number}": "" for number in range(58)}) == []


CRON: dict[str, Any] = {"kind": "cron", "image": "a:1"}


@pytest.mark.parametrize("times", ["0 3 * * 1-7", "0 3 * * fri-07", "0 3 * * 7/2", "0 3 * * 05", "*/90 * * * *"])
def test_a_schedule_that_nomad_reads_otherwise(times: str) -> None:
    (message,) = problems(**CRON, schedule=times)
    assert message.startswith(
        "service 'it': schedule must hold no step above what its field can be, no day like '5-7', '1/2'"
    )
    assert message.endswith(f"with scheduler 'nomad', got '{times}'")


@pytest.mark.parametrize(
    "times", ["0 3 * * 5,*", "0 3 *,5 * mon", "0 3 L/2 * *", "0 */24 * * *", "0 3 * * */7", "0 3 * * 0-0"]
)
def test_a_schedule_that_is_not_one_to_nomad(times: str) -> None:
    assert len(problems(**CRON, schedule=times)) == 1


@pytest.mark.parametrize(
    "times",
    ["*/59 */23 */31 */12 */6", "05 07 01 01 7", "0 3 L * *", "0 3 LW,1 * *", "0 3 * * 7L,1#2", "0 3 * * MON-FRI,0"],
)
def test_a_schedule_that_nomad_reads_as_it_is_meant(times: str) -> None:
    assert problems(**CRON, schedule=times) == []


def test_a_cluster_without_consul() -> None:
    without = {key: value for key, value in CLUSTER.items() if key != "discovery_address"}
    assert problems(cluster=without) == ["cluster: discovery_address must be given: scheduler 'nomad' needs Consul"]


def test_options_of_the_cluster() -> None:
    assert problems(cluster={**CLUSTER, "options": {"core_mhz": UNKNOWN}}) == []
    (message,) = problems(cluster={**CLUSTER, "options": {"caddie": "x"}})
    assert message == "cluster: options.caddie is not a known field, did you mean 'caddy'?"
