"""The pack itself: levels, exemptions, and what is wrong in the files that say them."""

import datetime
from dataclasses import replace
from typing import Any

import pytest

from foxden.errors import InvalidInput
from local.plugins.wire import UNKNOWN, Secret
from policies import pack
from policies.exemptions import read_exemptions
from policies.model import Level, Report, Resource, Severity, Stack
from policies.node import Node
from policies.pack import Pack
from policies.rule import Domain
from policies.settings import read_settings

TODAY = datetime.date(2030, 1, 31)
COLUMNS = ("local", "dev", "qa", "prod")
rules = Domain("tests")
FACTS: Any = {"severity": Severity.HIGH, "what": "It is round", "why": "It must roll", "fix": "make it round"}


@rules.rule("round", "t:index:Wheel", **FACTS, config={"tolerance": 0})
def _round(wheel: Resource, config: Node) -> Any:
    if wheel.inputs["corners"].above(config["tolerance"].number or 0):
        yield f"has {wheel.inputs['corners'].number} corners"


@rules.whole("four", **FACTS)
def _four(stack: Stack, _config: Node) -> Any:
    if len(list(stack.of("t:index:Wheel"))) > 4:
        yield None, "has too many wheels"


@rules.rule("broken", "t:index:Trap", **FACTS)
def _broken(trap: Resource, _config: Node) -> Any:
    yield trap.props["no such"]


SETTINGS = """
environments: [local, dev, qa, prod]
levels:
  exemption-expired: [disabled, mandatory, mandatory, mandatory]
  exemption-unused: [disabled, advisory, mandatory, mandatory]
  round: [disabled, advisory, mandatory, mandatory]
  four: [advisory, advisory, advisory, mandatory]
  broken: [mandatory, mandatory, mandatory, mandatory]
config:
  round:
    all: {tolerance: 1}
    prod: {tolerance: 2}
"""


def wheel(name: str, corners: Any) -> Resource:
    return Resource("t:index:Wheel", name, f"urn:pulumi:dev::foxden::t:index:Wheel::{name}", {"corners": corners})


def exemption(**changed: Any) -> dict[str, Any]:
    given = {
        "rule": "round",
        "resource": "t:index:Wheel::old-*",
        "environments": ["dev", "prod"],
        "owner": "ana",
        "reason": "it never moves",
        "expires": "2030-01-31",
    }
    return {**given, **changed}


def read(entries: list[dict[str, Any]]) -> Any:
    lines = [f"- {{{', '.join(f'{key}: {value}' for key, value in entry.items())}}}" for entry in entries]
    return read_exemptions(["round", "four"], COLUMNS, text="exemptions:\n" + "\n".join(lines))


def judged(*resources: Resource, environment: str = "dev", exemptions: Any = (), today: Any = TODAY) -> Report:
    settings = read_settings(rules.rules, pack.OWN, SETTINGS)
    return Pack(rules.rules, settings, read(list(exemptions)) if exemptions else ()).judge(
        resources, environment, today
    )


def test_a_violation_says_where_what_how_bad_and_what_to_do() -> None:
    report = judged(wheel("a", 0), wheel("b", 3))
    (found,) = report.violations
    assert (found.rule, found.label, found.message) == ("round", "t:index:Wheel::b", "has 3 corners")
    assert (found.level, found.severity, found.fix) == (Level.ADVISORY, Severity.HIGH, "make it round")
    assert str(found) == "t:index:Wheel::b: has 3 corners [round]"
    assert (report.judged, report.column, report.fails) == (2, "dev", False)


@pytest.mark.parametrize(
    ("environment", "corners", "levels"),
    [
        ("local", 3, []),
        ("dev", 1, []),
        ("dev", 2, ["advisory"]),
        ("qa", 2, ["mandatory"]),
        ("prod", 2, []),
        ("prod", 3, ["mandatory"]),
        ("nobody-knows-it", 3, ["mandatory"]),
    ],
)
def test_levels_and_configuration_are_those_of_the_environment(environment: str, corners: int, levels: Any) -> None:
    report = judged(wheel("a", corners), environment=environment)
    assert [each.level for each in report.violations] == levels
    assert report.fails == ("mandatory" in levels)


@pytest.mark.parametrize("value", [UNKNOWN, Secret(9)])
def test_what_can_not_be_read_is_no_violation(value: Any) -> None:
    assert judged(wheel("a", value)).violations == ()


def test_a_rule_on_all_resources_speaks_of_the_environment() -> None:
    (found,) = judged(*(wheel(str(number), 0) for number in range(5))).violations
    assert str(found) == "the environment: has too many wheels [four]"


