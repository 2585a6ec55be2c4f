"""Which masters are whole: they vote in etcd, and their API is ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..facts import Facts
from ..rest import ApiError
from .api import PORT, as_admin
from .etcd import Etcd, Member, at

_QUICK = 5


@dataclass(frozen=True)
class Masters:
    """Node names. Both None where nobody could say who they are."""

    voters: frozenset[str] | None
    """Who votes in etcd, and is well."""
    ready: frozenset[str] | None
    """Whose API is ready."""

    def whole(self) -> frozenset[str]:
        """Those that are both."""
        return (self.voters or frozenset()) & (self.ready or frozenset())

    def without(self, name: str) -> int | None:
        """How many others decide; None where nobody could say."""
        return None if self.voters is None else len(self.voters - {name})


def masters(etcd: Etcd) -> Masters:
    """All of them, as this master finds them."""
    try:
        members = etcd.members()
    except ApiError:
        return Masters(None, None)
    voters = [each for each in members if each.name and not each.is_learner]
    return Masters(_those(voters, is_well), _those(voters, is_ready))


def is_whole(facts: Facts, etcd: Etcd) -> bool:
    """Whether this master is."""
    own = [each for each in etcd.members() if each.name == facts.name and not each.is_learner]
    return bool(own) and etcd.is_healthy() and all(is_ready(each) for each in own)


def is_well(member: Member) -> bool:
    """Whether a member of etcd answers, and knows its leader."""
    return at(member.address).is_healthy()


def is_ready(member: Member) -> bool:
    """Whether the API beside a member of etcd is ready."""
    try:
        as_admin(f"https://{member.address}:{PORT}", _QUICK).raw("GET", "/readyz")
    except (ApiError, OSError):
        return False
    return True


def _those(members: Iterable[Member], well: Callable[[Member], bool]) -> frozenset[str]:
    return frozenset(each.name for each in members if well(each))
