"""How a node gets its own program out of the cluster's bucket."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files import fetch_program

PROGRAM = b"#!/usr/bin/python3\nprint()\n"
CHECKSUM = hashlib.sha256(PROGRAM).hexdigest()
PLACE = ("eu-west-1", "bucket", f"programs/{CHECKSUM}.pyz")
THERE = f"s3://bucket/programs/{CHECKSUM}.pyz"


class Store:
    """A bucket that can't be read some times; a node's clock goes on while it waits."""

    def __init__(self, fails: float = 0, content: bytes = PROGRAM) -> None:
        self.now, self.asked = 0.0, 0
        self._fails, self._content = fails, content

    def get_object(self, **given: str) -> Any:
        assert given == {"Bucket": PLACE[1], "Key": PLACE[2]}
        self.asked += 1
        if self.asked <= self._fails:
            raise ConnectionError("no way there")
        return {"Body": io.BytesIO(self._content)}

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Store, Path], None]:
    """Has a node fetch its program from a bucket."""

    def fetched(store: Store, target: Path) -> None:
        monkeypatch.setattr(fetch_program, "_store", lambda region: store if region == PLACE[0] else None)
        monkeypatch.setattr("time.monotonic", lambda: store.now)
        monkeypatch.setattr("time.sleep", store.sleep)
        fetch_program.main(*PLACE, CHECKSUM, str(target))

    return fetched


Fetch = Callable[[Store, Path], None]


def test_it_is_put_in_place_whole_and_can_be_run(fetch: Fetch, tmp_path: Path, capsys: Any) -> None:
    fetch(Store(), tmp_path / "own")
    assert [file.name for file in tmp_path.iterdir()] == ["own"]
    assert ((tmp_path / "own").read_bytes(), (tmp_path / "own").stat().st_mode & 0o777) == (PROGRAM, 0o755)
    assert capsys.readouterr().out == f"fetched {tmp_path}/own from {THERE}\n"


def test_it_is_tried_again_and_what_is_wrong_is_said_once(fetch: Fetch, tmp_path: Path, capsys: Any) -> None:
    store = Store(fails=5)
    fetch(store, tmp_path / "own")
    assert (store.asked, store.now) == (6, 15)
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"waiting for {tmp_path}/own from {THERE}: ConnectionError: no way there"
    assert second.startswith("fetched ")


def test_there_is_an_end_to_it(fetch: Fetch, tmp_path: Path) -> None:
    store = Store(fails=10**6)
    with pytest.raises(SystemExit) as caught:
        fetch(store, tmp_path / "own")
    assert caught.value.code == f"gave up after 600 s: {tmp_path}/own from {THERE}: ConnectionError: no way there"
    assert store.now == 600
    assert list(tmp_path.iterdir()) == []


def test_another_one_is_refused(fetch: Fetch, tmp_path: Path) -> None:
    other = PROGRAM + b"\n"
    (tmp_path / "own").write_text("old")
    with pytest.raises(SystemExit) as caught:
        fetch(Store(content=other), tmp_path / "own")
    found = hashlib.sha256(other).hexdigest()
    assert caught.value.code == f"refused: {THERE} has SHA-256 {found}, not {CHECKSUM}"
    assert (tmp_path / "own").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1
