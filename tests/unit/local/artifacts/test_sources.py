"""Versions follow from content."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.artifacts.sources import content_version, read_files, read_sources
from local.errors import LocalError

FILES = st.dictionaries(st.text(min_size=1, max_size=5), st.binary(max_size=8), max_size=4)


@given(FILES, FILES)
def test_two_contents_have_the_same_version_only_if_they_are_the_same(
    one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    assert (content_version(one) == content_version(other)) == (one == other)


@given(FILES)
def test_the_order_of_files_does_not_matter(files: dict[str, bytes]) -> None:
    assert content_version(dict(reversed(files.items()))) == content_version(files)


def test_a_boundary_between_files_can_not_move() -> None:
    assert content_version({"a": b"bc"}) != content_version({"ab": b"c"})
    assert len(content_version({})) == 12


def test_a_version_is_the_same_on_every_machine() -> None:
    assert content_version({"app.py": b"print()\n"}) == "e1bbd96fd1a2"


def write(root: Path, name: str, text: str = "") -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_change_to_one_service_changes_that_ones_version_alone(tmp_path: Path) -> None:
    for name in ("common/shared.py", "a/app.py", "b/app.py", "b/data/x.txt", "notes/README"):
        write(tmp_path, name)
    before = {source.service: source.version for source in read_sources(tmp_path)}
    assert set(before) == {"a", "b"}
    write(tmp_path, "b/data/x.txt", "new")
    after = {source.service: source.version for source in read_sources(tmp_path)}
    assert after["a"] == before["a"] and after["b"] != before["b"]
    write(tmp_path, "common/shared.py", "new")
    assert {source.version for source in read_sources(tmp_path)}.isdisjoint({*before.values(), *after.values()})


def test_caches_and_hidden_files_are_no_content(tmp_path: Path) -> None:
    for name in ("app.py", "__pycache__/app.cpython-311.pyc", ".app.py.swp", "app.py~", ".git/x", "deep/__pycache__/y"):
        write(tmp_path, name)
    assert list(read_files(tmp_path)) == ["app.py"]
    assert read_files(tmp_path / "missing") == {}


def test_a_name_may_not_be_shared_and_own(tmp_path: Path) -> None:
    for name in ("common/util.py", "a/app.py", "a/util.py"):
        write(tmp_path, name)
    with pytest.raises(LocalError, match=r"util\.py is both in"):
        read_sources(tmp_path)


def test_no_service_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="there is no service"):
        read_sources(tmp_path)


def test_this_checkout_has_its_three_services() -> None:
    assert [source.service for source in read_sources()] == ["ionic-apps", "meeting-router", "pods"]
