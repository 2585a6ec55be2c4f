"""What etcd needs now and then: what was freed is given back, and it takes writes again once there is room."""

from collections.abc import Callable, Sequence

from ..rest import ApiError
from .etcd import Alarm, Etcd, Member, Status, at

NO_SPACE = "NOSPACE"
"""The alarm of a member that had no room. Until it is taken back, all of them take nothing but removals."""
_MIB = 1024 * 1024
_MUCH, _ALMOST = 1 / 40, 0.8
"""Parts of the quota: what is worth it, and from when on less than half unused is."""
_ROOM = 0.9
"""With so little of the quota taken it is tried again."""


def pays(status: Status) -> bool:
    """Whether defragmenting a member gives back enough for it to be silent meanwhile."""
    unused = status.size - status.in_use
    much = unused >= status.quota * _MUCH
    return much and (unused >= status.size / 2 or status.size >= status.quota * _ALMOST)


def full(alarms: Sequence[Alarm]) -> list[Alarm]:
    """Those that say that there is no room."""
    return [each for each in alarms if each.kind == NO_SPACE]


def keep(etcd: Etcd, reach: Callable[[Member], Etcd] = lambda member: at(member.address)) -> None:
    """One step, by the leader: one member is defragmented, or etcd takes writes again. ApiError where it can't.

    The API has it forget old revisions; where nothing can be written that is done here, for the API notes when it did.
    """
    own, voters = etcd.status(), [each for each in etcd.members() if each.name and not each.is_learner]
    alarms = full(etcd.alarms())
    if alarms:
        etcd.compact(own.revision)
    found = {each: status for each in voters if (status := _status(reach(each)))}
    wasteful = [each for each in found if pays(found[each])]
    if wasteful and (alarms or len(found) == len(voters)):
        _defragment(etcd, own.id, wasteful, [each for each in found if each.id != own.id], reach)
    elif alarms and all(status.size < status.quota * _ROOM for status in found.values()):
        for each in alarms:
            etcd.disarm(each)
        print("etcd has room again: it takes writes", flush=True)
    elif alarms:
        used = max(status.in_use for status in found.values())
        raise ApiError(f"etcd is full, and takes no writes: {used // _MIB} MiB of {own.quota // _MIB} are in use")


def _defragment(
    etcd: Etcd, own: str, wasteful: Sequence[Member], others: Sequence[Member], reach: Callable[[Member], Etcd]
) -> None:
    """One of them. Whoever leads does not fall silent: another one leads first, and does it then."""
    chosen = next((each for each in wasteful if each.id != own), None)
    if chosen is None and others:
        etcd.hand_over(others[0])
        print(f"{others[0].name} leads etcd: this member is to be defragmented", flush=True)
        return
    member = chosen or wasteful[0]
    there = reach(member)
    before = there.status().size
    there.defragment()
    print(f"{member.name} is defragmented: {before // _MIB} MiB became {there.status().size // _MIB}", flush=True)


def _status(etcd: Etcd) -> Status | None:
    """Of a member that answers, and knows who leads."""
    try:
        status = etcd.status()
    except (ApiError, OSError):
        return None
    return status if status.leader.strip("0") else None
