"""A cluster with Kubernetes as its operators reach it: at its balancer, with its authority and their token."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.engine.bootlab.counting import Counts, counted, how_many
from tests.engine.bootlab.scaling import Member
from tests.engine.bootlab.seen import Seen
from tests.engine.harness.apis import Api, Json

PORT = 6443
TOKEN = "operators/kubernetes-token"
ETCD = "/etc/foxden/kubernetes/etcd"
"""Where a master has its certificate for etcd."""


class Kubernetes(Api):
    """The API, at the balancer or on one master."""

    def __init__(self, address: str, token: str | None, ca: Path) -> None:
        super().__init__(f"https://{address}:{PORT}", "Authorization", f"Bearer {token}" if token else None)
        self._session.verify = str(ca)

    def ask(self, method: str, path: str, body: Json = None, /, **parameters: str) -> requests.Response:
        """The answer, whatever it is; that there is none is "not yet" to whoever waits."""
        try:
            return super().ask(method, path, body, **parameters)
        except requests.RequestException as error:
            raise AssertionError(f"{method} {self.address}{path}: {error!r}") from error

    def items(self, path: str, /, **parameters: str) -> list[Json]:
        """The objects of a list."""
        found: list[Json] = self.get(path, **parameters)["items"]
        return found

    def create(self, path: str, thing: Json) -> Json:
        """The object as it is kept; anything but that it was made fails."""
        answer = self.ask("POST", path, thing)
        assert answer.status_code == 201, f"POST {path} gave {answer.status_code}: {answer.text}"
        return answer.json()

    def change(self, path: str, patch: Json) -> requests.Response:
        """The answer to a JSON patch of an object, whatever it is."""
        headers = {"Content-Type": "application/json-patch+json"}
        return self._session.patch(self.address + path, data=json.dumps(patch), headers=headers, timeout=10)


class Access(Seen):
    """The API of a cluster, and the members of its etcd."""

    @property
    def api(self) -> Kubernetes:
        """At the balancer, as an operator."""
        return Kubernetes("127.0.0.1", self.token, self.ca)

    @property
    def token(self) -> str:
        """An operator's."""
        return self.cluster.parameter(TOKEN)

    def on(self, master: Member, token: str | None = None) -> Kubernetes:
        """On one master, as whoever has a token, or nobody."""
        return Kubernetes(master.facts.address, token, self.ca)

    def voters(self, master: Member) -> set[str]:
        """The names of etcd's voting members, as one of them says."""
        said = etcd(master, "cluster/member/list")
        return {each["name"] for each in said["members"] if not each.get("isLearner")}

    def whole(self) -> bool:
        """Whether exactly the masters in service vote, and the API of each is ready."""
        masters = self.servers()
        names = {f"servers-{master.id}" for master in masters}
        for master in masters:
            assert self.voters(master) == names, f"voters {self.voters(master)}, in service {names}"
            answer = self.on(master).ask("GET", "/readyz")
            assert answer.status_code == 200, f"{master.id}: {answer.text}"
        return len(names) == self.cluster.servers

    def nodes(self) -> dict[str, Json]:
        """Name -> node."""
        return {node["metadata"]["name"]: node for node in self.api.items("/api/v1/nodes")}

    def ready(self) -> set[str]:
        """The names of the nodes that take work."""
        return {name for name, node in self.nodes().items() if is_true(node, "Ready") and not untaken(node)}


def untaken(node: Json) -> bool:
    """Whether a node is to get no pods."""
    return bool(node["spec"].get("unschedulable") or node["spec"].get("taints"))


def is_true(thing: Json, condition: str) -> bool:
    """Whether a condition of an object holds."""
    found = thing.get("status", {}).get("conditions") or []
    return any(each["type"] == condition and each["status"] == "True" for each in found)


def etcd(master: Member, what: str) -> Any:
    """What etcd's own API says on a master, asked with the master's certificate."""
    files = [f"--cacert={ETCD}/ca.pem", f"--cert={ETCD}/cert.pem", f"--key={ETCD}/key.pem"]
    words = [word for file in files for word in file.split("=", 1)]
    said = master.host.run("curl", "-sf", "-m", "5", *words, "-d", "{}", f"https://127.0.0.1:2379/v3/{what}")
    return json.loads(said)


def counted_apis(access: Access) -> AbstractContextManager[Counts]:
    """How many masters' API answers, and does not say that it is about to end."""

    def serves(master: Member) -> bool:
        url = f"https://{master.facts.address}:{PORT}/readyz"
        try:
            answer = requests.get(url, timeout=5, verify=str(access.ca))
        except requests.ReadTimeout:
            return True  # it is there, and has much else to do
        except requests.RequestException:
            return False
        return "[-]shutdown" not in answer.text

    return counted(lambda: how_many(access.servers(), serves))


@dataclass
class Objects:
    """What the API keeps: an object for each key, to which every write adds an entry that none takes away."""

    access: Access
    token: str = field(init=False)
    _PATH = "/api/v1/namespaces/default/configmaps"

    def __post_init__(self) -> None:
        self.token = self.access.token

    def put(self, key: str, value: str) -> None:
        """Keep a text."""
        changed = {"data": {"value": value, f"write-{value}": ""}}
        kind = "application/merge-patch+json"
        answer = self._ask("PATCH", f"{self._PATH}/{key}", changed, kind)
        if answer.status_code == 404:
            whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": key}, **changed}
            answer = self._ask("POST", self._PATH, whole, "application/json")
        assert answer.status_code in (200, 201), f"{key}: {answer.status_code} {answer.text[:300]}"

    def get(self, key: str) -> str:
        """What is kept, as most of etcd knows it."""
        return str(self._data(key)["value"])

    def writes(self, key: str) -> set[int]:
        """All writes that were kept."""
        return {int(name.removeprefix("write-")) for name in self._data(key) if name.startswith("write-")}

    def _data(self, key: str) -> dict[str, str]:
        answer = self._ask("GET", f"{self._PATH}/{key}", None, "application/json")
        assert answer.status_code == 200, f"{key}: {answer.status_code} {answer.text[:300]}"
        found: dict[str, str] = answer.json()["data"]
        return found

    def _ask(self, method: str, path: str, body: Json, kind: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        url = f"https://127.0.0.1:{PORT}{path}"
        text = None if body is None else json.dumps(body)
        return requests.request(method, url, data=text, headers=headers, timeout=8, verify=str(self.access.ca))
