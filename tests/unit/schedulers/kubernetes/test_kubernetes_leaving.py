"""How long what takes ways away waits for the instances that have them."""

import asyncio
from typing import Any

import pulumi
import pytest

from foxden.schedulers.kubernetes import leaving
from tests.unit.schedulers.kubernetes.samples import objects, rendered, spec

PORTS = {"http": {"port": 80}, "admin": {"port": 81}}


def kept(**description: Any) -> dict[str, Any]:
    """The policy that comes last."""
    found: dict[str, Any] = rendered(ports=PORTS, **description)["policy:kept"]
    return found


@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [
        ({"needs": ["db"]}, {}, True),
        ({"needs": ["db", "pods"]}, {"needs": ["db"]}, True),
        ({"routes": [{}]}, {}, True),
        ({}, {"needs": ["db"]}, False),
        ({"needs": ["db"]}, {"needs": ["db", "pods"], "routes": [{}]}, False),
        ({"needs": ["db"]}, {"needs": ["db"], "termination_grace": 99}, False),
    ],
)
def test_only_what_takes_something_away_waits(before: dict[str, Any], after: dict[str, Any], waits: bool) -> None:
    """For as long as an instance of the version before may take: it is that which ends."""
    old, new = kept(**before, termination_grace=30), kept(**{"termination_grace": 1, **after})
    assert leaving.seconds_before(old, new) == (35 if waits else 0)


@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [
        ({"key": "1"}, {"key": "2"}, True),
        ({"key": "1", "team/key": "1"}, {"key": "1"}, True),
        ({"key": "1"}, {}, True),
        ({"key": "1"}, {"key": "1", "team/key": "1"}, False),
        ({"key": ""}, {"key": ""}, False),
        ({}, {"key": "1"}, False),
    ],
)
@pytest.mark.parametrize(
    ("kind", "more", "waited"),
    [
        ("service", {"port": 80}, 35),
        ("worker", {}, 30),
        ("job", {}, 0),
        ("cron", {"schedule": "0 3 * * *"}, 0),
    ],
)
def test_a_secret_that_instances_may_still_use_is_waited_for(
    kind: str, more: dict[str, Any], waited: int, before: dict[str, str], after: dict[str, str], waits: bool
) -> None:
    """Whatever its value was: this ``up`` may end it. Runs of their own end nobody knows when."""

    def told(versions: dict[str, str]) -> dict[str, Any]:
        secrets = {f"VALUE_{number}": name for number, name in enumerate(versions)}
        service = spec(kind=kind, secrets=secrets, termination_grace=30, **more)
        found: dict[str, Any] = objects(service, versions=versions)["policy:kept"]
        return found

    assert leaving.seconds_before(told(before), told(after)) == (waited if waits else 0)


def test_a_policy_that_says_nothing_of_it_is_not_waited_for() -> None:
    old, new = kept(needs=["db"]), kept()
    del old["metadata"]["annotations"]
    assert leaving.seconds_before(old, new) == 0


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "secret"])
def test_the_hook_waits_whatever_the_engine_hands_it(monkeypatch: pytest.MonkeyPatch, wrapped: bool) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def hooked() -> None:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        old, new = kept(needs=["db"]), kept()
        if wrapped:
            old["spec"], new["spec"] = pulumi.Output.secret(old["spec"]), pulumi.Output.secret(new["spec"])
        await leaving.wait(pulumi.ResourceHookArgs("urn", "id", "pods--kept", "type", new_inputs=new, old_inputs=old))

    asyncio.run(hooked())
    assert waited[-1] == 20
