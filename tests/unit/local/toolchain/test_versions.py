"""Which programs on PATH are good enough."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.paths import cache_dir
from local.toolchain.versions import at_least, candidates, compatible, parse_version


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("v3.250.0\n", "3.250.0"),
        ("Consul v1.21.0\nRevision abc\nBuild Date 1970-01-01\n", "1.21.0"),
        ("Nomad v1.12.0-beta.1\n", "1.12.0-beta.1"),
        ("Consul v1.21.0+ent\n", "1.21.0"),
        ("v2.11.9 h1:abc1.2.3=\n", "2.11.9"),
        ("go version go1.26 linux/amd64\n", "1.26.0"),
        ("unknown\n", None),
        ("Widget v01.2.3\n", None),
        ("", None),
    ],
)
def test_a_version_is_found_in_what_a_program_prints(output: str, version: str | None) -> None:
    assert parse_version(output) == version


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("1.21.0", True),
        ("1.21.1", True),
        ("1.30.0", True),
        ("1.20.9", False),
        ("2.0.0", False),
        ("1.21.0-rc1", False),
        ("1.22.0-dev", False),
        (None, False),
    ],
)
def test_the_pinned_version_or_a_newer_one_of_its_major_will_do(version: str | None, good: bool) -> None:
    assert compatible(version, "1.21.0") is good


def test_go_may_be_of_any_newer_version() -> None:
    assert at_least("2.0.0", "1.26")
    assert at_least("1.26.0", "1.26")
    assert not at_least("1.25.9", "1.26")
    assert not at_least(None, "1.26")


def test_candidates_come_in_the_order_of_path_and_tell_their_version(new_path: Callable) -> None:
    first, second, third = (new_path(name) for name in ("a", "b", "c"))
    first.program("widget", "echo no such version is set >&2; exit 1")
    second.versioned("widget", "Widget v1.0.0")
    (third.directory / "widget").symlink_to(second.directory / "widget")
    found = list(candidates("widget", f"{first}:{second}:{third}:/does/not/exist"))
    assert [(item.path.parent.name, item.version) for item in found] == [("a", None), ("b", "1.0.0")]


def test_what_lies_in_the_cache_is_not_taken_for_the_users(new_path: Callable) -> None:
    cached = new_path("cache/tools/widget/1.2.3/any")
    cached.versioned("widget", "Widget v1.2.3")
    links = new_path("links")
    (links.directory / "widget").symlink_to(cached.directory / "widget")
    assert cached.directory.is_relative_to(cache_dir())
    assert list(candidates("widget", f"{links}:{cached}")) == []


def test_a_file_that_may_not_be_executed_is_no_candidate(new_path: Callable) -> None:
    directory = new_path("a")
    Path(directory.versioned("widget", "Widget v1.2.3")).chmod(0o644)
    assert list(candidates("widget", str(directory))) == []
