"""Reads what machines are installed with (pure)."""

import re
from collections.abc import Callable
from dataclasses import replace

from foxden.boot.node import Software
from foxden.clusters.machine_args import SoftwareArgs
from foxden.errors import InvalidInput
from foxden.schedulers.base import nodes
from foxden.service.reader import Reader, shown

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+\Z", re.ASCII)
_PATH = re.compile(r"(/[A-Za-z0-9._@-]+)+\Z", re.ASCII)
_UNIT = re.compile(r"[A-Za-z0-9:_.@-]+\.(service|socket|timer|path)\Z", re.ASCII)
_OWN_PATHS = ("/etc/foxden/", "/etc/consul.d/", "/etc/nomad.d/")
"""What is below is the node's own."""


def read_software(reader: Reader, scheduler: str) -> Software:
    """The field ``software``."""
    wanted = reader.sub("software")
    if wanted is None:
        return nodes(scheduler).software() if scheduler else Software(())
    wanted.only(SoftwareArgs.__annotations__)
    mirror, processor, apt_mirror = wanted.text("mirror"), wanted.text("processor"), wanted.text("apt_mirror")
    packages = _names(wanted, "packages", _PACKAGE, "the name of a Debian package")
    units = _names(wanted, "units", _UNIT, "the name of a unit such as 'some.service'")
    files = wanted.text_map("files")
    for path in files:
        if not _PATH.match(path) or path.startswith(_OWN_PATHS):
            wanted.complain(f"files.{path}", f"must be an absolute path, and not below {', '.join(_OWN_PATHS)}")
    if not scheduler or reader.problems:
        return Software(())
    choose: Callable[..., Software] = nodes(scheduler).software
    try:
        found = choose(mirror, wanted.given.get("programs"), processor or "amd64", apt_mirror or "")
    except InvalidInput as error:
        reader.problems += error.problems
        return Software(())
    return replace(found, packages=(*found.packages, *packages), files=files, units=units)


def _names(wanted: Reader, key: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
    names: tuple[str, ...] = wanted.texts(key)
    for place, name in enumerate(names):
        if not form.match(name):
            wanted.complain(f"{key}[{place}]", f"must be {what}, got {shown(name)}")
    return names
