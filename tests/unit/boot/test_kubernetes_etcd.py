"""What a leading master does for etcd, and what it tells of that."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from foxden.boot.files.node import aws, group, rest
from foxden.boot.files.node.kubernetes import api, restore, server, snapshots, status
from foxden.boot.files.node.kubernetes.etcd import Etcd, Status
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeApi, FakeGroups, FakeMetadata, FakeParameters, Time, facts

OWN = facts(snapshots="bucket", snapshot_minutes=30)
TAKEN = 1769860800
"""2026-01-31, at noon."""
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/foxden-snapshot"
WHOLE = b"all that is in it" * 1000


def lines(*parts: bytes) -> list[bytes]:
    """As etcd's gateway sends a snapshot."""
    return [json.dumps({"result": {"blob": base64.b64encode(part).decode()}}).encode() + b"\n" for part in parts]


def sent(monkeypatch: pytest.MonkeyPatch, *answer: bytes) -> Etcd:
    """A member that sends these lines."""

    def said(_: Any, path: str, within: float, method: str, body: bytes) -> Iterator[bytes]:
        assert (path, method, body) == ("/v3/maintenance/snapshot", "POST", b"{}")
        yield from answer

    monkeypatch.setattr(rest.Rest, "lines", said)
    made = Etcd.__new__(Etcd)
    made._patient = rest.Rest("https://127.0.0.1:2379", {})
    return made


# Snapshots


@pytest.mark.parametrize("step", [1, 7, 32, 5000, len(WHOLE)])
def test_a_snapshot_is_written_as_it_comes(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    whole = WHOLE + hashlib.sha256(WHOLE).digest()
    parts = [whole[at : at + step] for at in range(0, len(whole), step)]
    file = io.BytesIO()
    sent(monkeypatch, *lines(*parts), b"\n").snapshot(file)
    assert file.getvalue() == whole


@pytest.mark.parametrize(
    "answer",
    [
        [],
        lines(WHOLE),
        lines(WHOLE, hashlib.sha256(WHOLE).digest()[:-1]),
        lines(WHOLE, hashlib.sha256(b"else").digest()),
        [*lines(WHOLE), b'{"error": {"message": "went away"}}'],
    ],
)
def test_what_was_cut_off_is_no_snapshot(monkeypatch: pytest.MonkeyPatch, answer: list[bytes]) -> None:
    with pytest.raises(ApiError, match=r"snapshot: (it was cut off|.*went away)"):
        sent(monkeypatch, *answer).snapshot(io.BytesIO())


class Bucket:
    """A client of S3."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def upload_fileobj(self, file: BinaryIO, bucket: str, key: str, Config: Any) -> None:
        self.objects[f"{bucket}/{key}"] = file.read()

    def download_fileobj(self, bucket: str, key: str, file: BinaryIO, Config: Any) -> None:
        file.write(self.objects[f"{bucket}/{key}"])


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    made = Bucket()
    monkeypatch.setattr(aws, "client", lambda _, service: {"s3": made}[service])
    monkeypatch.setattr(snapshots, "FOLDER", tmp_path)
    return made


def test_nothing_is_kept_of_a_snapshot_that_failed(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ApiError, match="cut off"):
        snapshots.take(OWN, sent(monkeypatch, *lines(WHOLE)))
    assert bucket.objects == {}
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_is_fetched_into_a_file(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bucket.objects["bucket/dev/etcd/now.snap"] = WHOLE
    seen = tmp_path / "seen"
    program = tmp_path / "etcdutl"
    program.write_text(f"#!/bin/sh\ncp \"$3\" '{seen}'\nmkdir '{tmp_path}/data/.2.new'\n")
    program.chmod(0o755)
    monkeypatch.setattr(restore, "_ETCDUTL", str(program))
    monkeypatch.setattr("shutil.chown", lambda *_: None)
    restore.restored(OWN, "dev/etcd/now.snap", tmp_path / "data" / "2")
    assert seen.read_bytes() == WHOLE
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["2"]


# What is told


class Leader:
    """Whoever leads, with a snapshot of this."""

    def status(self) -> Status:
        return Status("1", "1", "c")

    def snapshot(self, file: BinaryIO) -> None:
        file.write(b"now")


def duties(monkeypatch: pytest.MonkeyPatch, kube: FakeApi) -> server.Server:
    """A leading master's."""
    monkeypatch.setattr(server, "Etcd", Leader)
    monkeypatch.setattr(server, "as_admin", lambda: kube)
    monkeypatch.setattr(server, "time", Time())
    return server.Server(OWN, FakeParameters(), group.Group(OWN, FakeMetadata(), FakeGroups()), 1)


class Kube(api.Kube, FakeApi):
    """An API server that knows nothing but what it is told, or can't be told."""

    def __init__(self, works: bool = True) -> None:
        FakeApi.__init__(self, {})
        self.works = works
        self.applied: dict[str, Any] = {}

    def apply(self, path: str, body: dict[str, Any]) -> Any:
        if not self.works:
            raise ApiError("etcd takes no writes", 500)
        self.applied[path] = body

    def get(self, path: str) -> Any:
        if path not in self.applied:
            raise ApiError("no such thing", 404)
        return self.applied[path]


def test_a_snapshot_is_not_made_again_where_nobody_could_be_told(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    kube = Kube(works=False)
    own = duties(monkeypatch, kube)
    own.tell_snapshot()
    own.snapshot()
    for _ in range(3):
        with pytest.raises(ApiError):
            own.tell_snapshot()
        own.snapshot()
    (name,) = bucket.objects
    kube.works = True
    own.tell_snapshot()
    assert f"bucket/{kube.applied[LEASE]['metadata']['annotations']['foxden/object']}" == name
    kube.applied.clear()
    own.tell_snapshot()
    assert not kube.applied


def test_the_newest_snapshot_is_in_the_api_and_when_the_next_one_is_due() -> None:
    kube = Kube()
    status.tell_snapshot(OWN, kube, "dev/etcd/now.snap", TAKEN)
    assert kube.applied[LEASE]["spec"] == {
        "holderIdentity": "servers-i-1",
        "acquireTime": "2026-01-31T12:00:00.000000Z",
        "renewTime": "2026-01-31T12:30:00.000000Z",
        "leaseDurationSeconds": 1800,
    }


def test_what_was_forgotten_already_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Etcd.__new__(Etcd)
    own._patient = FakeApi({})

    def no(said: str) -> Any:
        def refuse(*_: Any) -> None:
            raise ApiError(said, 400)

        return refuse

    monkeypatch.setattr(own._patient, "call", no("mvcc: required revision has been compacted"))
    own.compact(7)
    monkeypatch.setattr(own._patient, "call", no("mvcc: required revision is a future revision"))
    with pytest.raises(ApiError, match="future"):
        own.compact(7)
