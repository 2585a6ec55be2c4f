"""Which of the ways to a tool is taken, and that a cut-off run leaves nothing half made."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.errors import LocalError
from local.paths import REPO, cache_dir
from local.toolchain import cache
from local.toolchain.catalog import Tool
from local.toolchain.layout import partial_dir, tool_dir
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve


def contents(directory: Path) -> list[str]:
    """The files below a directory, without the locks."""
    files = (str(file.relative_to(directory)) for file in directory.rglob("*") if file.is_file())
    return sorted(file for file in files if not file.startswith("locks/"))


def calls(go: Path) -> int:
    """How often the fake Go has built."""
    log = Path(f"{go}.calls")
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_path_then_cache_then_download(shop, bin, lazy_fetcher: Callable, progress: Progress):
    tool = shop.tool()
    shop.publish(tool)
    first = resolve(tool, str(bin), lazy_fetcher, progress).found
    assert (first.source, first.version) == ("download", "1.2.3")
    asked = len(shop.server.asked)
    second = resolve(tool, str(bin), lazy_fetcher, progress)
    assert second.found.source == "cache" and ", downloaded 20" in second.detail
    bin.versioned("widget", "Widget v1.4.0")
    third = resolve(tool, str(bin), lazy_fetcher, progress).found
    assert (third.source, third.version, third.path) == ("path", "1.4.0", f"{bin}/widget")
    assert len(shop.server.asked) == asked


@pytest.mark.parametrize("prints", ["Widget v1.2.2", "Widget v2.0.0", "no idea"])
def test_a_program_on_path_that_will_not_do_is_passed_over(
    shop, bin, lazy_fetcher: Callable, progress: Progress, prints: str
):
    tool = shop.tool()
    shop.publish(tool)
    bin.versioned("widget", prints)
    assert resolve(tool, str(bin), lazy_fetcher, progress).found.source == "download"


def test_a_refused_download_falls_through_to_the_build(shop, bin, fake_go, lazy_fetcher, progress: Progress):
    tool = shop.tool()
    shop.server.statuses[shop.sums(tool)] = [403]
    go = fake_go()
    resolved = resolve(tool, f"{bin}:/usr/bin:/bin", lazy_fetcher, progress)
    assert resolved.found.source == "build" and calls(go) == 1
    assert contents(cache_dir()) == [
        str((tool_dir(tool) / name).relative_to(cache_dir())) for name in ("receipt.json", "widget")
    ]
    receipt = cache.read_receipt(tool)
    assert receipt and receipt.source == "build" and receipt.detail.startswith("Go 1.99.1 from example.org/widget")


def test_a_wrong_checksum_never_falls_through(shop, bin, fake_go, lazy_fetcher, progress: Progress):
    tool = shop.tool()
    shop.publish(tool, honest=False)
    go = fake_go()
    with pytest.raises(LocalError, match="not what was released"):
        resolve(tool, f"{bin}:/usr/bin:/bin", lazy_fetcher, progress)
    assert calls(go) == 0 and contents(cache_dir()) == []


@pytest.mark.parametrize("runs", [True, False])
def test_a_program_that_cant_say_its_version_must_run(
    shop, bin, lazy_fetcher: Callable, progress: Progress, runs: bool
):
    prints = shop.tool()
    shop.publish(prints, shop.zipped({"widget": f"#!/bin/sh\necho 'Usage: widget'\nexit {0 if runs else 3}\n"}))
    tool = replace(prints, says_version=False)
    if runs:
        assert resolve(tool, str(bin), lazy_fetcher, progress).found.version == tool.version
    else:
        with pytest.raises(LocalError, match="does not run here"):
            resolve(tool, str(bin), lazy_fetcher, progress)


def test_a_program_of_another_version_is_not_installed(shop, bin, lazy_fetcher: Callable, progress: Progress):
    tool = shop.tool()
    shop.publish(tool, shop.zipped({"widget": shop.program_text("9.9.9")}))
    with pytest.raises(LocalError, match=r"is version 9\.9\.9: not installed"):
        resolve(tool, str(bin), lazy_fetcher, progress)
    assert contents(cache_dir()) == []


def test_when_nothing_works_it_says_what_was_tried_and_what_to_do(
    shop, bin, fake_go, lazy_fetcher: Callable, progress: Progress
):
    tool = shop.tool()
    bin.versioned("widget", "Widget v1.0.0")
    fake_go("echo 'dial tcp: no such host'; exit 1")
    with pytest.raises(LocalError) as error:
        resolve(tool, f"{bin}:/usr/bin:/bin", lazy_fetcher, progress)
    text = str(error.value)
    for part in (
        "widget 1.2.3 can't be had",
        f"{bin}/widget is 1.0.0, not 1.2.3 or newer",
        "HTTP 404",
        "dial tcp: no such host",
        "put widget 1.2.3, or a newer 1.x, on PATH",
        "run 'make tools' again",
    ):
        assert part in text


def test_a_broken_download_is_resumed_by_the_next_run(shop, bin, fake_go, lazy_fetcher, progress: Progress):
    fake_go("exit 1")
    tool = shop.tool()
    path = shop.publish(tool, shop.zipped({"widget": shop.program_text("1.2.3") + b"#" * 400_000}))
    shop.server.breaks[path] = [131_072, *([0] * 5)]
    with pytest.raises(LocalError, match=r"broke off after 0\.1 of 0\.4 MB"):
        resolve(tool, str(bin), lazy_fetcher, progress)
    assert not tool_dir(tool).exists()
    assert resolve(tool, str(bin), lazy_fetcher, progress).found.source == "download"
    assert shop.server.asked[-1] == ("GET", path, "bytes=131072-")


def test_an_interrupted_build_leaves_nothing_half_made(shop, bin, fake_go, lazy_fetcher, progress: Progress):
    tool = shop.tool()
    fake_go("sleep 60")
    interrupted = Progress("widget", io.StringIO())
    interrupted.tick = lambda text: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        resolve(tool, f"{bin}:/usr/bin:/bin", lazy_fetcher, interrupted)
    assert not tool_dir(tool).exists() and not (partial_dir(tool) / "stage").exists()
    fake_go()
    assert resolve(tool, f"{bin}:/usr/bin:/bin", lazy_fetcher, progress).found.source == "build"


def test_what_a_killed_run_left_is_cleared_away(shop, bin, lazy_fetcher: Callable, progress: Progress):
    tool = shop.tool()
    shop.publish(tool)
    (partial_dir(tool) / "stage").mkdir(parents=True)
    (partial_dir(tool) / "stage" / "junk").write_text("half")
    tool_dir(tool).mkdir(parents=True)  # as an older version of this tooling, or a hand, might have left it
    resolve(tool, str(bin), lazy_fetcher, progress)
    assert sorted(item.name for item in tool_dir(tool).iterdir()) == ["receipt.json", "widget"]
    assert [item.name for item in (cache_dir() / "partial").iterdir()] == []


RESOLVE = """
import sys
from local.toolchain.catalog import GoModule, Release, Tool
from local.toolchain.fetch import Fetcher
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve
url = sys.argv[1]
module = GoModule("example.org/w", {"example.org/w": "v1"}, "1.2")
tool = Tool("widget", "1.2.3", module, release=Release(url + "/a", url + "/s"))
print(resolve(tool, sys.argv[2], Fetcher, Progress("widget")).found.source)
"""


def second_process(shop, bin) -> "subprocess.Popen[str]":
    """A process that resolves the widget."""
    return subprocess.Popen(
        [sys.executable, "-c", RESOLVE, shop.server.url, f"{bin}:/usr/bin:/bin"],
        cwd=REPO,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 10
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.01)


def test_two_at_once_build_once_and_the_second_says_who_is_at_it(shop, bin, fake_go, tmp_path: Path):
    go = fake_go(f"touch {tmp_path}/begun; while [ ! -e {tmp_path}/go-on ]; do sleep 0.02; done")
    first = second_process(shop, bin)
    wait_for(tmp_path / "begun")
    second = second_process(shop, bin)
    assert second.stderr and f"waiting for process {first.pid} (since " in second.stderr.readline()
    (tmp_path / "go-on").touch()
    assert [first.communicate(timeout=10)[0], second.communicate(timeout=10)[0]] == ["build\n", "cache\n"]
    assert calls(go) == 1


def test_a_killed_process_gives_the_lock_back(shop, bin, fake_go, tmp_path: Path):
    fake_go(f"echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; exec sleep 60")
    first = second_process(shop, bin)
    wait_for(tmp_path / "pid")
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)  # nobody is left to end it
    fake_go()
    second = second_process(shop, bin)
    assert second.communicate(timeout=10)[0] == "build\n"


def test_waiting_ends_some_time(shop: "object", monkeypatch: pytest.MonkeyPatch, progress: Progress):
    monkeypatch.setattr(cache, "LOCK_SECONDS", 0.05)
    with (
        cache.lock("widget", progress),
        pytest.raises(LocalError, match=rf"process {os.getpid()} .* has been getting widget for more than"),
        cache.lock("widget", progress),
    ):
        pass


def test_cached_needs_an_executable(shop) -> None:
    tool: Tool = shop.tool()
    tool_dir(tool).mkdir(parents=True)
    (tool_dir(tool) / "widget").write_text("x")
    assert cache.cached(tool) is None
