"""``stacks/differences.yaml``: which differences between environments are meant, and what becomes of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from foxden.errors import check
from foxden.service.reader import Reader
from local.errors import LocalError
from local.paths import REPO
from policies.model import Level

FILE = "stacks/differences.yaml"


@dataclass(frozen=True)
class Meant:
    """A difference that somebody wants."""

    what: str
    """The path of a fact, with ``*`` for any part of it: ``services.*.replicas``."""
    why: str
    apart: tuple[str, ...] = ()
    """The environments that may be other than the rest, which must agree; none given: all may differ."""

    def covers(self, path: str) -> bool:
        """Whether it speaks of a fact."""
        return fnmatchcase(path, self.what)


@dataclass(frozen=True)
class Declared:
    """All that the file says."""

    environments: tuple[str, ...]
    """Those to compare, in the order in which a change goes through them."""
    surprise: Mapping[str, Level]
    """Environment to the level of a difference that nobody meant."""
    promotion: Mapping[str, Level]
    """Environment to the level of a version that did not run in the one before it; absent: nothing is asked for."""
    meant: tuple[Meant, ...]

    def before(self, environment: str) -> str | None:
        """The environment that a change goes through before this one."""
        known = self.environments
        place = known.index(environment) if environment in known else 0
        return known[place - 1] if place else None


def read_declared(root: Path = REPO) -> Declared:
    """The file's content. Raises InvalidInput with every problem, LocalError when there is no such file or no YAML."""
    try:
        content = yaml.safe_load((root / FILE).read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LocalError(f"cannot read {FILE}: {error}") from None
    return parse_declared(content)


def parse_declared(content: Any) -> Declared:
    """The same from plain values. Pure."""
    reader = Reader(FILE, content)
    reader.only(("environments", "surprise", "promotion", "meant"))
    reader.require("environments", "surprise")
    environments = reader.texts("environments")
    result = Declared(
        environments=environments,
        surprise=_levels(reader, "surprise", environments),
        promotion=_levels(reader, "promotion", environments[1:]),
        meant=_meant(reader, environments),
    )
    check(reader.problems)
    return result


def _levels(reader: Reader, key: str, environments: tuple[str, ...]) -> dict[str, Level]:
    entry = reader.sub(key)
    if entry is None:
        return {}
    entry.only(environments)
    return {name: entry.choice(name, Level.ADVISORY) for name in environments if entry.has(name)}


def _meant(reader: Reader, environments: tuple[str, ...]) -> tuple[Meant, ...]:
    found = []
    for place, value in enumerate(reader.items("meant")):
        entry = reader.nested(f"meant[{place}]", value)
        entry.only(("what", "why", "apart"))
        entry.require("what", "why")
        apart = entry.texts("apart")
        for name in apart:
            if name not in environments:
                entry.complain("apart", f"must be of {', '.join(environments)}, got {name!r}")
        found.append(Meant(entry.text("what", ""), entry.text("why", ""), apart))
    return tuple(found)
