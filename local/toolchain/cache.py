"""The shared cache: one process at a time gets a tool, and what lies there is whole."""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from local.errors import LocalError
from local.paths import cache_dir
from local.toolchain.catalog import Program
from local.toolchain.layout import is_program, tool_dir, write_atomically
from local.toolchain.progress import Progress

LOCK_SECONDS = 3600.0
"""How long to wait for another process that is getting the same thing: longer than any build takes."""

_RECEIPT = "receipt.json"


@dataclass(frozen=True)
class Receipt:
    """Where a cached tool came from; lies beside it."""

    source: str
    """``download`` or ``build``."""
    detail: str
    """The URL and checksum, or the Go that built it."""
    at: float
    """Seconds since the epoch."""
    seconds: float
    """How long it took."""


def cached(tool: Program) -> Path | None:
    """The cached program, if there."""
    program = tool_dir(tool) / tool.name
    return program if is_program(program) else None


def read_receipt(tool: Program) -> Receipt | None:
    """How a cached tool got there; None when nobody wrote that down."""
    try:
        raw: Any = json.loads((tool_dir(tool) / _RECEIPT).read_text())
        return Receipt(**raw)
    except (OSError, ValueError, TypeError):
        return None


@contextlib.contextmanager
def lock(name: str, progress: Progress) -> Iterator[None]:
    """Hold the cache's lock ``name``; says who has it while waiting. It ends with the process that holds it."""
    directory = cache_dir() / "locks"
    directory.mkdir(parents=True, exist_ok=True)
    holder = directory / f"{name}.holder"
    file_lock = FileLock(directory / f"{name}.lock")
    try:
        file_lock.acquire(timeout=0)
    except Timeout:
        who = _holder(holder)
        progress.say(f"waiting for {who}, which is getting it now")
        try:
            file_lock.acquire(timeout=LOCK_SECONDS, poll_interval=0.2)
        except Timeout as error:
            raise LocalError(
                f"{who} has been getting {name} for more than {LOCK_SECONDS:.0f} s: end it, and try again"
            ) from error
    try:
        write_atomically(holder, f"process {os.getpid()} (since {time.strftime('%H:%M:%S')})")
        yield
    finally:
        holder.unlink(missing_ok=True)
        file_lock.release()


def _holder(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it is just starting, or ending
        return "another process"


@contextlib.contextmanager
def fresh_directory(path: Path) -> Iterator[Path]:
    """An empty directory that is gone afterwards, unless it was renamed; what an interrupted run left is removed."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def publish(stage: Path, tool: Program, receipt: Receipt) -> Path:
    """Move a finished directory into the cache in one step, after it has reached the disk; returns the program."""
    (stage / _RECEIPT).write_text(json.dumps(asdict(receipt), indent=2) + "\n")
    move_whole(stage, tool_dir(tool))
    return tool_dir(tool) / tool.name


def move_whole(stage: Path, target: Path) -> None:
    """Rename a directory to its place, so that after a crash it is there as a whole or not at all."""
    for path in [*stage.rglob("*"), stage]:
        if not path.is_symlink():
            _sync(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    stage.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
