"""What counts as unplanned in a preview over the previous release's state, without an engine."""

from typing import Any

from tests.engine.compatibility.released import Released, unplanned

STACK = "urn:pulumi:dev::foxden::"


def step(op: str, rest: str) -> dict[str, Any]:
    return {"op": op, "urn": f"{STACK}{rest}"}


def test_only_what_goes_is_told() -> None:
    steps = [step("same", "a:b:C::x"), step("update", "a:b:C::y"), step("create", "a:b:C::z")]
    assert unplanned(steps, {}) == []
    steps += [step("delete", "a:b:C::gone"), step("replace", "a:b:C::other")]
    assert unplanned(steps, {}) == ["delete a:b:C::gone", "replace a:b:C::other"]


def test_what_is_planned_may_go_and_must() -> None:
    steps = [step("delete", "a:b:C::gone")]
    assert unplanned(steps, {"C::gone": "it was never used"}) == []
    assert unplanned([], {"C::gone": "it was never used"}) == ["planned, but it stays: C::gone (it was never used)"]


def test_an_address_is_changed_everywhere() -> None:
    before = Released('{"address": "http://old"}', {"cluster.json": "http://old http://older"})
    after = before.with_changed({"http://old": "http://new"})
    assert after == Released('{"address": "http://new"}', {"cluster.json": "http://new http://newer"})
