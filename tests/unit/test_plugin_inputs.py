"""What comes over the wire as one output is taken apart: structure is plain, and nothing secret gets out."""

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.errors import InputPropertyError
from pulumi.output import _OutputData
from pulumi.provider.experimental.analyzer import Analyzer

import foxden
from foxden.plugin_inputs import Opener
from tests.mocks import UNKNOWN, Failed, Secret, run

LATE: Any = pulumi.output.UNKNOWN
CONNECTION: dict[str, Any] = {
    "scheduler": "fake",
    "environment": "demo",
    "domain": "foxden.example",
    "address": "http://127.0.0.1:4646",
    "token": "open-sesame",
    "options": {"driver": "raw"},
}


def wired(value: Any, secret: bool = True) -> pulumi.Output[Any]:
    """A value as the plugin's server hands it over: as one output that is there already."""
    future: asyncio.Future[_OutputData[Any]] = asyncio.Future()
    future.set_result(_OutputData(resources=set(), value=value, is_known=True, is_secret=secret))
    return pulumi.Output._from_data(future)


def opened(name: str, value: Any, component: type[pulumi.ComponentResource] = foxden.Service) -> Any:
    """The value of an input, taken apart; parts that are still outputs as the engine would be told them."""
    analyzed = Analyzer("foxden").analyze([component])
    definition = analyzed["component_definitions"][component.__name__].inputs[name]
    found: dict[str, Any] = {}

    class Sink(pulumi.CustomResource):
        def __init__(self) -> None:
            found["plain"] = Opener(analyzed["type_definitions"]).opened(name, value(), definition)
            super().__init__("test:index:Sink", "sink", {"value": found["plain"]})

    done = run(Sink)
    return found["plain"], done.one("test:index:Sink").inputs["value"]


def test_a_connection_with_a_secret_in_it_is_plain_but_for_the_secret() -> None:
    plain, told = opened("cluster", lambda: wired(CONNECTION))
    assert plain["scheduler"] == "fake" and plain["environment"] == "demo" and isinstance(plain["token"], pulumi.Output)
    assert told["token"] == Secret("open-sesame")
    assert {**told, "token": "open-sesame"} == CONNECTION


def test_what_is_not_known_yet_stays_so_where_it_may() -> None:
    plain, told = opened("cluster", lambda: wired({**CONNECTION, "address": LATE}, secret=False))
    assert plain["scheduler"] == "fake" and isinstance(plain["address"], pulumi.Output)
    assert told["address"] is UNKNOWN


@pytest.mark.parametrize("value", [LATE, {**CONNECTION, "scheduler": LATE}], ids=["the whole", "a part"])
def test_what_decides_must_be_known(value: Any) -> None:
    with pytest.raises(Failed) as failed:
        opened("cluster", lambda: wired(value, secret=False))
    told = failed.value.__cause__
    assert isinstance(told, InputPropertyError)
    assert told.property_path == ("cluster" if value is LATE else "cluster.scheduler")
    assert told.reason.startswith("must be known at preview")


def test_maps_and_lists_keep_their_structure_and_their_secrets() -> None:
    plain, told = opened("env", lambda: wired({"LEVEL": "info", "KEY": "hush"}))
    assert sorted(plain) == ["KEY", "LEVEL"] and told == {"KEY": Secret("hush"), "LEVEL": Secret("info")}
    plain, _ = opened("routes", lambda: wired([{"host": "a", "path": "/x"}]))
    assert plain == [{"host": "a", "path": "/x"}]
    plain, told = opened("endpoints", lambda: wired({"db": {"url": "postgres://db/x"}}))
    assert told == {"db": {"url": Secret("postgres://db/x")}}


def test_a_plain_value_and_a_text_of_its_own_stay_as_they_are() -> None:
    assert opened("cluster", lambda: CONNECTION)[0] is CONNECTION
    plain, told = opened("image", lambda: wired("pods:1"))
    assert isinstance(plain, pulumi.Output) and told == Secret("pods:1")
