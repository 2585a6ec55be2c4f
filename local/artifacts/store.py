"""The artifacts of all versions on disk: ``<state>/artifacts/<service>/<version>/``, never changed once there."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from local.artifacts.sources import Source, content_version, read_files
from local.errors import LocalError
from local.paths import state_dir

KEPT = 5
"""Versions of a service that stay however long they are unused."""


def store_dir() -> Path:
    """Where all artifacts lie."""
    return state_dir() / "artifacts"


def place(source: Source) -> Path:
    """The directory of this version, made as a whole or not at all. Raises LocalError when the disk says no."""
    target = store_dir() / source.service / source.version
    try:
        if not _intact(target, source.version):
            _make(target, source)
        os.utime(target)  # prune() goes by when a version was last asked for
    except OSError as error:
        raise LocalError(f"cannot write the artifact of '{source.service}' to {target}: {error}") from None
    return target


def _intact(target: Path, version: str) -> bool:
    return target.is_dir() and content_version(read_files(target)) == version


def _make(target: Path, source: Source) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        for name, content in source.files.items():
            file = draft / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        # Tasks may run as a user of their own, whatever the umask here.
        for path in (store_dir(), target.parent, draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        if target.exists():  # somebody has changed it
            target.rename(draft / ".changed")
        draft.rename(target)
        shutil.rmtree(target / ".changed", ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def prune(service: str, mentioned: Callable[[], str]) -> list[str]:
    """Remove what nobody needs any more; returns those versions.

    The ``KEPT`` versions asked for last stay, and every other whose directory is in ``mentioned()``: the text of all
    jobs. It is only called when there is something to remove.
    """
    home = store_dir() / service
    for left in home.glob(".new-*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    versions = sorted(home.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    unused = versions[KEPT:]
    if not unused:
        return []
    text = mentioned()
    gone = [path for path in unused if str(path) not in text]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in gone]
