"""Container images of the services, and where no registry can be reached, of this machine's own Python."""

import functools
import hashlib
import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from local.agents import interpreter
from local.agents.runtime import closure
from local.artifacts.engine import Engine
from local.artifacts.store import KEPT
from local.errors import LocalError

_OWN_BASE = "foxden/local-python"
_BUILD_WITHIN = 300.0
_PULL_WITHIN = 300.0
_QUICK = 30.0
_BASE = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)


def image_name(service: str, version: str) -> str:
    """The image of a service at a version."""
    return f"foxden/{service}:{version}"


def build_image(engine: Engine, service: str, version: str, context: Path, report: Callable[[str], None]) -> str:
    """The image of a service, built from its artifact unless it is there. Raises LocalError with what Docker said."""
    image = image_name(service, version)
    if not engine.has(image):
        base = _base(engine, context, report)
        arguments = ("--quiet", "--tag", image, "--build-arg", f"BASE={base}", str(context))
        engine.run("build", *arguments, timeout=_BUILD_WITHIN)
    return image


def _base(engine: Engine, context: Path, report: Callable[[str], None]) -> str:
    """The base image that the Dockerfile names; where it can't be had, one of this machine's own Python."""
    named = _BASE.search((context / "Dockerfile").read_text())
    if named is None:
        raise LocalError(f"{context / 'Dockerfile'} must have a line 'ARG BASE=<image>'")
    base = named.group(1)
    if engine.has(base):
        return base
    files = _own_python()
    own = f"{_OWN_BASE}:{_fingerprint(files)}"
    if engine.has(own):
        return own
    report(f"pulling {base}")
    try:
        engine.run("pull", "--quiet", base, timeout=_PULL_WITHIN)
        return base
    except LocalError as error:
        report(f"{base} can't be pulled ({str(error).splitlines()[-1]}): using this machine's Python instead")
    _import(engine, own, files)
    return own


@functools.cache
def _own_python() -> Mapping[str, str]:
    return closure(interpreter())


def _fingerprint(files: Mapping[str, str]) -> str:
    facts = [(inside, Path(outside).stat().st_size) for inside, outside in sorted(files.items())]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _import(engine: Engine, image: str, files: Mapping[str, str]) -> None:
    """Make an image of single files, with this Python as ``python3``."""
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for inside, outside in sorted(files.items()):
                archive.add(outside, arcname=inside.lstrip("/"), recursive=False, filter=_for_everybody)
            link = tarfile.TarInfo("usr/local/bin/python3")
            link.type, link.linkname = tarfile.SYMTYPE, interpreter()
            if interpreter() != "/usr/local/bin/python3":
                archive.addfile(link)
        file.seek(0)
        path = "ENV PATH=/usr/local/bin:/usr/bin:/bin"
        engine.run("import", "--change", path, "-", image, timeout=_BUILD_WITHIN, stdin=file)


def _for_everybody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mode |= 0o555 if entry.mode & 0o100 else 0o444
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def prune_images(engine: Engine, service: str, current: str) -> None:
    """Remove all but the newest images of a service. One that a container uses, Docker keeps."""
    listed = engine.run("image", "ls", "--format", "{{.Tag}}", f"foxden/{service}", timeout=_QUICK).split()
    for version in [tag for tag in listed if tag != current][KEPT:]:  # newest first
        try:
            engine.run("image", "rm", image_name(service, version), timeout=_QUICK)
        except LocalError:
            continue
