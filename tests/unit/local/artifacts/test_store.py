"""Artifacts on disk: whole, kept while needed, gone when not."""

import os
from pathlib import Path

import pytest

from local.artifacts.sources import Source, read_files
from local.artifacts.store import KEPT, place, prune, store_dir
from local.errors import LocalError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path))
    return tmp_path


def source(number: int, service: str = "pods") -> Source:
    return Source(service, {"app.py": b"%d" % number, "data/x": b"x"})


def test_an_artifact_holds_the_files_readable_by_everybody_at_any_umask() -> None:
    before = os.umask(0o077)
    try:
        target = place(source(1))
    finally:
        os.umask(before)
    assert target == store_dir() / "pods" / source(1).version
    assert read_files(target) == source(1).files
    assert {path.stat().st_mode & 0o777 for path in target.rglob("*")} == {0o644, 0o755}
    assert {path.stat().st_mode & 0o777 for path in (store_dir(), target.parent, target)} == {0o755}


def test_placing_again_leaves_it_alone_and_mends_what_was_changed() -> None:
    target = place(source(1))
    inode = target.stat().st_ino
    assert place(source(1)).stat().st_ino == inode
    (target / "app.py").write_text("changed")
    place(source(1))
    assert read_files(target) == source(1).files
    assert sorted(path.name for path in target.parent.iterdir()) == [target.name]


def test_a_disk_that_says_no_is_an_error_for_people(state: Path) -> None:
    store_dir().write_text("in the way")
    with pytest.raises(LocalError, match="cannot write the artifact of 'pods'"):
        place(source(1))


def _place_many(count: int) -> list[Path]:
    placed = [place(source(number)) for number in range(count)]
    for age, path in enumerate(reversed(placed)):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return placed


def test_the_versions_asked_for_last_stay_and_those_that_jobs_mention() -> None:
    placed = _place_many(KEPT + 3)
    text = f'{{"args": ["-B", "{placed[1]}/app.py"]}}'
    assert set(prune("pods", lambda: text)) == {placed[0].name, placed[2].name}
    assert {path.name for path in (store_dir() / "pods").iterdir()} == {path.name for path in [placed[1], *placed[3:]]}


def test_nobody_is_asked_while_there_is_nothing_to_remove() -> None:
    _place_many(KEPT)

    def ask() -> str:
        raise AssertionError("asked")

    assert prune("pods", ask) == []


def test_what_a_killed_run_left_goes() -> None:
    place(source(1))
    (store_dir() / "pods" / ".new-left").mkdir()
    prune("pods", lambda: "")
    assert [path.name for path in (store_dir() / "pods").iterdir()] == [source(1).version]
