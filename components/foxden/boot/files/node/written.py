"""Files that agents read: each is there whole, and its owner's alone."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def write(path: Path, text: str, owner: str, mode: int = 0o600, before: Callable[[], None] = lambda: None) -> bool:
    """Write a file whole or not at all; False where it was so already. ``before`` is done before it is another."""
    if path.exists() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(mode)
    if os.geteuid() == 0:
        for each in (fresh, path.parent):
            shutil.chown(each, owner, owner)
    before()
    fresh.replace(path)
    return True
