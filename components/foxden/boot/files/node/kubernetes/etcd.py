"""etcd, by the JSON that it speaks beside gRPC."""

import base64
import hashlib
import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..rest import ApiError, Rest
from .api import FOLDER
from .places import ETCD_QUOTA

CLIENT_PORT = 2379
PEER_PORT = 2380
OWN = f"https://127.0.0.1:{CLIENT_PORT}"
CERTIFICATES = FOLDER / "etcd"
"""The folder with this program's certificate as a client."""
_QUICK, _PATIENT = 5, 120
_SUM = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Member:
    """One of etcd's members."""

    id: str
    name: str
    """Its node's; '' as long as it has not been started."""
    address: str
    is_learner: bool


@dataclass(frozen=True)
class Status:
    """What one member knows of itself."""

    id: str
    leader: str
    cluster: str
    """Which of all clusters of etcd it belongs to."""
    revision: int = 0
    """Of its newest change."""
    size: int = 0
    """Bytes that it has on the disk."""
    in_use: int = 0
    """How many of these hold something: the others it fills again, and gives back when it is defragmented."""
    quota: int = ETCD_QUOTA
    """How many it may have."""

    @property
    def leads(self) -> bool:
        """Whether it leads."""
        return self.id == self.leader != ""


@dataclass(frozen=True)
class Alarm:
    """What a member says is wrong with it."""

    member: str
    """Its id."""
    kind: str


class Etcd:
    """One member's API."""

    def __init__(self, base: str = OWN, folder: Path = CERTIFICATES) -> None:
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
        self._rest = Rest(base, {"Content-Type": "application/json"}, context, _QUICK)
        self._patient = Rest(base, {"Content-Type": "application/json"}, context, _PATIENT)

    def members(self) -> list[Member]:
        """All of them; whoever has lost the others doesn't know."""
        return _members(self._rest.call("POST", "/v3/cluster/member/list", {"linearizable": True}))

    def status(self) -> Status:
        """Of this member."""
        found = self._rest.call("POST", "/v3/maintenance/status", {})
        header = found["header"]
        return Status(
            id=str(header["member_id"]),
            leader=str(found.get("leader") or ""),
            cluster=str(header["cluster_id"]),
            revision=int(header.get("revision") or 0),
            size=int(found.get("dbSize") or 0),
            in_use=int(found.get("dbSizeInUse") or 0),
            quota=int(found.get("dbSizeQuota") or ETCD_QUOTA),
        )

    def is_healthy(self) -> bool:
        """Whether this member takes part, with a leader."""
        try:
            return str((self._rest.get("/health") or {}).get("health")) == "true"
        except (ApiError, AttributeError):
            return False

    def add_learner(self, address: str) -> list[Member]:
        """A new member that does not vote yet; gives all of them."""
        wish = {"peerURLs": [peer_url(address)], "isLearner": True}
        return _members(self._rest.call("POST", "/v3/cluster/member/add", wish))

    def promote(self, member: Member) -> None:
        """Let a learner vote; ApiError as long as it has not caught up."""
        self._rest.call("POST", "/v3/cluster/member/promote", {"ID": member.id})

    def remove(self, member: Member) -> None:
        """Take a member out."""
        self._rest.call("POST", "/v3/cluster/member/remove", {"ID": member.id})

    def hand_over(self, member: Member) -> None:
        """Let another one lead; only the leader can be asked."""
        self._rest.call("POST", "/v3/maintenance/transfer-leadership", {"targetID": member.id})

    def lease(self, seconds: int) -> str:
        """What lives for so many seconds, and with it the keys that are claimed by it."""
        return str(self._rest.call("POST", "/v3/lease/grant", {"TTL": seconds})["ID"])

    def claim(self, key: str, value: str, lease: str) -> bool:
        """Whether nobody else has that key, which is kept as long as the lease lives."""
        name = base64.b64encode(key.encode()).decode()
        free = {"key": name, "target": "CREATE", "result": "EQUAL", "create_revision": "0"}
        kept = {"key": name, "value": base64.b64encode(value.encode()).decode(), "lease": lease}
        wish = {"compare": [free], "success": [{"request_put": kept}]}
        return (self._rest.call("POST", "/v3/kv/txn", wish) or {}).get("succeeded") is True

    def end(self, lease: str) -> None:
        """See that a lease lives no more."""
        self._rest.call("POST", "/v3/lease/revoke", {"ID": lease})

    def alarms(self) -> list[Alarm]:
        """What is wrong with members, by their own account, until it is taken back."""
        found = self._rest.call("POST", "/v3/maintenance/alarm", {"action": "GET"}) or {}
        return [Alarm(str(each["memberID"]), str(each["alarm"])) for each in found.get("alarms") or []]

    def disarm(self, alarm: Alarm) -> None:
        """Take an alarm back."""
        wish = {"action": "DEACTIVATE", "memberID": alarm.member, "alarm": alarm.kind}
        self._rest.call("POST", "/v3/maintenance/alarm", wish)

    def compact(self, revision: int) -> None:
        """Forget what was before a revision: what that took can be filled again."""
        try:
            self._patient.call("POST", "/v3/kv/compaction", {"revision": str(revision), "physical": True})
        except ApiError as error:
            if "has been compacted" not in str(error):
                raise

    def defragment(self) -> None:
        """Give back what this member does not use. It answers nobody meanwhile: seconds for each GiB."""
        self._patient.call("POST", "/v3/maintenance/defragment", {})

    def snapshot(self, file: BinaryIO) -> None:
        """Write all that is in it, part by part: it may be larger than the memory. ApiError where it was cut off."""
        digest, last = hashlib.sha256(), b""
        for line in self._patient.lines("/v3/maintenance/snapshot", _PATIENT, "POST", b"{}"):
            part = _blob(line)
            file.write(part)
            # The end of it is the checksum of all before.
            last += part
            digest.update(last[:-_SUM])
            last = last[-_SUM:]
        if digest.digest() != last:
            raise ApiError("snapshot: it was cut off, or is not what was sent")


