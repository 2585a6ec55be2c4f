"""Every rule on what keeps it, what breaks it, and what makes no sense."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.plugins.wire import UNKNOWN, Secret
from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.pack import OWN
from policies.rule import Rule
from policies.rules import DOMAINS, RULES
from tests.policies.examples import cloud, identity, keeping, managed, pods, running
from tests.policies.examples.making import Example, resource

EXAMPLES: dict[str, Example] = {
    **cloud.EXAMPLES,
    **managed.EXAMPLES,
    **identity.EXAMPLES,
    **keeping.EXAMPLES,
    **pods.EXAMPLES,
    **running.EXAMPLES,
}
ABOUT_BEING_THERE = ("no-users", "no-single-pods")
"""Rules that nothing of their types keeps."""
FORMS = [
    r"CIS AWS \d[\d.]*",
    r"CIS Kubernetes 5\.\d[\d.]*",
    r"FSBP [A-Za-z0-9]+\.\d+",
    r"(checkov|awsguard|pulumi) \S+",
]


def found(rule: Rule, resources: tuple[Resource, ...], environment: str = "dev") -> list[str]:
    """What the rule says of an environment, with its own configuration."""
    config = Node(dict(rule.config))
    if rule.whole:
        return [message for _, message in rule.whole(Stack(environment, resources), config)]
    assert rule.check
    looked_at = [each for each in resources if not rule.types or each.type in rule.types]
    return [message for each in looked_at for message in rule.check(each, config)]


def test_every_rule_has_examples_and_every_example_is_of_a_rule() -> None:
    assert set(EXAMPLES) == {rule.name for rule in RULES}
    assert all(example.passes and example.violates for example in EXAMPLES.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_lets_what_is_right_pass_and_sees_each_thing_that_is_wrong(rule: Rule) -> None:
    example = EXAMPLES[rule.name]
    for resources in example.passes:
        assert found(rule, resources) == []
    looked_at = {each.type for resources in example.passes for each in resources} & rule.types
    assert looked_at or not rule.types or rule.name in ABOUT_BEING_THERE
    for resources in example.violates:
        assert found(rule, resources), resources


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_all_that_people_ask(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    for text in (rule.what, rule.why):
        assert text[0].isupper() and text[-1] not in ".!" and "\n" not in text
    assert rule.fix and rule.fix[-1] != "." and "\n" not in rule.fix
    assert isinstance(rule.severity, Severity)
    assert bool(rule.check) != bool(rule.whole)
    for reference in rule.references:
        assert any(re.fullmatch(form, reference) for form in FORMS), reference
    for resources in EXAMPLES[rule.name].violates:
        for message in found(rule, resources):
            assert message[0].islower() and message[-1] != "." and "\n" not in message


def test_names_are_of_one_rule_each() -> None:
    names = [rule.name for rule in RULES] + list(OWN)
    assert len(names) == len(set(names)) >= 60
    assert len({domain.name for domain in DOMAINS}) == len(DOMAINS)


# What makes no sense

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 70000),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["*", "Allow", "{", "[]", "ami-1", "HTTP", "$Latest", "AAAA", '{"Statement": 3}', "0.0.0.0/0"]),
    st.just(UNKNOWN),
    st.just(Secret("x")),
)


def keys_of(value: Any) -> set[str]:
    """All keys in there, at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys_of(item)}
    return {key for item in value for key in keys_of(item)} if isinstance(value, list) else set()


KEYS = sorted(
    {key for example in EXAMPLES.values() for one in example.violates for each in one for key in keys_of(each.props)}
)
VALUES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=4),
    max_leaves=20,
)
BAGS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)


@st.composite
def spoiled(draw: Any, good: Any) -> Any:
    """Properties that are right, with something else at a place."""
    if not isinstance(good, (dict, list)) or not good or draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    keys = list(good) if isinstance(good, dict) else range(len(good))
    key = draw(st.sampled_from(list(keys)))
    inner = draw(spoiled(good[key]))
    if isinstance(good, dict):
        return {**good, key: inner}
    return [*good[:key], inner, *good[key + 1 :]]


RESOURCES = [each for example in EXAMPLES.values() for one in (*example.passes, *example.violates) for each in one]


@settings(max_examples=300)
@given(good=st.sampled_from(RESOURCES), data=st.data())
def test_no_property_makes_a_rule_fail(good: Resource, data: Any) -> None:
    props = data.draw(spoiled(good.props))
    bad = resource(good.type, props if isinstance(props, dict) else {"it": props}, name="other")
    for rule in RULES:
        found(rule, (bad, good, bad))


@settings(max_examples=100)
@given(props=BAGS)
def test_no_bag_of_properties_makes_a_rule_fail(props: dict[str, Any]) -> None:
    for rule in RULES:
        found(rule, tuple(resource(kind, props) for kind in sorted(rule.types) or ["aws:ec2/vpc:Vpc"]))
