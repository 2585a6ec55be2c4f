"""A cluster as its operators reach it: over TLS, with its own authority and its tokens."""

import random
import re
import socket
import ssl
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.engine.bootlab.counting import Counts, counted, how_many
from tests.engine.bootlab.scaling import Member
from tests.engine.bootlab.seen import Seen
from tests.engine.harness.apis import Api, Consul, Json, Nomad

RPC = {8300: b"\x03", 4647: b"\x04"}
"""Port of Consul and of Nomad -> the first byte of who wants to talk TLS there."""

MANAGEMENT = "servers/consul-management-token"

HEARD_WITHIN = 2
"""Seconds ago that a voter has heard of its leader, if it takes part."""

_UNITS = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}


class TlsConsul(Consul):
    """Consul's API on a server."""

    def __init__(self, address: str, token: str, ca: Path) -> None:
        super().__init__(f"https://{address}:8501", token)
        self._session.verify = str(ca)


class TlsNomad(Nomad):
    """Nomad's API on a server."""

    def __init__(self, address: str, token: str, ca: Path) -> None:
        super().__init__(f"https://{address}:4646", token)
        self._session.verify = str(ca)


class Access(Seen):
    """The APIs of Consul and Nomad."""

    def consul(self, server: Member, secret: str = MANAGEMENT) -> TlsConsul:
        return TlsConsul(server.facts.address, self.cluster.parameter(secret), self.ca)

    def nomad(self, server: Member, secret: str = "operators/nomad-token") -> TlsNomad:
        return TlsNomad(server.facts.address, self.cluster.parameter(secret), self.ca)

    def certificate(self, server: Member) -> Path:
        """A server's own certificate and key, in one file."""
        file = self.cluster.lab.directory / f"{server.id}.pem"
        folder = "/etc/nomad.d/tls"
        file.touch(mode=0o600)
        file.write_text(server.host.run("cat", f"{folder}/cert.pem", f"{folder}/key.pem"))
        return file

    def raft(self) -> tuple[set[str], set[str]]:
        """The healthy voters of Consul and of Nomad by name, as any server says that knows."""
        for server in self.servers():
            consul, nomad = (voters(api) for api in (self.consul(server), self.nomad(server)))
            if consul is not None and nomad is not None:
                return consul, {name.removesuffix(".global") for name in nomad}
        raise AssertionError("no server knows the health of both rafts")

    def ready(self) -> set[str]:
        """The names of the workers that take work."""
        said = (self.nomad(server).peek("/v1/nodes") for server in self.servers())
        nodes: Json = next((each for each in said if each is not None), None)
        assert nodes is not None, "no server says which workers there are"
        fit = (each for each in nodes if each["Status"] == "ready")
        return {each["Name"] for each in fit if each["SchedulingEligibility"] == "eligible"}

    def whole(self) -> bool:
        """Whether exactly the servers in service are the healthy voters of both rafts."""
        names = {f"servers-{member.id}" for member in self.servers()}
        consul, nomad = self.raft()
        assert consul == nomad == names, f"voters of Consul {consul}, of Nomad {nomad}, in service {names}"
        return len(names) == self.cluster.servers


def answers_rpc(address: str, port: int, tls: bytes, ca: Path, certificate: Path | None = None) -> bool:
    """Whether servers talk to one another at this port with whoever has the certificate, or none."""
    context = ssl.create_default_context(cafile=str(ca))
    context.check_hostname = False
    if certificate:
        context.load_cert_chain(certificate)
    with socket.create_connection((address, port), timeout=30) as plain:
        plain.sendall(tls)
        try:
            with context.wrap_socket(plain) as connection:
                # Whoever is refused hears of it; who is welcome hears nothing.
                connection.settimeout(3 if certificate else 30)
                return connection.recv(1) != b""
        except TimeoutError:  # it waits for a request
            return True
        except OSError:
            return False


def voters(api: Api) -> set[str] | None:
    """The names of the healthy voters, as a server tells them; None when it does not."""
    said = _health(api)
    return None if said is None else {each["Name"] for each in said if each["Healthy"] and each["Voter"]}


def _health(api: Api) -> Sequence[Json] | None:
    """What a server tells of all that vote, or are to; None when it does not."""
    try:
        answer = api.ask("GET", "/v1/operator/autopilot/health")
    except requests.RequestException:
        return None
    # 429: some member is not healthy.
    if answer.status_code not in (200, 429):
        return None
    # A leader that has just begun knows of none.
    return answer.json()["Servers"] or None


def taking_part(health: Sequence[Json]) -> int:
    """How many voters there are that hear of their leader.

    An autopilot calls only those healthy that have heard of it within a fifth of a second, for which a busy machine may
    keep them all waiting: they vote all the same.
    """
    # Of one that says nothing no term is known.
    alive = [each for each in health if each["Voter"] and each["SerfStatus"] == "alive" and each["LastTerm"]]
    return sum(0 <= seconds(each["LastContact"]) < HEARD_WITHIN for each in alive)


def seconds(text: str) -> float:
    """A duration as Consul writes it: ``1m2.5s``, ``12.3ms``."""
    sign = -1 if text.startswith("-") else 1
    parts = re.findall(r"([\d.]+)(h|ms|m|s|µs|us|ns)", text)
    return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)


@dataclass
class KeyValues:
    """What Consul keeps, at whichever server answers."""

    access: Access
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.token = self.access.cluster.parameter("operators/consul-token")

    def put(self, key: str, value: str) -> None:
        """Keep a text."""
        self._ask("PUT", key, value)

    def get(self, key: str) -> str:
        """What is kept, as the leader knows it."""
        return self._ask("GET", f"{key}?raw&consistent")

    def _ask(self, method: str, key: str, body: str = "") -> str:
        servers = self.access.servers()
        assert servers, "no server is in service"
        url = f"https://{random.choice(servers).facts.address}:8501/v1/kv/foxden/load/{key}"
        headers = {"X-Consul-Token": self.token}
        # Consul itself waits 7 s for a leader: who gave up before would not know whether it is still being written.
        answer = requests.request(method, url, data=body, headers=headers, timeout=(5, 15), verify=str(self.access.ca))
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:200]}"
        return answer.text


def counted_votes(access: Access) -> AbstractContextManager[Counts]:
    """How many voters of Consul take part."""
    token = access.cluster.parameter(MANAGEMENT)

    def votes() -> int | None:
        said = (_health(TlsConsul(server.facts.address, token, access.ca)) for server in access.servers())
        return next((taking_part(each) for each in said if each is not None), None)

    return counted(votes)


def counted_nomads(access: Access) -> AbstractContextManager[Counts]:
    """How many servers' Nomad answers, be it that there is no leader."""

    def answers(server: Member) -> bool:
        try:
            requests.get(f"https://{server.facts.address}:4646/v1/status/leader", timeout=5, verify=str(access.ca))
        except requests.ReadTimeout:
            return True  # it is there, and has much else to do
        except requests.RequestException:
            return False
        return True

    return counted(lambda: how_many(access.servers(), answers))
