"""What a closed network has of the world: pinned programs as their makers publish them, and a few packages."""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from filelock import FileLock

from local.paths import cache_dir
from local.toolchain.layout import Found, read_record
from tests.engine.bootlab.base import Base
from tests.engine.bootlab.serving import Answering, serving

_STAMP = (2020, 1, 1, 0, 0, 0)
_SECONDS = 1577836800
"""The same moment."""


@dataclass(frozen=True)
class Archive:
    """Programs as their maker would publish them."""

    name: str
    version: str
    file: Path
    sha256: str

    @property
    def path(self) -> str:
        """Below the mirror's address."""
        return f"/{self.name}/{self.version}/{self.file.name}"

    def told(self, mirror: str) -> dict[str, str]:
        """Where it is and what it must add up to, as nodes are told of a program."""
        return {"version": self.version, "checksum": self.sha256, "url": f"{mirror}{self.path}"}


def found(names: Sequence[str]) -> dict[str, Found]:
    """The programs of these names that this checkout uses."""
    tools = read_record().tools
    missing = [name for name in names if name not in tools]
    assert not missing, f"no {', '.join(missing)} on this machine: run 'make tools'"
    return {name: tools[name] for name in names}


def archive(name: str, version: str, file: str, members: Mapping[str, str]) -> Archive:
    """Programs, packed once: path inside -> program outside. ``file`` ends as its form asks; the program itself has no
    ending."""
    directory = cache_dir() / "bootlab" / "archives"
    directory.mkdir(parents=True, exist_ok=True)
    packed = directory / file
    note = directory / f"{file}.json"
    seen = {inside: Path(program).stat() for inside, program in members.items()}
    made_of = [[inside, members[inside], each.st_size, each.st_mtime_ns] for inside, each in sorted(seen.items())]
    with FileLock(directory / f"{file}.lock"):
        kept = json.loads(note.read_text()) if note.exists() and packed.exists() else {}
        if kept.get("made_of") != made_of:
            packed.write_bytes(_packed(file, {inside: Path(program) for inside, program in members.items()}))
            kept = {"made_of": made_of, "sha256": hashlib.sha256(packed.read_bytes()).hexdigest()}
            note.write_text(json.dumps(kept))
    return Archive(name, version, packed, kept["sha256"])


def _packed(file: str, members: Mapping[str, Path]) -> bytes:
    """Hosts unpack it again and again while tests wait: little effort, quick to read."""
    whole = io.BytesIO()
    if file.endswith(".zip"):
        with zipfile.ZipFile(whole, "w", compresslevel=1) as zipped:
            for inside, program in sorted(members.items()):
                entry = zipfile.ZipInfo(inside, _STAMP)
                entry.external_attr = 0o755 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                zipped.writestr(entry, program.read_bytes(), compresslevel=1)
    elif file.endswith(".tar.gz"):
        with tarfile.open(fileobj=whole, mode="w:gz", compresslevel=1) as tarred:
            for inside, program in sorted(members.items()):
                member = tarfile.TarInfo(inside)
                member.size, member.mode, member.mtime = program.stat().st_size, 0o755, _SECONDS
                with program.open("rb") as content:
                    tarred.addfile(member, content)
    else:
        (program,) = members.values()
        whole.write(program.read_bytes())
    return whole.getvalue()


@contextmanager
def mirror(address: tuple[str, int], base: Base, archives: Sequence[Archive]) -> Iterator[str]:
    """Serves both; gives its address as a URL."""
    files = {archive.path: archive.file for archive in archives}
    files |= {f"/apt/{file.name}": file for file in base.apt.iterdir()}

    class Mirror(Answering):
        def do_GET(self) -> None:
            path = unquote(self.path.partition("?")[0]).replace("/./", "/")
            file = files.get(path)
            if file is None:
                return self.say(404, f"{path} is not here\n")
            return self.say(200, file.read_bytes(), {"Content-Type": "application/octet-stream"})

        do_HEAD = do_GET

    with serving(address, Mirror):
        yield f"http://{address[0]}:{address[1]}" if address[1] != 80 else f"http://{address[0]}"
