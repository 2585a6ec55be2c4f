"""How long what takes ways away waits for the instances that have them."""

import asyncio
from typing import Any

import pulumi
import pytest

from foxden.schedulers.kubernetes import leaving
from tests.unit.schedulers.kubernetes.samples import rendered

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
