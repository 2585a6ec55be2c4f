"""A program of nodes: modules become one file that Python runs, the same bytes for the same modules (pure)."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

FOLDER = "programs"
"""Where programs are in the bucket that has them."""

_START = b"#!/usr/bin/python3\n"
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the first that the format knows."""
_UNIX = 3
_READABLE = 0o100644 << 16


@dataclass(frozen=True)
class Program:
    """A program as it is kept for nodes to fetch."""

    content: bytes
    checksum: str
    """SHA-256 in hex: what it is known by."""

    @property
    def key(self) -> str:
        """Its name where it is kept."""
        return f"{FOLDER}/{self.checksum}.pyz"


def packed(package: str, modules: Mapping[str, str], start: str = "") -> Program:
    """The package as a program of its own: file name to text; ``__main__.py`` must be among them.

    ``start`` is the package whose ``__main__`` it begins with. Default: ``package``.

    Nothing is compressed: what comes out would depend on the library that does it, and other bytes replace every node.
    """
    begin = f'import runpy\n\nrunpy.run_module("{start or package}", run_name="__main__", alter_sys=True)\n'
    files = {"__main__.py": begin, **{f"{package}/{name}": modules[name] for name in sorted(modules)}}
    archive = io.BytesIO()
    archive.write(_START)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            file.writestr(entry, text.encode())
    content = archive.getvalue()
    return Program(content, hashlib.sha256(content).hexdigest())
