"""Where a service may run: the pools and machines that it asks for."""

import re
from collections.abc import Mapping

from foxden.naming import label_problem
from foxden.service.args import PlacementArgs
from foxden.service.reader import Reader
from foxden.service.spec import Placement

_LONGEST_POOL = 63
"""Those that are built here are shorter; on other clusters it is what a label can hold."""

_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,56}[A-Za-z0-9])?\Z", re.ASCII)


def read_placement(reader: Reader) -> Placement:
    """The placement of a service; the one that asks for nothing where none is given."""
    entry = reader.sub("placement")
    if entry is None:
        return Placement()
    entry.only(PlacementArgs.__annotations__)
    pool = entry.text("pool", "")
    wrong = label_problem(pool, _LONGEST_POOL) if pool else None
    if wrong:
        entry.complain("pool", wrong)
    return Placement(pool=pool, node_class=entry.text("node_class", ""), meta=read_meta(entry))


def read_meta(reader: Reader) -> Mapping[str, str]:
    """The facts about machines in ``meta``, of a placement or of the machines themselves."""
    meta = reader.text_map("meta")
    for key, value in meta.items():
        if not _KEY.match(key):
            reader.complain(f"meta.{key}", "is no name of a fact: up to 58 letters, digits and '._-'")
        if not value:
            reader.complain(f"meta.{key}", "must not be empty")
    return meta
