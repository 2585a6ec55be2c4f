"""What can be seen of etcd from outside: in the API, and by ``foxden-node status``."""

from datetime import datetime, timedelta, timezone
from typing import Any

from ..facts import Facts
from ..rest import ApiError
from .api import Kube
from .care import pays
from .etcd import Etcd, Member, at
from .places import SNAPSHOT

_LEASES = "/apis/coordination.k8s.io/v1"
_LEASE = f"{_LEASES}/namespaces/kube-system/leases/{SNAPSHOT}"
_TIME = "%Y-%m-%dT%H:%M:%S.000000Z"
_OBJECT = "foxden/object"
_MIB = 1024 * 1024


def tell_snapshot(facts: Facts, api: Kube, name: str, when: float) -> None:
    """Say in the API that there is a snapshot, of that second since 1970.

    A Lease, for what measures objects knows its times: it is to be renewed when the next one is due, and is not where
    none could be kept.
    """
    taken = datetime.fromtimestamp(when, timezone.utc)  # noqa: UP017
    due = taken + timedelta(minutes=facts.snapshot_minutes)
    spec = {
        "holderIdentity": facts.name,
        "acquireTime": taken.strftime(_TIME),
        "renewTime": due.strftime(_TIME),
        "leaseDurationSeconds": facts.snapshot_minutes * 60,
    }
    meta = {"name": SNAPSHOT, "annotations": {_OBJECT: name}}
    api.apply(_LEASE, {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec})


def status(facts: Facts, etcd: Etcd, api: Kube, now: float) -> tuple[list[str], list[str]]:
    """Lines about etcd, and what is wrong, at that second since 1970."""
    told: list[str] = []
    wrong: list[str] = []
    try:
        members = etcd.members()
        wrong += [f"alarm of a member: {each.kind}" for each in etcd.alarms()]
    except ApiError as error:
        members = []
        wrong.append(f"etcd does not answer: {error}")
    for member in members:
        try:
            told.append(_line(member))
        except (ApiError, OSError) as error:
            wrong.append(f"{member.name or member.address} does not answer: {error}")
    if facts.snapshots:
        _snapshot(api, now, told, wrong)
    else:
        told.append("no snapshots are kept")
    return told, wrong


def _line(member: Member) -> str:
    found = at(member.address).status()
    role = "learns" if member.is_learner else "leads" if found.leads else "votes"
    worth = ", to be defragmented" if pays(found) else ""
    size = f"{found.size // _MIB} MiB of {found.quota // _MIB}, {found.in_use // _MIB} in use"
    return f"{member.name or member.address} {role}: {size}{worth}"


def _snapshot(api: Kube, now: float, told: list[str], wrong: list[str]) -> None:
    try:
        found = api.get(_LEASE)
    except ApiError as error:
        wrong.append("no snapshot is known" if error.status == 404 else f"the API does not answer: {error}")
        return
    name = found["metadata"]["annotations"][_OBJECT]
    told.append(f"newest snapshot: {name}, {_minutes(now, found['spec'], 'acquireTime')} minutes old")
    late = _minutes(now, found["spec"], "renewTime")
    if late > 0:
        wrong.append(f"the next snapshot is {late} minutes late")


def _minutes(now: float, spec: dict[str, Any], since: str) -> int:
    """How many full minutes ago; less than none for what is to come."""
    then = datetime.strptime(spec[since], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
    return int(now - then) // 60
