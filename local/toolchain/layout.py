"""Where tools and plugins lie, and which of them this checkout uses. Quick to import: every ``pulumi`` call needs it.

The cache is shared by a user's checkouts and keyed by version; the record belongs to one checkout.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.paths import cache_dir, state_dir
from local.toolchain.catalog import Plugin, Program
from local.toolchain.platform import this_platform


def tool_dir(tool: Program) -> Path:
    """The cache's directory of a tool at its pinned version; it is there as a whole or not at all."""
    return cache_dir() / "tools" / tool.name / tool.version / str(this_platform())


def partial_dir(tool: Program) -> Path:
    """Where a tool is got ready: a download to resume, a build, the directory that is then renamed."""
    return cache_dir() / "partial" / f"{tool.name}-{tool.version}-{this_platform()}"


def plugin_cache() -> Path:
    """The ``PULUMI_HOME`` whose plugins all checkouts share."""
    return cache_dir() / "pulumi-home" / str(this_platform())


def plugin_dir(home: Path, plugin: Plugin) -> Path:
    """Where Pulumi looks for a plugin below a ``PULUMI_HOME``."""
    return home / "plugins" / plugin.directory


def bin_dir() -> Path:
    """The checkout's directory for PATH: a link for each tool, and stand-ins where they can't lie elsewhere."""
    return state_dir() / "bin"


@dataclass(frozen=True)
class Found:
    """A tool that this checkout uses."""

    path: str
    version: str
    """The version found, which may be newer than the pinned one."""
    pinned: str
    """The version that was asked for; after a change of the pin the entry no longer counts."""
    source: str
    """``path``, ``cache``, ``download`` or ``build``."""


@dataclass(frozen=True)
class Refusal:
    """An official plugin that could not be had."""

    reason: str
    at: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Record:
    """What ``make tools`` found out for this checkout."""

    tools: Mapping[str, Found]
    refused: Mapping[str, Refusal]
    """By the plugin's directory name, which holds its version."""


def record_file() -> Path:
    """The record lies with the checkout's state: what is on PATH may differ between checkouts."""
    return state_dir() / "tools.json"


def read_record() -> Record:
    """The record, empty where there is none or it can't be understood: it is only ever a short cut."""
    try:
        raw: Any = json.loads(record_file().read_text())
        tools = {name: Found(**entry) for name, entry in raw["tools"].items()}
        refused = {name: Refusal(**entry) for name, entry in raw["refused"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Record({}, {})
    return Record(tools, refused)


def write_record(record: Record) -> None:
    """Replace the record."""
    write_atomically(record_file(), json.dumps(asdict(record), indent=2) + "\n")


def located(tool: Program, record: Record) -> Path | None:
    """The program of a tool: what the record says if that is still so, else the cache's; None when there is none."""
    found = record.tools.get(tool.name)
    if found and found.pinned == tool.version and is_program(Path(found.path)):
        return Path(found.path)
    cached = tool_dir(tool) / tool.name
    return cached if is_program(cached) else None


def is_program(path: Path) -> bool:
    """Whether a path is a file that may be executed."""
    return path.is_file() and os.access(path, os.X_OK)


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old text or the new, never a part; its directory is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