def test_a_rule_that_fails_lets_nothing_pass() -> None:
    (found,) = judged(Resource("t:index:Trap", "t", "urn")).violations
    assert found.message == "could not be judged: the rule failed with KeyError('no such')"
    assert found.level is Level.MANDATORY


# Exemptions


def test_an_exemption_allows_what_it_names_and_every_use_is_told() -> None:
    report = judged(wheel("old-1", 3), wheel("new", 3), exemptions=[exemption()])
    assert [each.label for each in report.violations] == ["t:index:Wheel::new"]
    (use,) = report.exempted
    assert str(use) == "t:index:Wheel::old-1: has 3 corners [round]: allowed by ana until 2030-01-31: it never moves"


def test_one_on_the_environment_as_a_whole() -> None:
    wheels = [wheel(str(number), 0) for number in range(5)]
    report = judged(*wheels, exemptions=[exemption(rule="four", resource="environment")])
    assert (report.violations, len(report.exempted)) == ((), 1)


def test_one_that_is_over_allows_nothing_and_is_a_violation() -> None:
    report = judged(wheel("old-1", 3), exemptions=[exemption()], today=TODAY + datetime.timedelta(days=1))
    assert [each.rule for each in report.violations] == ["exemption-expired", "round"]
    assert report.exempted == () and report.fails


def test_one_that_nothing_needs_is_a_violation_where_it_holds() -> None:
    for environment, rules_broken in (("dev", ["exemption-unused"]), ("qa", [])):
        report = judged(wheel("old-1", 0), environment=environment, exemptions=[exemption()])
        assert [each.rule for each in report.violations] == rules_broken


@pytest.mark.parametrize("corners", [UNKNOWN, Secret(3), [0, {"of": UNKNOWN}]])
def test_one_whose_resource_is_not_all_known_yet_may_be_needed(corners: Any) -> None:
    known = replace(wheel("old-1", 0), props={"corners": 0, "more": corners})
    assert judged(known, wheel("new", 0), exemptions=[exemption()]).violations == ()
    report = judged(wheel("old-1", 0), replace(known, name="new"), exemptions=[exemption()])
    assert [each.rule for each in report.violations] == ["exemption-unused"]


def test_what_inherits_need_not_have_what_is_allowed_to_its_base() -> None:
    """A special-purpose environment has only a part of what the environment has whose levels it has."""
    settings = read_settings(rules.rules, pack.OWN, SETTINGS)
    known = Pack(rules.rules, settings, read([exemption()]))
    assert known.judge([wheel("old-1", 0)], "demo", TODAY, "dev").violations == ()
    report = known.judge([wheel("old-1", 3)], "demo", TODAY, "dev")
    assert (report.violations, len(report.exempted)) == ((), 1)


# The files


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_settings(rules.rules, pack.OWN, text)
    return str(caught.value).splitlines()


def test_every_problem_of_the_settings_is_told_at_once() -> None:
    wrong = SETTINGS.replace("  four: [advisory, advisory, advisory, mandatory]\n", "  for: [advisory]\n")
    wrong = wrong.replace("broken: [mandatory,", "broken: [mandatry,").replace("prod: {tolerance", "test: {tolerence")
    assert problems(wrong) == [
        "policies/settings.yaml: levels.for is not a known field, did you mean 'four'?",
        "policies/settings.yaml: levels.four must be given",
        "policies/settings.yaml: levels.for must have a level for each of local, dev, qa, prod, got 1",
        "policies/settings.yaml: levels.broken must be one of disabled, advisory, mandatory, got 'mandatry', "
        "did you mean 'mandatory'?",
        "policies/settings.yaml: config.round.test is not a known field",
        "policies/settings.yaml: config.round.test.tolerence is not a known field, did you mean 'tolerance'?",
    ]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"rule": "rund"}, "rule is no rule, got 'rund', did you mean 'round'?"),
        ({"environments": ["moon"]}, "environments must be of local, dev, qa, prod, got 'moon'"),
        ({"environments": []}, "environments must name one at least: else nobody is told when it is over"),
        ({"expires": "never"}, "expires must be a day such as 2030-01-31, got 'never'"),
        ({"until": "later"}, "until is not a known field"),
        ({"owner": "''"}, "owner must be a text that is not empty, got ''"),
    ],
)
def test_what_is_wrong_with_an_exemption(changed: Any, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read([exemption(**changed)])
    assert str(caught.value) == f"policies/exemptions.yaml: exemptions[0].{problem}"


def test_the_files_of_the_repository_are_right() -> None:
    loaded = pack.load()
    assert loaded.settings.columns == COLUMNS
    assert loaded.settings.column("dev") == "dev"
