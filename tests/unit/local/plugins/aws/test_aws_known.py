"""What the real provider does not know is told before it is lost."""

import json
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from local.plugins.aws import translate
from local.plugins.aws.known import Known, schema_file

SCHEMA = {
    "resources": {
        "aws:index/vpc:Vpc": {
            "inputProperties": {
                "cidrBlock": {"type": "string"},
                "options": {"$ref": "#/types/aws:index/Options:Options"},
                "rules": {"type": "array", "items": {"$ref": "#/types/aws:index/Options:Options"}},
                "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            }
        }
    },
    "functions": {"aws:index/getAmi:getAmi": {"inputs": {"properties": {"owners": {"type": "array"}}}}},
    "types": {"aws:index/Options:Options": {"properties": {"size": {"type": "number"}}}},
}


class Stub:
    """A bridge that says its schema."""

    asked = 0

    def GetSchema(self, request: Any) -> Any:
        self.asked += 1
        return provider_pb2.GetSchemaResponse(schema=json.dumps(SCHEMA))


def unknown(tmp_path: Path, **values: Any) -> list[str]:
    made = struct_pb2.Struct()
    made.update(values)
    return Known(Stub(), tmp_path / "schema.json").unknown_of_type("aws:index/vpc:Vpc", made)


def test_what_is_known_is_fine(tmp_path: Path) -> None:
    found = unknown(
        tmp_path, cidrBlock="x", options={"size": 1}, rules=[{"size": 1}], tags={"any": "x"}, __defaults=["cidrBlock"]
    )
    assert found == []


def test_what_is_not_is_told_with_its_path(tmp_path: Path) -> None:
    found = unknown(tmp_path, region="x", options={"newer": 1}, rules=[{"size": 1}, {"other": 1}])
    assert sorted(found) == ["options.newer", "region", "rules[1].other"]


def test_nothing_is_no_property(tmp_path: Path) -> None:
    assert unknown(tmp_path, region=None) == []


def test_it_is_looked_for_in_secrets_and_not_in_what_is_unknown(tmp_path: Path) -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": {"newer": 1}}
    assert unknown(tmp_path, options=secret) == ["options.newer"]
    assert unknown(tmp_path, options="04da6b54-80e4-46f7-96ec-b56ff0331ba9") == []


def test_arguments_of_functions(tmp_path: Path) -> None:
    given = struct_pb2.Struct()
    given.update({"owners": ["x"], "newer": True})
    known = Known(Stub(), tmp_path / "schema.json")
    assert known.unknown_of_function("aws:index/getAmi:getAmi", given) == ["newer"]


def test_the_schema_is_asked_for_once_and_again_when_it_is_broken(tmp_path: Path) -> None:
    stub, file, nothing = Stub(), tmp_path / "below" / "schema.json", struct_pb2.Struct()
    for _ in range(2):
        Known(stub, file).unknown_of_type("aws:index/vpc:Vpc", nothing)
    assert stub.asked == 1
    file.write_text("{")
    Known(stub, file).unknown_of_type("aws:index/vpc:Vpc", nothing)
    assert (stub.asked, json.loads(file.read_text())) == (2, SCHEMA)


def test_another_version_or_selection_has_another_file() -> None:
    files = {schema_file("5.100.0", ["a"]), schema_file("5.101.0", ["a"]), schema_file("5.100.0", ["a", "b"])}
    assert len(files) == 3


def test_secret_results_are_marked() -> None:
    result = struct_pb2.Struct()
    result.update({"value": "hush", "name": "x"})
    translate.hide_secrets("aws:ssm/getParameter:getParameter", result)
    expected = struct_pb2.Struct()
    hidden = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hush"}
    expected.update({"value": hidden, "name": "x"})
    assert result == expected
