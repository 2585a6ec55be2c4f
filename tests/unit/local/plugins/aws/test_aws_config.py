"""A provider's configuration, between the SDK's shapes and the bridge's."""

import json
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2 as messages

from local.plugins.aws import config

TAGS = {"tags": {"a": "b"}}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def struct(**values: Any) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(values: Any) -> Any:
    return json_format.MessageToDict(values)


PAIRS = [
    ({"defaultTags": json.dumps(TAGS)}, {"defaultTags": json.dumps([TAGS])}),
    ({"defaultTags": {**SECRET, "value": json.dumps(TAGS)}}, {"defaultTags": {**SECRET, "value": json.dumps([TAGS])}}),
    ({"ignoreTags": {"keys": ["a"]}}, {"ignoreTags": [{"keys": ["a"]}]}),
    ({"assumeRoleWithWebIdentity": UNKNOWN}, {"assumeRoleWithWebIdentities": UNKNOWN}),
    ({"region": "eu-central-1"}, {"region": "eu-central-1"}),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_to_the_bridge_and_back(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    request = messages.CheckRequest(news=struct(**ours))
    config.request_to_bridge(request)
    assert plain(request.news) == theirs
    answer = messages.CheckResponse(inputs=struct(**theirs))
    config.answer_from_bridge(answer)
    assert plain(answer.inputs) == ours


def test_variables_too() -> None:
    request = messages.ConfigureRequest(variables={"aws:config:defaultTags": json.dumps(TAGS), "aws:config:x": "y"})
    config.request_to_bridge(request)
    assert dict(request.variables) == {"aws:config:defaultTags": json.dumps([TAGS]), "aws:config:x": "y"}


def test_paths_of_answers() -> None:
    answer = messages.DiffResponse(diffs=["assumeRoleWithWebIdentities", "region"])
    config.answer_from_bridge(answer)
    assert list(answer.diffs) == ["assumeRoleWithWebIdentity", "region"]
