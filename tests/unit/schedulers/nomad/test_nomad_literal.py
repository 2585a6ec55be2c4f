"""Text of the developer's arrives as it was written."""

import re

from hypothesis import given
from hypothesis import strategies as st

from foxden.schedulers.nomad.literal import META, config_value, config_values, env_value, env_values, is_reference

TEXTS = st.lists(
    st.sampled_from(["${NOMAD_ALLOC_ID}", "${attr.cpu.arch}", "${", "%{", "$", "%", "{", "}", "$$", "%%", "a", " "])
    | st.text(max_size=3),
    max_size=8,
).map("".join)

KNOWN = {f"NOMAD_META_{name}": value for name, value in META.items()} | {
    "NOMAD_ALLOC_ID": "replaced!",
    "attr.cpu.arch": "replaced!",
    "a": "replaced!",
}


def nomad_replaces(text: str) -> str:
    """As helper/args in Nomad's source: in one pass, and only names that it knows."""
    return re.sub(r"\$\{([a-zA-Z0-9_\-.]+)\}", lambda found: KNOWN.get(found[1], found[0]), text)


def hcl_evaluates(text: str) -> str:
    """As an HCL template of nothing but references; anything else that HCL would read is an error."""
    parts = re.split(r"\$\{(\w+)\}", text)
    rest, names = parts[::2], parts[1::2]
    assert not any("${" in part or "%{" in part for part in rest)
    # Before a reference, another '$' would make it an escape.
    assert not any(part.endswith(("$", "%")) for part in rest[:-1])
    return "".join(part + (KNOWN[name] if name else "") for part, name in zip(rest, [*names, ""], strict=True))


@given(TEXTS)
def test_env_values_survive(text: str) -> None:
    assert nomad_replaces(env_value(text)) == text


@given(TEXTS)
def test_values_of_a_driver_survive(text: str) -> None:
    assert hcl_evaluates(config_value(text)) == text


def test_what_needs_no_escape_stays_readable() -> None:
    plain = "costs 5$, 100% {sure} $HOME"
    assert env_value(plain) == config_value(plain) == plain


def test_a_reference_needs_a_name_between_braces() -> None:
    assert is_reference("x ${a.b-c_1} y")
    assert not any(map(is_reference, ["$HOME", "${}", "${a b}", "{{ a }}"]))


def test_collections_are_escaped_one_by_one() -> None:
    assert env_values({"A": "${a}", "B": "b"}) == {"A": "${NOMAD_META_dollar}{a}", "B": "b"}
    assert config_values(["%{a}", "b"]) == ["${NOMAD_META_percent}{a}", "b"]
