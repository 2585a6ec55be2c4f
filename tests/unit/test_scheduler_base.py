"""The contract's own parts: the table of schedulers, and what is said of what one can't do."""

from dataclasses import replace
from typing import Any

import pytest

from foxden import InvalidInput
from foxden.schedulers import base
from foxden.schedulers.base import SCHEDULERS, Capabilities, mapped, scheduler, unsupported
from foxden.service.discovery import provided
from foxden.service.parse import parse_service
from tests import fake_scheduler
from tests.mocks import run, unknown_output

WEB: dict[str, Any] = {"image": "a:1", "port": 80}


@pytest.fixture(autouse=True)
def _schedulers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "SCHEDULERS", {"fake": "tests.fake_scheduler"})


def test_a_scheduler_is_added_by_a_line_in_the_table() -> None:
    assert scheduler("fake") == fake_scheduler.SCHEDULER


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fak", "cluster: scheduler must be one of fake, got 'fak', did you mean 'fake'?"),
        ("", "cluster: scheduler must be one of fake, got ''"),
        (None, "cluster: scheduler must be one of fake, got None"),
        (["fake"], "cluster: scheduler must be one of fake, got ['fake']"),
    ],
)
def test_a_scheduler_that_is_none(name: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        scheduler(name)
    assert str(caught.value) == message


def test_nomad_is_there() -> None:
    assert SCHEDULERS["nomad"] == "foxden.schedulers.nomad"


def told(description: Any, **can: Any) -> list[str]:
    """What is said of a wish, with capabilities changed."""
    chosen = fake_scheduler.FakeScheduler()
    chosen.capabilities = replace(Capabilities(), **can)
    others = [parse_service("rpc", {"image": "a:1", "ports": {"x": {"port": 1, "protocol": "grpc"}}})]
    spec = parse_service("pods", description)
    problems = unsupported(spec, provided([spec, *others]), chosen)
    assert {problem.subject for problem in problems} <= {"service 'pods'"}
    return [problem.message for problem in problems]


NOBODY = "is not possible with scheduler 'fake' (nor with any other scheduler yet)"
POSSIBLE = "is not possible with scheduler 'fake' (possible with: fake)"


@pytest.mark.parametrize(
    ("description", "can", "message"),
    [
        ({"kind": "cron", "image": "a", "schedule": "1 1 1 1 1"}, {"kinds": frozenset()}, f"kind 'cron' {NOBODY}"),
        ({"kind": "job", "image": "a"}, {"kinds": frozenset()}, f"kind 'job' {POSSIBLE}"),
        (WEB, {"strategies": frozenset()}, f"release.strategy 'rolling' {POSSIBLE}"),
        (
            {**WEB, "release": {"strategy": "blue-green"}},
            {"strategies": frozenset()},
            f"release.strategy 'blue-green' {NOBODY}",
        ),
        (WEB, {"checks": frozenset()}, f"health by http {POSSIBLE}"),
        ({**WEB, "health": {"command": ["a"]}}, {"checks": frozenset()}, f"health by command {NOBODY}"),
        (WEB, {"images": False}, f"image {POSSIBLE}"),
        ({"command": ["a"], "port": 80}, {"commands": False}, f"command {NOBODY}"),
        ({**WEB, "autoscaling": {"min": 1, "max": 2}}, {"autoscaling": False}, f"autoscaling {POSSIBLE}"),
        ({**WEB, "cpu_limit": 1}, {"cpu_limits": False}, f"cpu_limit {NOBODY}"),
        (
            {"kind": "cron", "image": "a", "schedule": "1 1 1 1 1", "timezone": "Europe/Vienna"},
            {"timezones": False},
            f"timezone 'Europe/Vienna' {POSSIBLE}",
        ),
        ({**WEB, "needs": ["rpc"]}, {"need_protocols": frozenset()}, f"needs 'rpc' over grpc {NOBODY}"),
    ],
)
def test_what_a_scheduler_lacks_is_said_with_who_has_it(description: Any, can: Any, message: str) -> None:
    assert told(description, **can) == [message]
    assert told(description) == []


def test_all_that_is_lacking_is_said_at_once() -> None:
    wishes = {**WEB, "cpu_limit": 1, "autoscaling": {"min": 1, "max": 2}}
    assert len(told(wishes, cpu_limits=False, autoscaling=False, images=False)) == 3


def test_mapped_works_on_what_is_plain_and_on_what_is_not() -> None:
    assert mapped(2, str) == "2"
    found: list[str] = []

    def program() -> None:
        mapped(mapped(unknown_output(), str), found.append)

    run(program, preview=True)
    assert found == []
