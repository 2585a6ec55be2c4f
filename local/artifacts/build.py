"""Builds every service and writes ``<state>/artifacts.json``, from which the stack learns what to run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.artifacts.engine import Engine
from local.artifacts.images import build_image, prune_images
from local.artifacts.sources import Source, read_sources
from local.artifacts.store import place, prune
from local.paths import state_dir
from local.toolchain.layout import write_atomically


@dataclass(frozen=True)
class Artifact:
    """What was built for one service."""

    service: str
    version: str
    runs: dict[str, Any]
    """``{"command": [...]}`` or ``{"image": ...}``."""


def artifacts_file() -> Path:
    """Service -> version, and command or image, of the last build."""
    return state_dir() / "artifacts.json"


def build(
    interpreter: str, engine: Engine | None, mentioned: Callable[[], str], report: Callable[[str], None]
) -> list[Artifact]:
    """Build all services, as images where there is an engine, else as commands of ``interpreter``.

    ``mentioned`` gives the text of all jobs: an old version that is in there is not removed. Raises LocalError.
    """
    artifacts = [_build(source, interpreter, engine, mentioned, report) for source in read_sources()]
    write_artifacts(artifacts)
    return artifacts


def write_artifacts(artifacts: Sequence[Artifact]) -> None:
    """Note what was built last, for the stack."""
    text = json.dumps({item.service: {"version": item.version, **item.runs} for item in artifacts}, indent=2)
    write_atomically(artifacts_file(), text + "\n")


def _build(
    source: Source,
    interpreter: str,
    engine: Engine | None,
    mentioned: Callable[[], str],
    report: Callable[[str], None],
) -> Artifact:
    directory = place(source)
    prune(source.service, mentioned)
    if engine is None:
        # -B: nothing is written beside what runs.
        command = [interpreter, "-B", str(directory / "app.py")]
        return Artifact(source.service, source.version, {"command": command})
    image = build_image(engine, source.service, source.version, directory, report)
    prune_images(engine, source.service, source.version)
    return Artifact(source.service, source.version, {"image": image})
