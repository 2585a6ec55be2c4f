"""Parts become the text of a ``#cloud-config`` (pure)."""

import re
from collections.abc import Iterable, Iterator

from foxden.boot.files import shipped
from foxden.boot.node import Binary
from foxden.boot.parts import Boot, File

_UNITS = "/etc/systemd/system"
_FETCH = "/usr/local/lib/foxden/fetch"
_FETCH_PROGRAM = "/usr/local/lib/foxden/fetch-program"
_BINARIES = "/etc/foxden/binaries"
_BLOCK = re.compile(r"[!-~][ -~\t]*\n(?:[ -~\t]*\n)*\Z")
"""Text that YAML takes as a block as it is: printable, no space first, and one line feed after the last line."""


def cloud_config(boot: Boot) -> str:
    """The whole of it, the same for the same parts."""
    return "\n".join(["#cloud-config", *_packages(boot), *_files(_all_files(boot)), *_commands(boot), ""])


def _packages(boot: Boot) -> Iterator[str]:
    if boot.apt_mirror:
        yield f"apt: {{primary: [{{arches: [default], uri: {_quoted(boot.apt_mirror)}}}]}}"
    if boot.packages:
        yield "package_update: true"
        yield f"packages: {_list(package.name for package in boot.packages)}"


def _all_files(boot: Boot) -> list[File]:
    files = list(boot.files)
    if boot.programs:
        files.append(File(_FETCH_PROGRAM, shipped("fetch_program.py"), "0755"))
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
            yield f"  content: {_quoted(file.content)}"


def _commands(boot: Boot) -> Iterator[str]:
    # The first: with a wrong identity or no way to the bucket nothing else is of use.
    commands = [
        [_FETCH_PROGRAM, each.region, each.bucket, each.key, each.checksum, each.path] for each in boot.programs
    ]
    commands += [[_FETCH, _BINARIES]] if boot.binaries else []
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
    yield from (f"- {_list(command)}" for command in commands)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """As YAML takes any text. JSON's form will not do: it has two escapes for one character beyond the first 65536."""
    plain = (character if " " <= character <= "~" and character not in '"\\' else "" for character in text)
    return '"' + "".join(safe or f"\\U{ord(character):08x}" for safe, character in zip(plain, text, strict=True)) + '"'
