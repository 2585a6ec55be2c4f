"""Official releases are checked before anything of them is used."""

import hashlib
import os
from pathlib import Path

import pytest

from local.errors import LocalError
from local.toolchain.fetch import Fetcher
from local.toolchain.platform import this_platform
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused
from local.toolchain.release import download


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """The working directory and the stage."""
    (tmp_path / "work" / "stage").mkdir(parents=True)
    return tmp_path / "work", tmp_path / "work" / "stage"


def test_the_program_is_taken_out_and_nothing_else(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    tool = shop.tool()
    shop.publish(tool, shop.zipped({"LICENSE": b"free", "widget": b"#!/bin/sh\n"}))
    detail = download(tool, work, stage, fetcher, progress)
    assert [item.name for item in stage.iterdir()] == ["widget"]
    assert os.access(stage / "widget", os.X_OK)
    assert shop.archive(tool) in detail and "sha256" in detail
    assert [item.name for item in work.iterdir()] == ["stage"]


def test_what_belongs_beside_the_program_is_kept(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    tool = shop.tool(ending="tar.gz", beside="widget-")
    files = {"widget/widget": b"w", "widget/widget-language-python": b"p", "widget/README": b"r"}
    shop.publish(tool, shop.tarred(files))
    download(tool, work, stage, fetcher, progress)
    assert sorted(item.name for item in stage.iterdir()) == ["widget", "widget-language-python"]


def test_a_wrong_checksum_is_an_error_and_no_refusal(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    tool = shop.tool()
    shop.publish(tool, honest=False)
    with pytest.raises(LocalError, match="not what was released: its sha256 is"):
        download(tool, work, stage, fetcher, progress)
    assert [item.name for item in work.iterdir()] == ["stage"] and not list(stage.iterdir())


def test_a_list_may_be_of_another_algorithm(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    tool = shop.tool(algorithm="sha512")
    shop.publish(tool)
    assert "sha512" in download(tool, work, stage, fetcher, progress)


def test_a_pinned_checksum_counts_instead_of_the_list(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    content = shop.zipped({"widget": b"w"})
    good = shop.tool(pinned={str(this_platform()): hashlib.sha256(content).hexdigest()})
    shop.publish(good, content, honest=False)
    download(good, work, stage, fetcher, progress)
    assert shop.sums(good) not in shop.server.paths
    bad = shop.tool(pinned={str(this_platform()): hashlib.sha256(b"else").hexdigest()})
    shop.publish(bad, content)
    with pytest.raises(LocalError, match="not what was released"):
        download(bad, work, stage, fetcher, progress)


def test_without_a_checksum_nothing_is_fetched(shop, places, fetcher: Fetcher, progress: Progress):
    work, stage = places
    tool = shop.tool()
    path = shop.publish(tool)
    shop.server.files[shop.sums(tool)] = b"abcd  another.zip\nabcd  " + path[1:].encode()
    with pytest.raises(Refused, match=rf"has no sha256 of {path[1:]}"):
        download(tool, work, stage, fetcher, progress)
    assert path not in shop.server.paths


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_no_path_of_an_archive_is_used(shop, places, fetcher: Fetcher, progress: Progress, ending: str):
    work, stage = places
    tool = shop.tool(ending=ending, beside="widget-")
    files = {"../../widget-evil": b"e", "/widget-absolute": b"a", "a/b/widget": b"w"}
    shop.publish(tool, shop.zipped(files) if ending == "zip" else shop.tarred(files, {"widget-link": "/etc/passwd"}))
    download(tool, work, stage, fetcher, progress)
    assert sorted(item.name for item in stage.iterdir()) == ["widget", "widget-absolute", "widget-evil"]
    assert not list(work.parent.glob("widget*"))


@pytest.mark.parametrize("content", [b"no archive at all", None], ids=["broken", "empty"])
def test_an_archive_without_the_program_is_an_error(shop, places, fetcher: Fetcher, progress: Progress, content):
    work, stage = places
    tool = shop.tool()
    shop.publish(tool, content or shop.zipped({"gadget": b"g"}))
    with pytest.raises(LocalError, match=r"can't be unpacked|has no program widget"):
        download(tool, work, stage, fetcher, progress)
