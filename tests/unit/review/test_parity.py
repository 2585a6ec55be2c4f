"""How environments differ, and what of that is a surprise."""

from pathlib import Path
from typing import Any

import pytest

from foxden import InvalidInput
from local.errors import LocalError
from local.stackfiles import environments
from policies.model import Level
from review.parity import report as module
from review.parity.compare import ABSENT, Comparison, compare
from review.parity.declared import Meant, parse_declared, read_declared
from review.parity.facts import BUILT, facts, flat, shown
from review.parity.report import Parity, findings, report
from stacks.services import SERVICES
from tests.unit.review.samples import DECLARED, FACTS, parity


def compared(*meant: Meant, **values: str) -> Comparison:
    return compare({name: {"x": value} for name, value in values.items()}, meant)


def test_what_is_the_same_everywhere_is_no_difference() -> None:
    assert compared(a="1", b="1").differences == ()


def test_what_nobody_meant_is_a_surprise_of_those_that_are_other_than_most() -> None:
    (found,) = compared(a="1", b="1", c="2").surprises
    assert (found.what, found.odd) == ("x", ("c",))
    (found,) = compared(a="1", b="2").surprises
    assert found.odd == ("a", "b")


def test_what_one_does_not_have_is_a_difference_too() -> None:
    (found,) = compare({"a": {"x": "1"}, "b": {}}, []).surprises
    assert found.values == {"a": "1", "b": ABSENT}


def test_what_is_meant_of_all_may_be_anything() -> None:
    found = compared(Meant("x", "so it is"), a="1", b="2", c="3")
    assert found.surprises == ()
    assert [each.why for each in found.meant] == ["so it is"]


def test_the_rest_must_agree_where_only_some_may_be_other() -> None:
    entry = Meant("*", "it is small", ("a",))
    assert compared(entry, a="1", b="2", c="2").surprises == ()
    (found,) = compared(entry, a="1", b="2", c="3").surprises
    assert found.odd == ("b", "c")


def test_the_reason_is_that_which_covers_it() -> None:
    some, all_of_them = Meant("*", "small", ("a",)), Meant("x", "its own")
    assert [each.why for each in compared(some, all_of_them, a="1", b="2", c="3").meant] == ["its own"]


def test_what_is_declared_in_vain_is_told() -> None:
    used, vain, elsewhere = Meant("x", "", ("a",)), Meant("x", "", ("b",)), Meant("y", "")
    assert compared(used, vain, elsewhere, a="1", b="2", c="2").unused == (vain, elsewhere)


def test_facts_are_flat_and_on_one_line() -> None:
    given = {"a": {"b": [1, "two"], "c": None, "d": True}, "e": 0.5, "f": [{"g": 1, "h": ""}], "i": {}, "j": []}
    assert dict(flat("x", given)) == {"x.a.b": "1, two", "x.a.d": "yes", "x.e": "0.5", "x.f": "g=1"}
    assert shown([]) == ""


def test_the_environments_of_this_repository_have_facts() -> None:
    found = facts("dev")
    assert found["cluster.cloud"] == "aws"
    assert found["cluster.servers"] == "3"
    assert found["services.pods.ports"] == "name=http number=8080 protocol=http"
    assert found["services.pods.health.check"] == "http"
    assert found["services.pods.secrets.API_KEY"] == "pods-api-key"
    assert facts("local")["services.pods.version"] == BUILT


def test_this_repository_has_no_surprises_and_nothing_declared_in_vain() -> None:
    found = report()
    assert [each.what for each in found.comparison.surprises] == []
    assert [each.what for each in found.comparison.unused] == []
    assert {*found.comparison.environments, *found.missing} == set(found.declared.environments)
    assert [each for name in environments() for each in findings(found, name)] == []


def told(found: Parity, environment: str) -> list[tuple[str, Level, str]]:
    return [(each.rule, each.level, each.message) for each in findings(found, environment)]


def test_a_surprise_is_a_finding_of_the_environment_that_is_other() -> None:
    message = "services.pods.replicas is 3, but local: 2; prod: 2"
    assert told(parity(), "dev") == [("parity-surprise", Level.ADVISORY, message)]
    assert told(parity(), "local") == []


def test_what_has_not_run_before_may_not_be_promoted() -> None:
    message = f"service 'pods': sha256:{'a' * 64} never was in qa"
    assert told(parity(), "prod") == [("promotion-ran-before", Level.MANDATORY, message)]


def test_what_is_declared_in_vain_is_a_finding_of_the_first_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = parse_declared({**DECLARED, "surprise": {"local": "advisory"}, "meant": [{"what": "y", "why": "no"}]})
    found = Parity(declared, compare({"local": FACTS["local"]}, declared.meant), (), ())
    assert told(found, "local") == [
        ("parity-declared-in-vain", Level.ADVISORY, "y is declared, but nothing differs so")
    ]


def problems(content: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_declared(content)
    return str(caught.value).splitlines()


def test_everything_wrong_in_the_file_is_told_at_once() -> None:
    begin = "stacks/differences.yaml: "
    assert problems(
        {
            "environments": ["dev", "prod"],
            "surprise": {"dve": "advisory", "prod": "bad"},
            "promotion": {"dev": "mandatory"},
            "meant": [{"what": "x"}, {"what": "x", "why": "y", "apart": ["qa"], "more": 1}],
            "surprises": {},
        }
    ) == [
        f"{begin}surprises is not a known field, did you mean 'surprise'?",
        f"{begin}surprise.dve is not a known field, did you mean 'dev'?",
        f"{begin}surprise.prod must be one of disabled, advisory, mandatory, got 'bad'",
        f"{begin}promotion.dev is not a known field",
        f"{begin}meant[0].why must be given",
        f"{begin}meant[1].more is not a known field",
        f"{begin}meant[1].apart must be of dev, prod, got 'qa'",
    ]
    assert problems(None) == [f"{begin}must be a mapping, got None"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"cannot read stacks/differences\.yaml"):
        read_declared(tmp_path)


def test_only_environments_with_a_file_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "environments", lambda: ["dev", "other"])
    found = report()
    assert found.comparison.environments == ("dev",)
    assert found.missing == ("local", "qa", "prod")
    assert found.promotions == ()


def test_what_a_service_does_in_consul_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVICES["pods"], "consul", {"writes": ["foxden/pods/"], "locks": True})
    found = facts("dev")
    assert found["services.pods.consul.writes"] == "foxden/pods/" and found["services.pods.consul.locks"] == "yes"