def peer_url(address: str) -> str:
    """Where a member's peers reach it."""
    return f"https://{address}:{PEER_PORT}"


def founded(address: str, token: str) -> str:
    """Which cluster of etcd somebody at that address begins alone, with that token.

    etcd makes the number of nothing else, so that others know the cluster before it is there: the first eight bytes of
    SHA-1, of the peer's URL and the token for the member, of the members' numbers for the cluster.
    """
    member = hashlib.sha1(f"{peer_url(address)}{token}".encode(), usedforsecurity=False).digest()[:8]
    return str(int.from_bytes(hashlib.sha1(member, usedforsecurity=False).digest()[:8], "big"))


def at(address: str) -> Etcd:
    """The member on another node."""
    return Etcd(f"https://{address}:{CLIENT_PORT}")


def initial_cluster(members: Iterable[Member], address: str, name: str) -> str:
    """What a new member at that address is told of all; only of itself the name may not be known there."""
    found = {each.address: each.name or (name if each.address == address else "") for each in members}
    return ",".join(f"{known}={peer_url(where)}" for where, known in sorted(found.items()) if known)


def _members(found: Any) -> list[Member]:
    return [
        Member(
            id=str(each["ID"]),
            name=str(each.get("name") or ""),
            address=str((each.get("peerURLs") or [""])[0]).partition("://")[2].rpartition(":")[0],
            is_learner=bool(each.get("isLearner")),
        )
        for each in (found or {}).get("members") or []
    ]


def _blob(line: bytes) -> bytes:
    """What a line of a snapshot holds of it."""
    said = json.loads(line) if line.strip() else {}
    if "error" in said:
        raise ApiError(f"snapshot: {said['error']}")
    return base64.b64decode(said.get("result", {}).get("blob") or "")
