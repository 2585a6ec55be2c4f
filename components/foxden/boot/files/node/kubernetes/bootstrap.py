"""How a master's etcd begins: the first alone, a later one as a member of those that are there.

Who is the first is written down once for each generation: a generation begins with nothing, or with a snapshot that
somebody restores. Data of an earlier one count no more.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..facts import Facts
from ..parameters import Parameters
from ..rest import ApiError
from ..written import write
from . import instances
from .etcd import Etcd, Member, at, founded, initial_cluster, peer_url
from .master import token

DATA = Path("/var/lib/etcd")
_PLACE = Path("/var/lib/foxden/etcd.json")


@dataclass(frozen=True)
class Place:
    """With whom a node's etcd begins."""

    generation: int
    members: str
    state: str


@dataclass(frozen=True)
class Beginning:
    """How a generation begins."""

    founder: str
    """The instance that begins it."""
    snapshot: str = ""
    """The object of the bucket that it begins with. '' for nothing."""


def key(generation: int) -> str:
    """Where it is kept how a generation begins."""
    return f"servers/etcd-{generation}"


def ready_key(generation: int) -> str:
    """Where it is kept which cluster of etcd a generation is, from when on there may be something in it."""
    return f"servers/etcd-{generation}-ready"


def latest(parameters: Parameters, first: Callable[[], Beginning] | None = None) -> tuple[int, Beginning | None]:
    """The last generation there is; where there is none, ``first`` makes one. 0 for none."""
    number, found = 0, None
    while True:
        text = parameters.read(key(number + 1))
        if text is None:
            break
        number, found = number + 1, Beginning(**json.loads(text))
    return (number, found) if found or not first else (1, begin(parameters, 1, first()))


def begin(parameters: Parameters, generation: int, wish: Beginning) -> Beginning:
    """Begin a generation, unless another master was quicker: how it begins."""
    text = parameters.once(key(generation), lambda: json.dumps(wish.__dict__))
    return Beginning(**json.loads(text))


class Bootstrap:
    """Finds a node's place."""

    def __init__(self, facts: Facts, parameters: Parameters, ec2: Any, restore: Callable[[str, Path], None]) -> None:
        self._facts = facts
        self._parameters = parameters
        self._ec2 = ec2
        self._restore = restore

    def place(self) -> Place:
        """The place that the node has, or has now got. ApiError while none can be had."""
        generation, found = latest(self._parameters, lambda: Beginning(self._facts.instance))
        kept = _kept()
        if kept and kept.generation == generation and (DATA / str(generation)).exists():
            return kept
        beginning = found or Beginning(self._facts.instance)
        begun = self._parameters.read(ready_key(generation))
        if beginning.founder == self._facts.instance and not begun:
            return self._found(generation, beginning)
        servers = instances.servers(self._ec2, self._facts)
        # Before it has begun there is nobody but its founder, whose etcd may still be that of the generation before.
        asked = [name for name in servers if begun or name == beginning.founder]
        cluster = begun or founded(servers.get(beginning.founder, ""), token(self._facts, generation))
        try:
            addresses = [servers[name] for name in asked if name != self._facts.instance]
            return self._join(generation, addresses, cluster)
        except ApiError:
            if begun or beginning.founder in servers or beginning.snapshot:
                raise
        # Whoever was to be the first is gone before anything was kept: another one is.
        begin(self._parameters, generation + 1, Beginning(self._facts.instance))
        raise ApiError(f"{beginning.founder} is gone before it was of use: another master is the first")

    def _found(self, generation: int, beginning: Beginning) -> Place:
        data = DATA / str(generation)
        if not data.exists() and beginning.snapshot:
            self._restore(beginning.snapshot, data)
        return _keep(Place(generation, f"{self._facts.name}={peer_url(self._facts.address)}", "new"))

    def _join(self, generation: int, others: list[str], cluster: str) -> Place:
        """A place among those that are there, as one that does not vote yet."""
        facts = self._facts
        etcd, members = _anybody(others, cluster)
        own = next((each for each in members if each.address == facts.address), None)
        if own and own.name:
            # It has been one before, and has lost what it knew: that must not be forgotten under the same name.
            etcd.remove(own)
            own = None
        if own is None:
            if len(members) > facts.servers:
                raise ApiError(f"there are {len(members)} members of etcd: one of them has to go first")
            members = etcd.add_learner(facts.address)
        return _keep(Place(generation, initial_cluster(members, facts.address, facts.name), "existing"))


def _anybody(addresses: list[str], cluster: str) -> tuple[Etcd, list[Member]]:
    """Any member of that cluster that answers."""
    said = "no other server is there"
    for address in addresses:
        try:
            etcd = at(address)
            if etcd.status().cluster == cluster:
                return etcd, etcd.members()
            said = f"{address} is of an earlier generation"
        except ApiError as error:
            said = str(error)
    raise ApiError(f"no member of etcd answers: {said}")


def _kept() -> Place | None:
    return Place(**json.loads(_PLACE.read_text())) if _PLACE.exists() else None


def _keep(place: Place) -> Place:
    write(_PLACE, json.dumps(place.__dict__), "root")
    return place


def forget_others(place: Place) -> None:
    """Remove what is left of earlier generations."""
    for old in DATA.glob("*"):
        if old.is_dir() and old.name != str(place.generation):
            shutil.rmtree(old)
