"""Official releases: the archive is fetched, its checksum checked, and only what is wanted taken out of it."""

import hashlib
import hmac
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from string import hexdigits
from typing import IO

from local.errors import LocalError
from local.toolchain.catalog import Tool
from local.toolchain.fetch import Fetcher
from local.toolchain.platform import this_platform
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused


def download(tool: Tool, work: Path, stage: Path, fetcher: Fetcher, progress: Progress) -> str:
    """Fill ``stage`` with the official program and what belongs beside it; returns where that came from.

    ``work`` keeps a partial download for the next attempt. Raises Refused where the release can't be had, LocalError
    where it is not what it claims to be.
    """
    url = tool.release.archive_url(tool.version, this_platform())
    archive = work / url.rpartition("/")[2]
    algorithm, wanted = _checksum(tool, archive.name, fetcher)
    progress.say(f"downloading {url}")
    fetcher.file(url, archive, progress)
    found = digest_of(archive, algorithm)
    if not hmac.compare_digest(found, wanted):
        archive.unlink()
        raise LocalError(
            f"{url} is not what was released: its {algorithm} is {found}, not {wanted}; nothing was installed."
            " Run 'make tools' once more in case the download was damaged; if this stays, something on the way"
            " changes files, and should be looked into"
        )
    _extract(archive, tool, stage)
    archive.unlink()
    return f"{url} ({algorithm} {found})"


def _checksum(tool: Tool, name: str, fetcher: Fetcher) -> tuple[str, str]:
    """The algorithm and the checksum that an archive must have: the pinned one, else the release's own."""
    pinned = tool.release.pinned.get(str(this_platform()))
    if pinned:
        return "sha256", pinned
    url = tool.release.checksums_url(tool.version, this_platform())
    algorithm = tool.release.algorithm
    found = listed(fetcher.text(url), (2 * hashlib.new(algorithm).digest_size,))
    if value := found.get(name, found.get("")):
        return algorithm, value
    raise Refused(f"{url} has no {algorithm} of {name}")


def listed(text: str, lengths: Collection[int]) -> dict[str, str]:
    """What a publisher's list says: file to its checksum, of so many digits of hex.

    A checksum that stands alone, with no file's name, is that of the file ``""``. What is no such line is left out.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        value, _, file = line.partition(" ")
        if len(value) in lengths and set(value.lower()) <= set(hexdigits):
            found.setdefault(file.strip().removeprefix("*"), value.lower())
    return found


def digest_of(file: Path, algorithm: str) -> str:
    """What a file adds up to, in hex; it is read piece by piece."""
    digest = hashlib.new(algorithm)
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _extract(archive: Path, tool: Tool, stage: Path) -> None:
    """Take the program, and what is kept beside it, by their bare names: no path of the archive's is ever used."""
    if archive.name == tool.name:  # no archive, but the program
        shutil.copyfile(archive, stage / tool.name)
        (stage / tool.name).chmod(0o755)
        return
    try:
        for name, opened in _members(archive):
            if name == tool.name or (tool.release.beside and name.startswith(tool.release.beside)):
                with opened() as source, (stage / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
                (stage / name).chmod(0o755)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise LocalError(f"{archive.name} can't be unpacked: {error}") from error
    if not (stage / tool.name).is_file():
        raise LocalError(f"{archive.name} has no program {tool.name} in it")


def _members(archive: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """The bare name of each file of an archive, and how to open it."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir():
                    yield PurePosixPath(entry.filename).name, partial(zipped.open, entry)
        return
    with tarfile.open(archive) as tarred:
        for member in tarred:
            if member.isreg():
                yield PurePosixPath(member.name).name, partial(_content, tarred, member)


def _content(bundle: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = bundle.extractfile(member)
    if content is None:
        raise tarfile.TarError(f"{member.name} has no content")
    return content
