"""A master that goes: first its API, then its place in etcd, then it says so. A deadline ends each step."""

from collections.abc import Callable

from ..facts import Facts
from ..rest import ApiError
from ..units import is_active, keep_ended, systemctl
from ..waiting import nothing, until
from .etcd import Etcd, at
from .master_config import PARTS

_END_WITHIN = 90
_LEAVE_WITHIN = 60


def leave(facts: Facts, etcd: Etcd, look: Callable[[], frozenset[str]], meanwhile: Callable[[], None]) -> None:
    """It waits for its successor as long as it is given, so that the others are enough to decide, then goes.

    Where the cloud takes it away before, they must cope.
    """
    until(lambda: len(look() - {facts.name}) >= facts.quorum, facts.drain_deadline, meanwhile)
    keep_ended(*PARTS)
    for part in reversed(PARTS[1:]):
        # The API goes on for a while, and says that it is not ready: its balancer sends it nothing more.
        systemctl("stop", "--no-block", part)
    until(lambda: not any(is_active(part) for part in PARTS[1:]), _END_WITHIN, meanwhile)
    until(lambda: _out(facts, etcd), _LEAVE_WITHIN, meanwhile)
    systemctl("stop", "etcd")
    until(lambda: not is_active("etcd"), _END_WITHIN, nothing)


def _out(facts: Facts, etcd: Etcd) -> bool:
    """Whether this node's etcd is no member any more, or is the only one."""
    members = etcd.members()
    own = next((each for each in members if each.name == facts.name), None)
    others = [each for each in members if each.name and not each.is_learner and each != own]
    if own is None or not others:
        return True
    well = [each for each in others if at(each.address).is_healthy()]
    if not well:
        raise ApiError("no other member of etcd is well")
    if not own.is_learner and etcd.status().leads:
        etcd.hand_over(well[0])
    # By another member: this one might not live to hear that it is out.
    at(well[0].address).remove(own)
    return True
