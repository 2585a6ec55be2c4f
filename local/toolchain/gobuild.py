"""Builds a tool from the Go module registry, in a module of its own that only requires it."""

import os
import shutil
from pathlib import Path

from local.toolchain.catalog import GoModule, Program
from local.toolchain.golang import find_go
from local.toolchain.platform import this_platform
from local.toolchain.processes import TimedOut, last_lines, run_watched
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused

BUILD_SECONDS = 3600.0
"""A build from nothing takes about four minutes on two cores."""


def build(tool: Program, work: Path, stage: Path, path: str, progress: Progress) -> str:
    """Build a tool into ``stage``; returns what built it. Raises Refused with the compiler's last words.

    Go keeps what it has fetched and compiled in caches of its own, so that an interrupted build goes on there.
    """
    go = find_go(tool.module.go, path, progress)
    module = work / "module"
    module.mkdir(parents=True, exist_ok=True)
    (module / "go.mod").write_text(go_mod(tool))
    (module / "go.sum").write_text("".join(f"{line}\n" for line in tool.module.sums))
    progress.say(f"building with Go {go.version} (minutes, the first time)")
    cgo = tool.module.cgo and _has_c_compiler(path)
    if tool.module.cgo and not cgo:
        progress.say("there is no C compiler: building without the parts in C")
    environment = _environment(cgo)
    log = work / "build.log"
    command: list[str | Path] = [
        go.program,
        "build",
        *_flags(tool.module),
        "-o",
        stage / tool.name,
        tool.module.package,
    ]
    try:
        code = run_watched(
            command, log, BUILD_SECONDS, lambda line: progress.tick(_shown(log, line)), cwd=module, env=environment
        )
    except TimedOut as error:
        raise Refused(f"go build {error}; its output is in {log}") from error
    if code:
        raise Refused(f"go build failed, its output is in {log} and ends with:\n{last_lines(log, 8)}")
    return f"Go {go.version} from {tool.module.package} {next(iter(tool.module.requires.values()))}"


def go_mod(tool: Program) -> str:
    """The go.mod of the module in which a tool is built."""
    module = tool.module
    lines = [f"module foxden.local/tools/{tool.name}", f"go {module.go}", f"tool {module.package}"]
    lines += [f"require {name} {version}" for name, version in module.requires.items()]
    lines += [f"replace {name} => {other}" for name, other in module.replaces.items()]
    lines += [f"exclude {name} {version}" for name, some in module.excludes.items() for version in _each(some)]
    return "\n\n".join(lines) + "\n"


def _each(some: str | tuple[str, ...]) -> tuple[str, ...]:
    return (some,) if isinstance(some, str) else some


def _flags(module: GoModule) -> list[str]:
    linker = ["-s", "-w", *(f"-X {name}={value}" for name, value in module.variables.items())]
    # -mod=mod lets Go write the rest of go.mod and go.sum itself, checked against its checksum database.
    return ["-mod=mod", "-trimpath", "-buildvcs=false", "-v", "-ldflags", " ".join(linker)]


def _has_c_compiler(path: str) -> bool:
    """Whether there is the one that Go would call."""
    usual = "clang" if this_platform().system == "darwin" else "gcc"
    words = os.environ.get("CC", usual).split() or [usual]
    return shutil.which(words[0], path=path) is not None


def _environment(cgo: bool) -> dict[str, str]:
    platform = this_platform()
    return {
        **os.environ,
        "CGO_ENABLED": "1" if cgo else "0",
        "GO111MODULE": "on",
        "GOARCH": platform.processor,
        "GOOS": platform.system,
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def _shown(log: Path, line: str) -> str:
    """How far a build is: Go prints a line per module it fetches and per package it compiles."""
    steps = log.read_bytes().count(b"\n")
    return f"building, {steps} modules and packages done, last {line}" if steps else "linking, or looking what to do"
