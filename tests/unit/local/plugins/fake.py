"""A provider of things that live in a dict: for the tests of what all providers share."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from local.plugins.checking import Problem
from local.plugins.comparing import Change
from local.plugins.contract import Call, Differences, Found, Handler, Package
from local.plugins.errors import Cancelled, Failure, Incomplete
from local.plugins.schema import MapOf, Property, Scalar, Table
from local.plugins.wire import Values


@dataclass
class Shelf:
    """The server: what is on it, and what it was asked."""

    cancelled: threading.Event
    things: dict[str, Values] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    seconds: float = 0.0


class FakeHandler(Handler[Shelf]):
    """A thing is known by its name; its text says what goes wrong."""

    type = "fake:index/thing:Thing"
    table = Table(
        (
            Property("name", autoname=True, replaces=True),
            Property("text", required=True),
            Property("size", Scalar.INTEGER, default=1),
            Property("labels", MapOf(Scalar.STRING)),
            Property("items", MapOf(Scalar.STRING), secret=True),
            Property("place", computed=True),
            Property("made", output=True),
            Property("index", Scalar.INTEGER, output=True),
        )
    )
    derived: ClassVar[Mapping[str, str]] = {"made": "text"}

    def problems(self, inputs: Values) -> Iterable[Problem]:
        if inputs["text"] == "refused":
            yield Problem("text", "may not be that")

    def foreseen(self, client: Shelf, inputs: Values) -> Values:
        client.asked.append("foreseen")
        return {"made": f"of {inputs['text']}"}

    def differences(self, client: Shelf, state: Values, inputs: Values, changes: list[Change]) -> Differences:
        return Differences(changes, frozenset({"index", "made"}) if changes else frozenset())

    def create(self, call: Call[Shelf], inputs: Values) -> Found:
        call.client.asked.append("create")
        call.client.seconds = call.seconds
        outputs = {**inputs, "place": "dc1", "made": f"of {inputs['text']}", "index": 1}
        if inputs["text"] == "broken":
            raise Failure("the server said: no")
        if inputs["text"] == "half":
            raise Incomplete(inputs["name"], {**outputs, "index": 0}, "it never got healthy")
        call.client.things[inputs["name"]] = outputs
        return Found(inputs["name"], outputs)

    def read(self, call: Call[Shelf], resource_id: str, state: Values) -> Found | None:
        found = call.client.things.get(resource_id)
        return Found(resource_id, found) if found else None

    def update(self, call: Call[Shelf], resource_id: str, state: Values, inputs: Values) -> Values:
        if call.client.cancelled.is_set():
            raise Cancelled("the operation was cancelled")
        if inputs["text"] == "broken":
            raise Failure("the server said: no")
        call.client.things[resource_id] = {**state, **inputs, "index": state["index"] + 1}
        return call.client.things[resource_id]

    def delete(self, call: Call[Shelf], resource_id: str, state: Values) -> None:
        call.client.things.pop(resource_id, None)


def connect(config: Values, cancelled: threading.Event) -> Shelf:
    """A shelf; the address ``nowhere`` can't be reached."""
    if config.get("address") == "nowhere":
        raise Failure("nowhere is no address")
    SHELVES.append(Shelf(cancelled))
    return SHELVES[-1]


SHELVES: list[Shelf] = []
"""Every shelf that was connected to, the last one last."""


def find(shelf: Shelf, arguments: Values) -> Values:
    """The thing of that name."""
    if arguments["name"] not in shelf.things:
        raise Failure(f"no thing is called {arguments['name']}")
    return shelf.things[arguments["name"]]


PACKAGE = Package(
    name="fake",
    version="1.0.0",
    config=Table((Property("address"), Property("password", secret=True), Property("verify", Scalar.BOOLEAN))),
    connect=connect,
    handlers=(FakeHandler(),),
    functions={"fake:index/find:find": find},
)
