"""Snapshots of both rafts, put into a bucket and got back from it."""

import io
import time
from typing import Any

import pytest

from foxden.boot.files.node import aws, snapshots
from foxden.boot.files.node.api import Api, ApiError
from tests.unit.boot.fakes import FakeApi, facts

FACTS = facts(snapshots="bucket")


class Store:
    """A client of S3."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        assert Bucket == "bucket"
        self.objects[Key] = Body

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        assert Bucket == "bucket"
        return {"Body": io.BytesIO(self.objects[Key])}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    monkeypatch.setattr(aws, "client", lambda facts, service: {"s3": made}[service])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    return made


def failing(times: int, answer: Any) -> Any:
    """An answer that is there after so many failures."""
    left = [times]

    def reply(*_: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise ApiError("reset", 500)
        return answer

    return reply


def test_one_of_each_is_kept_and_named(store: Store) -> None:
    apis = {"consul": FakeApi({"GET /v1/snapshot": 1}), "nomad": FakeApi({"GET /v1/operator/snapshot": 2})}
    names = snapshots.take(FACTS, apis)
    assert [name.rpartition("/")[0] for name in names] == ["dev/consul", "dev/nomad"]
    assert [store.objects[name] for name in names] == [b"1", b"2"]


def test_what_takes_minutes_is_waited_for() -> None:
    api = Api("http://127.0.0.1:8500", "token")
    assert (api._timeout, api.patient()._timeout) == (15, 300)
    assert api.patient()._headers == api._headers


def test_a_connection_that_was_reset_is_made_again_and_no_more_than_twice(store: Store) -> None:
    good = FakeApi({"GET /v1/operator/snapshot": 2})
    assert snapshots.take(FACTS, {"consul": FakeApi({"GET /v1/snapshot": failing(2, 1)}), "nomad": good})
    with pytest.raises(ApiError, match="reset"):
        snapshots.take(FACTS, {"consul": FakeApi({"GET /v1/snapshot": failing(3, 1)}), "nomad": good})


def test_workers_join_again_once_nomad_knows_them_and_one_that_is_gone_keeps_no_other(store: Store) -> None:
    store.objects = {"a": b"1", "b": b"2"}
    nodes = [{"Name": name, "Address": address} for name, address in (("gone", "10.0.0.8"), ("there", "10.0.0.9"))]
    consul = FakeApi({"PUT /v1/snapshot": {}, "PUT /v1/agent/join/10.0.0.9": {}})
    nomad = FakeApi({"PUT /v1/operator/snapshot": {}, "GET /v1/nodes": nodes})
    apis = {"consul": consul, "nomad": nomad}
    snapshots.restore(FACTS, apis, "consul", "a")
    assert [call for call, _ in consul.calls] == ["PUT /v1/snapshot"]
    snapshots.restore(FACTS, apis, "nomad", "b")
    assert [call for call, _ in consul.calls[1:]] == [f"PUT /v1/agent/join/10.0.0.{number}" for number in (8, 9)]
