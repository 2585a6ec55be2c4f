"""Writes down what the parts of a master read. Each part has its own folder, and sees no other's secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..certificates import Pair, is_good, issue, public_key
from ..facts import Facts
from ..pending import Pending
from ..units import systemctl
from ..written import write
from . import master
from .api import ADMIN
from .bootstrap import Place
from .etcd import CERTIFICATES
from .kubeconfig import kubeconfig
from .secrets import MasterSecrets

PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""The units of a master, in the order in which they start."""
_READ_ANEW = ("cert.pem", "key.pem", "proxy-ca.pem", "encryption.json")
"""What parts see by themselves when it changes, under whatever name ends so. Authorities of servers they read once."""


@dataclass(frozen=True)
class Subject:
    """Whom a certificate is for."""

    prefix: str = ""
    """Of its files' names."""
    name: str = ""
    group: str = ""
    names: Sequence[str] = field(default=())
    addresses: Sequence[str] = field(default=())


class MasterConfig:
    """The files of one master."""

    def __init__(self, facts: Facts, secrets: MasterSecrets, root: Path = Path("/")) -> None:
        self._facts = facts
        self._secrets = secrets
        self._root = root
        self._pending = Pending(root)

    def identify(self) -> None:
        """What this program itself shows to etcd and to the API."""
        own = Subject(name="foxden-node", group="system:masters")
        self._certificate(ADMIN, "root", self._secrets.authority, self._secrets.trusted, own)
        etcd = self._secrets.etcd
        self._certificate(CERTIFICATES, "root", etcd, etcd.certificate, Subject(name="foxden-node"))

    def write(self, place: Place) -> None:
        """All files. The parts that have to be started again because of what changes are pending."""
        self._etcd(place)
        self._api_server()
        self._controller_manager()
        self._client("kube-scheduler")
        self._arguments("kube-scheduler", master.scheduler())

    def _etcd(self, place: Place) -> None:
        facts, authority = self._facts, self._secrets.etcd
        own = Subject(name=facts.name, names=["localhost"], addresses=["127.0.0.1", facts.address])
        # With whom it began counts once only: it is no change when others are there now.
        arguments = master.etcd(facts, place.generation, place.members, place.state)
        self._certificate(Path("/etc/etcd"), "etcd", authority, authority.certificate, own)
        self._arguments("etcd", arguments)

    def _api_server(self) -> None:
        facts, secrets, part = self._facts, self._secrets, "kube-apiserver"
        folder = Path("/etc", part)
        own = Subject(name=part, names=master.names(facts), addresses=master.addresses(facts))
        kubelets, proxied = Subject("kubelet-", master.KUBELET_CLIENT), Subject("proxy-", master.PROXY_CLIENT)
        files = {"encryption.json": master.encryption(secrets), "account-key.pem": secrets.account_keys[0]}
        files |= {f"account-{place}.pem": public_key(key) for place, key in enumerate(secrets.account_keys)}
        self._certificate(folder, part, secrets.authority, secrets.trusted, own)
        self._certificate(folder, part, secrets.authority, secrets.trusted, kubelets)
        self._certificate(folder, part, secrets.etcd, secrets.etcd.certificate, Subject("etcd-", part))
        self._certificate(folder, part, secrets.proxy, secrets.proxy.certificate, proxied)
        self._files(part, files)
        self._arguments(part, master.api_server(facts, secrets))

    def _controller_manager(self) -> None:
        secrets, part = self._secrets, "kube-controller-manager"
        files = {
            "account-key.pem": secrets.account_keys[0],
            "signer-cert.pem": secrets.authority.certificate,
            "signer-key.pem": secrets.authority.key,
        }
        self._client(part)
        self._files(part, files)
        self._arguments(part, master.controller_manager(self._facts))

    def _client(self, part: str) -> None:
        """What a part shows to the API."""
        folder = Path("/etc", part)
        trusted = self._secrets.trusted
        self._certificate(folder, part, self._secrets.authority, trusted, Subject(name=f"system:{part}"))
        self._files(part, {"kubeconfig.json": kubeconfig(str(folder))})

    def _arguments(self, part: str, arguments: Sequence[str]) -> None:
        self._files(part, {"arguments": f"ARGUMENTS={' '.join(arguments)}\n"})

    def _files(self, part: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            self._write(self._in(Path("/etc", part)) / name, text, part)

    def _certificate(self, folder: Path, owner: str, authority: Pair, trusted: str, subject: Subject) -> None:
        """A certificate, its key, and what is trusted beside it."""
        where, prefix = self._in(folder), subject.prefix
        files = [where / f"{prefix}{name}.pem" for name in ("cert", "key")]
        known = (
            Pair(*(file.read_text(errors="replace") for file in files))
            if all(file.exists() for file in files)
            else None
        )
        if known is None or not is_good(authority.certificate, known):
            hours = self._facts.certificate_hours
            known = issue(authority, subject.names, subject.addresses, hours, subject.name, subject.group)
        texts = {"ca.pem": trusted, "cert.pem": known.certificate, "key.pem": known.key}
        for name, text in texts.items():
            self._write(where / f"{prefix}{name}", text, owner)

    def _write(self, file: Path, text: str, owner: str) -> None:
        """A part owns its files, and is started again for those that it does not read anew."""

        def note() -> None:
            if owner in PARTS and _matters(file.name):
                self._pending.note(owner)

        write(file, text, owner, before=note)

    def _in(self, folder: Path) -> Path:
        return self._root / str(folder).lstrip("/")


def _matters(name: str) -> bool:
    return not name.endswith(_READ_ANEW) or name.startswith(("account", "sign"))


def follow(pending: Pending) -> list[str]:
    """Start again what has to be; gives those parts."""
    if "etcd" in pending.names():
        # What begins with other data is nothing that the others may go on with.
        for part in PARTS:
            pending.note(part)
    parts = [part for part in PARTS if part in pending.names()]
    for part in parts:
        systemctl("restart", f"{part}.service")
        pending.done(part)
    return parts
