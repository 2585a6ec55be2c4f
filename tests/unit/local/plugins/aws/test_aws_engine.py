"""What the bridge says to the engine."""

from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

from local.plugins.aws.engine import Engine

THEIRS = "urn:pulumi:dev::foxden::aws:index/lb:Lb::web"
OURS = "urn:pulumi:dev::foxden::aws:lb/loadBalancer:LoadBalancer::web"


class Stub:
    """An engine that listens."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def Log(self, request: Any) -> Any:
        self.heard.append((request.urn, request.message))
        return empty_pb2.Empty()


def heard(urn: str, message: str) -> list[tuple[str, str]]:
    engine, stub = Engine(None), Stub()
    engine._stub = stub
    engine.Log(engine_pb2.LogRequest(urn=urn, message=message), None)  # type: ignore[arg-type]
    return stub.heard


def test_it_is_about_the_sdks_resource() -> None:
    assert heard(THEIRS, f"{THEIRS} is slow") == [(OURS, f"{OURS} is slow")]


def test_what_is_about_nothing_stays() -> None:
    assert heard("", "hello") == [("", "hello")]


def test_chatter_is_dropped() -> None:
    assert heard("", "INFO Found v5 provider.. upgrading to v6") == []
    assert heard("", 'TF resource "aws_accessanalyzer_analyzer" not found in provider map') == []


def test_without_an_engine_all_is_dropped() -> None:
    assert Engine(None).Log(engine_pb2.LogRequest(message="hello"), None) == empty_pb2.Empty()  # type: ignore[arg-type]
