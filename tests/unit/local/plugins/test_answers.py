"""What the engine is told: secrets sealed, inputs after a read, names made, configuration as text."""

import json
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.plugins import answers, consul, nomad
from local.plugins.comparing import Change, Kind
from local.plugins.consul.provider import PACKAGE as CONSUL
from local.plugins.nomad.provider import PACKAGE as NOMAD
from local.plugins.schema import ListOf, Property, Record, Scalar, Table
from local.plugins.wire import UNKNOWN, Secret, Values
from tests.unit.local.plugins.fake import PACKAGE, FakeHandler

_HANDLER = FakeHandler()


def test_secrets_are_sealed_by_the_table_by_the_input_and_by_origin() -> None:
    outputs = {"name": "n", "text": "t", "items": {"a": "1"}, "made": "from text", "size": None}
    assert answers.sealed(_HANDLER, outputs, {"text": Secret("t"), "name": "n"}) == {
        "name": "n",
        "text": Secret("t"),
        "items": Secret({"a": "1"}),
        "made": Secret("from text"),
    }


def test_a_secret_deep_inside_seals_the_whole_property() -> None:
    assert answers.sealed(_HANDLER, {"labels": {"a": "1"}}, {"labels": {"a": Secret("1")}})["labels"] == Secret(
        {"a": "1"}
    )


def test_a_read_shows_drift_in_what_was_given() -> None:
    live = {"name": "n", "text": "changed", "size": 3, "labels": {"x": "by hand"}, "made": "m", "place": "dc1"}
    assert answers.read_inputs(_HANDLER.table, {"name": "n", "text": "t"}, live) == {
        "name": "n",
        "text": "changed",
        "size": 3,
        "labels": {"x": "by hand"},
    }


def test_a_read_drops_what_is_gone_and_adds_no_emptiness() -> None:
    live = {"name": "n", "text": "t", "labels": {}, "place": ""}
    assert answers.read_inputs(_HANDLER.table, {"name": "n", "labels": {"a": "1"}, "items": {"a": "1"}}, live) == {
        "name": "n",
        "text": "t",
        "labels": {},
    }


def test_an_autoname_is_kept_once_made_and_never_wins() -> None:
    table = Table((Property("name", autoname=True),))
    made = answers.autonames(table, {}, {}, "web", b"seed")
    assert made["name"].startswith("web-") and len(made["name"]) == len("web-") + 7
    assert answers.autonames(table, {}, {}, "web", b"seed") == made
    assert answers.autonames(table, {}, {"name": "web-old"}, "web", b"other") == {"name": "web-old"}
    assert answers.autonames(table, {"name": "mine"}, {}, "web", b"seed") == {}


_CONFIG = Table(
    (
        Property("address"),
        Property("verify", Scalar.BOOLEAN),
        Property("headers", ListOf(Record((Property("name"),))), secret=True),
    )
)


@given(
    st.fixed_dictionaries(
        {"address": st.text(), "verify": st.booleans(), "headers": st.lists(st.fixed_dictionaries({"name": st.text()}))}
    )
)
def test_a_configuration_survives_as_text(config: Values) -> None:
    written = answers.config_to_text({**config, "headers": Secret(config["headers"])})
    assert all(isinstance(value, (str, Secret)) for value in written.values())
    assert answers.config_from_text(_CONFIG, written) == {**config, "headers": Secret(config["headers"])}


def test_a_configuration_leaves_the_engines_own_out() -> None:
    given_config = {"version": "1.2.3", "pluginDownloadURL": "u", "address": "a", "verify": "nonsense", "typo": "x"}
    assert answers.config_from_text(_CONFIG, given_config) == {"address": "a", "verify": "nonsense", "typo": "x"}


def test_an_unknown_setting_stays_unknown() -> None:
    assert answers.config_to_text({"address": UNKNOWN}) == {"address": UNKNOWN}


def test_a_diff_is_told_by_path_and_by_property() -> None:
    response = answers.diff_response(
        [Change("a.x", Kind.ADD), Change("a.y", Kind.DELETE), Change("b", Kind.UPDATE, True)]
    )
    assert list(response.diffs) == ["a", "b"]
    assert list(response.replaces) == ["b"]
    assert response.hasDetailedDiff and set(response.detailedDiff) == {"a.x", "a.y", "b"}
    assert response.changes == response.DIFF_SOME
    assert answers.diff_response([]).changes == response.DIFF_NONE


class TestSchema:
    packages: ClassVar[list[Any]] = [NOMAD, CONSUL, PACKAGE]

    @pytest.mark.parametrize("package", packages, ids=lambda package: package.name)
    def test_names_every_type_and_property(self, package: Any) -> None:
        schema = json.loads(answers.schema_of(package))
        for handler in package.handlers:
            resource = schema["resources"][handler.type]
            assert set(resource["properties"]) == set(handler.table.by_name)
            assert set(resource["requiredInputs"]) <= set(resource["inputProperties"])

    def test_the_packages_say_what_they_are(self) -> None:
        assert "stand-in" in str(nomad.__doc__) and "stand-in" in str(consul.__doc__)
