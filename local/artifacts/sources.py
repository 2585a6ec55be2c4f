"""The sources of the services, and the version that follows from them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError
from local.paths import REPO

APPS = REPO / "examples" / "apps"
SHARED = "common"
"""The directory whose files go into every service's artifact."""

_DIGITS = 12


@dataclass(frozen=True)
class Source:
    """All files of one service, by path relative to its artifact."""

    service: str
    files: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """Follows from names and content alone: 12 hexadecimal digits."""
        return content_version(self.files)


def content_version(files: Mapping[str, bytes]) -> str:
    """The start of the SHA-256 over each file's name and content in order of names, each with its length in front."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:_DIGITS]


def read_sources(apps: Path = APPS) -> list[Source]:
    """Every directory with an ``app.py`` is a service. Raises LocalError for what can't be read or is there twice."""
    shared = read_files(apps / SHARED)
    sources = []
    for directory in sorted(path.parent for path in apps.glob("*/app.py")):
        own = read_files(directory)
        twice = sorted(set(own) & set(shared))
        if twice:
            raise LocalError(f"{', '.join(twice)} is both in {directory} and in {apps / SHARED}: rename one of them")
        sources.append(Source(directory.name, {**shared, **own}))
    if not sources:
        raise LocalError(f"there is no service in {apps}: each is a directory with an app.py")
    return sources


def read_files(directory: Path) -> dict[str, bytes]:
    """Relative path -> content of what belongs to a service: no caches, nothing hidden, no editor's backups."""
    try:
        return {str(path.relative_to(directory)): path.read_bytes() for path in _files(directory)}
    except OSError as error:
        raise LocalError(f"cannot read {directory}: {error}") from None


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()) if directory.exists() else ():
        if path.name.startswith(".") or path.name == "__pycache__" or path.name.endswith((".pyc", "~")):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
