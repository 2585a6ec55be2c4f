"""What people do on a master: a snapshot is restored, and what it replaces is kept."""

import time
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from foxden.boot.files.node import aws
from foxden.boot.files.node.kubernetes import people, snapshots
from foxden.boot.files.node.kubernetes.bootstrap import Beginning, begin, latest
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeParameters, facts

OWN = facts(snapshots="bucket")
WISHED = "dev/etcd/2026-01-31T120000Z.snap"


class Store:
    """A client of S3 that has one snapshot."""

    def __init__(self) -> None:
        self.objects = {WISHED: b"wished"}

    def head_object(self, Bucket: str, Key: str) -> None:
        assert Bucket == "bucket"
        assert Key in self.objects, "Not Found"

    def upload_fileobj(self, file: BinaryIO, bucket: str, key: str, Config: Any) -> None:
        assert bucket == "bucket"
        assert not Config.use_threads, "many parts at once are much memory"
        self.objects[key] = file.read()


class FakeEtcd:
    """One that holds this, or can't say what."""

    def __init__(self, holds: bytes | Exception) -> None:
        self.holds = holds

    def snapshot(self, file: BinaryIO) -> None:
        if isinstance(self.holds, Exception):
            raise self.holds
        file.write(self.holds)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    found = Store()
    monkeypatch.setattr(snapshots, "FOLDER", tmp_path)
    monkeypatch.setattr(aws, "client", lambda _, service: {"s3": found}[service])
    monkeypatch.setattr(time, "gmtime", lambda: time.struct_time((2026, 1, 31, 12, 0, 0, 5, 31, 0)))
    return found


def restored(monkeypatch: pytest.MonkeyPatch, parameters: FakeParameters, holds: bytes | Exception) -> str:
    etcd: Any = FakeEtcd(holds)
    monkeypatch.setattr(people, "Etcd", lambda: etcd)
    return people.restore(OWN, parameters, WISHED)


def test_what_is_there_is_kept_before_another_generation_begins(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = FakeParameters()
    begin(parameters, 1, Beginning("i-2"))
    said = restored(monkeypatch, parameters, b"now")
    assert said.startswith("What is there now is kept as dev/etcd/2026-01-31T120000Z-replaced.snap. etcd begins again")
    assert store.objects == {WISHED: b"wished", "dev/etcd/2026-01-31T120000Z-replaced.snap": b"now"}
    assert latest(parameters) == (2, Beginning("i-1", WISHED))


@pytest.mark.parametrize("error", [ApiError("nobody answers"), FileNotFoundError("no certificate")])
def test_what_can_not_be_kept_keeps_nobody_from_restoring(
    error: Exception, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = FakeParameters()
    assert f"Nothing of what is there now is kept ({error})." in restored(monkeypatch, parameters, error)
    assert list(store.objects) == [WISHED]
    assert latest(parameters) == (1, Beginning("i-1", WISHED))


def test_what_is_not_in_the_bucket_begins_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = FakeParameters()
    store.objects.clear()
    with pytest.raises(AssertionError, match="Not Found"):
        restored(monkeypatch, parameters, b"now")
    assert not store.objects
    assert latest(parameters) == (0, None)
