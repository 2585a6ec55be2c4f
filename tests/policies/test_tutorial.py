"""The rule that the tutorial writes: as it is shown there, it judges the examples shown there."""

import datetime
from typing import Any

import yaml

from policies.exemptions import read_exemptions
from policies.model import Level, Report, Resource
from policies.pack import OWN, Pack
from policies.rules import RULES
from policies.settings import read_settings
from tests.policies.examples import cloud
from tests.tutorials import titled

PAGE = "tutorials/write-a-rule"


def shown(title: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a module of the tutorial defines."""
    (source,) = titled(PAGE, title)
    names = dict(known or {})
    exec(compile(source, title, "exec"), names)
    return names


def test_the_rule_judges_its_examples_and_can_be_allowed_for_a_time() -> None:
    rules = shown("policies/rules/parameters.py")["rules"].rules
    (name,) = [rule.name for rule in rules]
    example = shown("tests/policies/examples/cloud.py", vars(cloud))["PARAMETERS"][name]
    assert name not in {rule.name for rule in RULES}
    table = yaml.safe_load(titled(PAGE, "policies/settings.yaml")[0])["levels"]
    levels = {**dict.fromkeys(OWN, ["disabled"] * 4), **table}
    columns = ["local", "dev", "qa", "prod"]
    settings = read_settings(rules, OWN, yaml.safe_dump({"environments": columns, "levels": levels}))
    (allowed,) = titled(PAGE, "policies/exemptions.yaml")

    def judged(resources: tuple[Resource, ...], environment: str, given: str = "exemptions: []") -> Report:
        exemptions = read_exemptions([name], tuple(columns), text=given)
        return Pack(rules, settings, exemptions).judge(resources, environment, datetime.date(2030, 1, 31))

    for resources in example.passes:
        assert not judged(resources, "prod").violations
    for resources in example.violates:
        (told,) = judged(resources, "dev").violations
        assert (told.level, told.message) == (Level.ADVISORY, "lies at /elsewhere/pools")
        assert judged(resources, "prod").fails
    old = Resource("aws:ssm/parameter:Parameter", "old-pools", "urn:old", {"name": "/elsewhere"})
    assert [use.owner for use in judged((old,), "dev", allowed).exempted] == ["platform"]
    assert judged((old,), "qa", allowed).fails
