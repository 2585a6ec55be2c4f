"""What a closed network has of the world: the pinned programs, and a few packages."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from filelock import FileLock

from local.paths import cache_dir
from local.toolchain.layout import read_record
from tests.engine.bootlab.base import Base
from tests.engine.bootlab.serving import Answering, serving

PROGRAMS = ("consul", "nomad", "caddy")

_STAMP = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """A program as its maker would publish it."""

    name: str
    version: str
    file: Path
    sha256: str

    @property
    def path(self) -> str:
        """Below the mirror's address."""
        return f"/{self.name}/{self.version}/{self.file.name}"


def archives() -> dict[str, Archive]:
    """The programs that this checkout uses, packed once."""
    found = read_record().tools
    missing = [name for name in PROGRAMS if name not in found]
    assert not missing, f"no {', '.join(missing)} on this machine: run 'make tools'"
    return {name: _archive(name, found[name].version, Path(found[name].path)) for name in PROGRAMS}


def _archive(name: str, version: str, program: Path) -> Archive:
    directory = cache_dir() / "bootlab" / "archives"
    directory.mkdir(parents=True, exist_ok=True)
    seen = program.stat()
    file = directory / f"{name}_{version}_linux_amd64.zip"
    note = directory / f"{file.name}.json"
    made_of = [str(program), seen.st_size, seen.st_mtime_ns]
    with FileLock(directory / f"{name}.lock"):
        kept = json.loads(note.read_text()) if note.exists() and file.exists() else {}
        if kept.get("made_of") != made_of:
            _pack(name, program, file)
            kept = {"made_of": made_of, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
            note.write_text(json.dumps(kept))
    return Archive(name, version, file, kept["sha256"])


def _pack(name: str, program: Path, file: Path) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.external_attr = 0o755 << 16
    # Hosts unpack it again and again while tests wait: little effort, quick to read.
    entry.compress_type = zipfile.ZIP_DEFLATED
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compresslevel=1) as archive:
        archive.writestr(entry, program.read_bytes(), compresslevel=1)
    file.write_bytes(whole.getvalue())


@contextmanager
def mirror(address: tuple[str, int], base: Base) -> Iterator[str]:
    """Serves both; gives its address as a URL."""
    files = {archive.path: archive.file for archive in archives().values()}
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
