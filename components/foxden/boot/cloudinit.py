"""Parts become the text of a ``#cloud-config`` (pure)."""

import json
import re
from collections.abc import Iterable, Iterator

from foxden.boot.files import shipped
from foxden.boot.node import Binary
from foxden.boot.parts import Boot, File

_UNITS = "/etc/systemd/system"
_FETCH = "/usr/local/lib/foxden/fetch"
_BINARIES = "/etc/foxden/binaries"
_BLOCK = re.compile(r"[!-~][ -~\t]*\n(?:[ -~\t]*\n)*\Z")
"""Text that YAML takes as a block as it is: printable, no space first, and one line feed after the last line."""


def cloud_config(boot: Boot) -> str:
    """The whole of it, the same for the same parts."""
    return "\n".join(["#cloud-config", *_packages(boot), *_files(_all_files(boot)), *_commands(boot), ""])


def _packages(boot: Boot) -> Iterator[str]:
    if boot.apt_mirror:
        yield f"apt: {json.dumps({'primary': [{'arches': ['default'], 'uri': boot.apt_mirror}]})}"
    if boot.packages:
        yield "package_update: true"
        yield f"packages: {json.dumps([package.name for package in boot.packages])}"


def _all_files(boot: Boot) -> list[File]:
    files = list(boot.files)
    if boot.binaries:
        lines = [_binary(binary) for binary in boot.binaries]
        files += [File(_FETCH, shipped("fetch.sh"), "0755"), File(_BINARIES, "".join(lines))]
    return files + [File(f"{_UNITS}/{unit.name}", unit.content) for unit in boot.units]


def _binary(binary: Binary) -> str:
    return f"{binary.name} {binary.version} {binary.checksum} {binary.url} {binary.member or binary.name}\n"


def _files(files: Iterable[File]) -> Iterator[str]:
    yield "write_files:"
    for file in files:
        yield f"- path: {file.path}"
        yield f"  permissions: '{file.mode}'"
        if _BLOCK.match(file.content) and not file.content.endswith("\n\n"):
            yield "  content: |"
            yield from (f"    {line}" if line else "" for line in file.content.splitlines())
        else:
            yield f"  content: {json.dumps(file.content)}"


def _commands(boot: Boot) -> Iterator[str]:
    commands = [[_FETCH, _BINARIES]] if boot.binaries else []
    commands += [list(command.arguments) for command in boot.commands]
    if boot.units:
        commands.append(["systemctl", "daemon-reload"])
    started = [unit.name for unit in boot.units if unit.start]
    if started:
        commands.append(["systemctl", "enable", *started])
        # Not waited for: they wait for each other, and for secrets that another node may have to make first.
        commands.append(["systemctl", "restart", "--no-block", *started])
    yield "runcmd:"
    yield "- set -e"
    yield from (f"- {json.dumps(command)}" for command in commands)
