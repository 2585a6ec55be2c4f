"""Secrets: what they are called, and what can't be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxden import InvalidInput
from foxden.naming import secret_problem
from foxden.schedulers.kubernetes.secrets import object_name, usable, version_of

NAMES = st.from_regex(r"\A[a-z0-9]{1,3}([-/][a-z0-9]{1,3}){0,3}\Z")
VERSIONS = st.sampled_from(["", "0a1b2c3d4e", "f0f0f0f0f0"])


@given(NAMES, VERSIONS, NAMES, VERSIONS)
def test_no_two_are_called_the_same(name: str, version: str, other: str, another: str) -> None:
    assert secret_problem(name) is None
    assert (object_name(name, version) == object_name(other, another)) == ((name, version) == (other, another))


def test_a_version_follows_from_the_value_and_from_where_it_is() -> None:
    version = version_of("demo", "key", "value")
    assert version == version_of("demo", "key", "value")
    assert len({version, *(version_of(*each) for each in (("demo", "key", "v"), ("qa", "key", "value")))}) == 3
    assert len(version) == 10 and "value" not in version


@pytest.mark.parametrize(
    ("value", "message"),
    [("a\0", "must not hold the character NUL"), ("a" * 1_000_001, "must have at most 1000000 bytes, has 1000001")],
)
def test_what_can_not_be_one_is_not_repeated(value: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        usable("demo", "key", value)
    assert str(caught.value).startswith(f"environment 'demo': secrets.key {message}")
    assert value not in str(caught.value)


def test_every_other_text_can() -> None:
    assert usable("demo", "key", "é 猫 😀 \n\t") == "é 猫 😀 \n\t"
