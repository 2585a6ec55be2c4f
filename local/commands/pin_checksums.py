"""``pin-checksums``: put the checksums of nodes' programs into an environment's file, where nobody has said them."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from foxden.errors import InvalidInput, Problem, check
from foxden.schedulers.base import nodes
from foxden.schedulers.releases import CHECKSUM_LENGTHS, Archive, archives
from foxden.service.reader import Reader
from local.commands.cloud_site import Site, site
from local.commands.report import say
from local.errors import LocalError
from local.paths import REPO
from local.stackedits import with_text
from local.stackfiles import PREFIX, stack_file
from local.toolchain.fetch import Fetcher
from local.toolchain.progress import Progress
from local.toolchain.refused import Missing, Refused
from local.toolchain.release import digest_of, listed

LIST, ARCHIVE = "list", "archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose, and what may be believed."""
    parser.add_argument("--stack", required=True, help="the environment, such as qa")
    parser.add_argument(
        "--from",
        dest="source",
        choices=(LIST, ARCHIVE),
        default=LIST,
        help="'archive': where a publisher has no list of checksums, believe what it offers today; default: list",
    )


def run(options: argparse.Namespace) -> int:
    """Find out what is missing, ask the publishers, and write it down."""
    found = site(options.stack)
    for line in pin(found, from_archives=options.source == ARCHIVE):
        say(line)
    return 0


def pin(found: Site, *, from_archives: bool, root: Path = REPO) -> list[str]:
    """Write what is missing into the environment's file, all of it or nothing; what was done, a sentence each.

    A publisher's list is what counts; with ``from_archives`` an archive itself where there is none. LocalError says
    what can't be had.
    """
    file = stack_file(found.environment, root)
    missing = _missing(found)
    fetcher = Fetcher()
    checksums: dict[Archive, str] = {}
    said: list[str] = []
    failures: list[str] = []
    for archive, name in {archive: name for _, name, archive in missing}.items():
        what = f"{name} {archive.version}"
        try:
            checksums[archive], why = _checksum(archive, fetcher, from_archives)
            said.append(f"{file.name}: {what} is {checksums[archive]}, {why}")
        except Missing as refused:
            another = f"; 'make pin-checksums STACK={found.environment} FROM={ARCHIVE}' believes what is offered today"
            failures.append(f"{what}: {refused}{'' if from_archives else another}")
        except (LocalError, Refused) as error:
            failures.append(f"{what}: {error}")
    if failures:
        raise LocalError("\n".join(failures))
    content = file.read_bytes().decode()
    for path, _, archive in missing:
        content = with_text(content, path, checksums[archive])
    if missing:
        file.write_bytes(content.encode())
    return said or [f"{file.name}: nothing to do, no program of its nodes lacks a checksum"]


def _missing(found: Site) -> list[tuple[tuple[str, ...], str, Archive]]:
    """Path in the file, program and archive of each checksum that is not there, or stands for any."""
    problems: list[Problem] = []
    missing = []
    try:
        for path, software in _choices(Reader(f"environment '{found.environment}'", found.choices, "", problems)):
            mirror, processor = software.text("mirror"), software.text("processor", "amd64")
            programs = software.given.get("programs")
            for name, archive in archives(
                nodes(found.scheduler).RELEASES, mirror, programs, processor, problems
            ).items():
                if not archive.is_pinned:
                    missing.append((("config", *path, "software", "programs", name, "checksum"), name, archive))
        check(problems)
    except InvalidInput as error:
        raise LocalError(str(error)) from None
    return missing


def _choices(reader: Reader) -> Iterator[tuple[tuple[str, ...], Reader]]:
    """Where programs are chosen, and how: those of the core, which pools take too, and those of pools with their own.

    Nowhere where the cloud brings them.
    """
    if reader.flag("managed", False):
        return
    shared = {key: reader.given[key] for key in ("mirror", "processor") if reader.has(key)}
    core = reader.sub("core")
    own = core.sub("software") if core else None
    yield (f"{PREFIX}core",), reader.nested("core.software", {**shared, **(own.given if own else {})})
    pools = reader.sub("pools") or reader.nested("pools", {})
    for pool, fields in pools.given.items():
        if software := pools.nested(pool, fields).sub("software"):
            yield (f"{PREFIX}pools", pool), software


def _checksum(archive: Archive, fetcher: Fetcher, from_archives: bool) -> tuple[str, str]:
    """What an archive adds up to, and who says so. Missing where nobody does who may."""
    if archive.sums:
        try:
            return _of_list(archive, fetcher), f"as {archive.sums} says"
        except Missing:
            if not from_archives:
                raise
    elif not from_archives:
        raise Missing(f"no publisher's list says anything of {archive.url}")
    told = "trust on first use, for nothing says that this is what was released"
    return _of_archive(archive, fetcher), f"as {archive.url} is today: {told}"


def _of_list(archive: Archive, fetcher: Fetcher) -> str:
    found = listed(fetcher.text(archive.sums), CHECKSUM_LENGTHS)
    file = archive.url.rpartition("/")[2]
    if not found:
        raise LocalError(f"{archive.sums} is no list of SHA-256 or SHA-512 checksums")
    if file not in found and list(found) != [""]:
        raise LocalError(f"{archive.sums} does not name {file}")
    return found.get(file) or found[""]


def _of_archive(archive: Archive, fetcher: Fetcher) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "archive"
        progress = Progress(archive.url)
        fetcher.file(archive.url, file, progress)
        progress.close()
        return digest_of(file, "sha256")
