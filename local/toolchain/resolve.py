"""How a tool is found or got: on PATH, in the cache, as the official release, built."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local.errors import LocalError
from local.toolchain import cache
from local.toolchain.catalog import Program, Tool
from local.toolchain.gobuild import build
from local.toolchain.layout import Found, partial_dir, tool_dir
from local.toolchain.platform import this_platform
from local.toolchain.processes import version_output
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused
from local.toolchain.versions import candidates, compatible, parse_version

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

_PAST = {"download": "downloaded", "build": "built"}


@dataclass(frozen=True)
class Resolved:
    """A tool that is there, and what to tell about it."""

    found: Found
    detail: str


def resolve(tool: Program, path: str, fetcher: "Callable[[], Fetcher]", progress: Progress) -> Resolved:
    """Find or get a tool; ``path`` is the user's PATH, ``fetcher`` is called when there is something to download.

    Raises LocalError that tells all that was tried.
    """
    tried: list[str] = []
    on_path = _on_path(tool, path, tried)
    if on_path:
        return on_path
    if not cache.cached(tool):
        with cache.lock(f"{tool.name}-{tool.version}", progress):
            if not cache.cached(tool):
                return _get(tool, path, fetcher, progress, tried)
    return _from_cache(tool)


def _on_path(tool: Program, path: str, tried: list[str]) -> Resolved | None:
    for candidate in candidates(tool.name, path, tool.version_argument):
        if candidate.version and compatible(candidate.version, tool.version, same_minor=tool.same_minor):
            found = Found(str(candidate.path), candidate.version, tool.version, "path")
            return Resolved(found, str(candidate.path))
        tried.append(f"{candidate.path} is {candidate.version or 'of no known version'}, not {tool.version} or newer")
    if not tried:
        tried.append("it is not on PATH")
    return None


def _from_cache(tool: Program) -> Resolved:
    receipt = cache.read_receipt(tool)
    detail = str(tool_dir(tool) / tool.name)
    if receipt:
        day = time.strftime("%Y-%m-%d", time.localtime(receipt.at))
        detail += f", {_PAST[receipt.source]} {day}"
    return Resolved(Found(str(tool_dir(tool) / tool.name), tool.version, tool.version, "cache"), detail)


def _get(tool: Program, path: str, fetcher: "Callable[[], Fetcher]", progress: Progress, tried: list[str]) -> Resolved:
    # `requests` opens a socket as soon as it is imported, and with a full cache there is to be none.
    from local.toolchain.release import download

    work = partial_dir(tool)
    work.mkdir(parents=True, exist_ok=True)
    ways: dict[str, Callable[[Path], str]] = {}
    if isinstance(tool, Tool):
        released = tool
        ways["download"] = lambda stage: download(released, work, stage, fetcher(), progress)
    ways["build"] = lambda stage: build(tool, work, stage, path, progress)
    for source, way in ways.items():
        with cache.fresh_directory(work / "stage") as stage:
            try:
                detail = way(stage)
            except Refused as reason:
                tried.append(f"{source}: {reason}")
                progress.say(f"no {source}: {str(reason).splitlines()[0]}")
                continue
            return _publish(tool, stage, source, detail, progress)
    raise LocalError(_failure(tool, tried))


def _publish(tool: Program, stage: Path, source: str, detail: str, progress: Progress) -> Resolved:
    said = version_output(stage / tool.name, tool.version_argument)
    version = parse_version(said or "") if tool.says_version else said is not None and tool.version
    if version != tool.version:
        says = f"is version {version}" if version else "does not run here"
        raise LocalError(f"the {tool.name} {tool.version} from {detail} {says}: not installed")
    program = cache.publish(stage, tool, cache.Receipt(source, detail, time.time(), progress.seconds))
    shutil.rmtree(partial_dir(tool))
    return Resolved(Found(str(program), tool.version, tool.version, source), f"{program}, {detail}")


def _failure(tool: Program, tried: list[str]) -> str:
    steps = "\n".join(f"  - {step}".replace("\n", "\n    ") for step in tried)
    series = ".".join(tool.version.split(".")[: 2 if tool.same_minor else 1])
    release = ""
    if isinstance(tool, Tool):
        release = f"  - let this machine reach {tool.release.archive_url(tool.version, this_platform())}\n"
    return (
        f"{tool.name} {tool.version} can't be had. Tried:\n{steps}\n"
        "Do one of these, then run 'make tools' again:\n"
        f"  - put {tool.name} {tool.version}, or a newer {series}.x, on PATH\n"
        f"{release}"
        f"  - let it reach a Go module proxy (GOPROXY), with Go {tool.module.go} on PATH or PyPI to get it from"
    )
