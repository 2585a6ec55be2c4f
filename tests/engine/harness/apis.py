"""Nomad and Consul, asked directly: what the servers say, not what our code believes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

_TIMEOUT = 10.0
_OVER = ("complete", "failed", "lost")
Json = Any


class Api:
    """A JSON API with a token, or without one."""

    def __init__(self, address: str, header: str, token: str | None) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business on loopback
        if token:
            self._session.headers[header] = token

    def ask(self, method: str, path: str, body: Json = None, /, **parameters: str) -> requests.Response:
        """The answer, whatever it is."""
        return self._session.request(method, self.address + path, json=body, params=parameters, timeout=_TIMEOUT)

    def get(self, path: str, /, **parameters: str) -> Json:
        """The decoded answer; anything but 200 fails."""
        return self._done("GET", path, None, parameters)

    def put(self, path: str, body: Json, /, **parameters: str) -> Json:
        """The decoded answer; anything but 200 fails."""
        return self._done("PUT", path, body, parameters)

    def delete(self, path: str, /, **parameters: str) -> Json:
        """The decoded answer; anything but 200 fails."""
        return self._done("DELETE", path, None, parameters)

    def peek(self, path: str, /, **parameters: str) -> Json:
        """The decoded answer; None when there is no good one."""
        try:
            answer = self.ask("GET", path, **parameters)
        except requests.RequestException:
            return None
        return answer.json() if answer.status_code == 200 else None

    def _done(self, method: str, path: str, body: Json, parameters: Mapping[str, str]) -> Json:
        answer = self.ask(method, path, body, **parameters)
        assert answer.status_code == 200, f"{method} {answer.url} gave {answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None


class Nomad(Api):
    """Nomad's API, by namespace."""

    def __init__(self, address: str, token: str | None) -> None:
        super().__init__(address, "X-Nomad-Token", token)

    def jobs(self, namespace: str = "*") -> dict[str, Json]:
        """Job id -> what the list says of it, stopped ones left out."""
        return {job["ID"]: job for job in self.get("/v1/jobs", namespace=namespace) if job["Status"] != "dead"}

    def job(self, name: str, namespace: str) -> Json:
        """A job's specification as the server has it."""
        return self.get(f"/v1/job/{name}", namespace=namespace)

    def version(self, name: str, namespace: str) -> int:
        """How many times the job was changed."""
        return int(self.job(name, namespace)["Version"])

    def allocations(self, name: str, namespace: str) -> list[Json]:
        """All allocations of a job that are known."""
        found: list[Json] = self.get(f"/v1/job/{name}/allocations", namespace=namespace)
        return found

    def instances(self, name: str, namespace: str) -> dict[str, Json]:
        """Id -> allocation, for those that are meant to run and do."""
        return {
            found["ID"]: found
            for found in self.allocations(name, namespace)
            if found["ClientStatus"] == "running" and found["DesiredStatus"] == "run"
        }

    def not_over(self, namespace: str) -> list[str]:
        """Allocations of a namespace that have not ended."""
        found = [one for one in self.get("/v1/allocations", namespace=namespace) if one["ClientStatus"] not in _OVER]
        return [f"{one['JobID']} {one['ID']} {one['ClientStatus']}" for one in found]


class Consul(Api):
    """Consul's API."""

    def __init__(self, address: str, token: str | None) -> None:
        super().__init__(address, "X-Consul-Token", token)

    def services(self) -> set[str]:
        """Names in the catalog."""
        return set(self.get("/v1/catalog/services"))

    def healthy(self, service: str) -> set[tuple[str, int]]:
        """Address and port of each instance whose checks pass."""
        found = self.get(f"/v1/health/service/{service}", passing="true")
        return {(one["Service"]["Address"], one["Service"]["Port"]) for one in found}

    def keys_below(self, prefix: str = "") -> list[str]:
        """The keys below a prefix."""
        answer = self.ask("GET", f"/v1/kv/{prefix}", keys="true")
        assert answer.status_code in (200, 404), f"keys below {prefix!r}: {answer.status_code} {answer.text}"
        return list(answer.json()) if answer.status_code == 200 else []


def cluster_facts(state: Path) -> Json:
    """What is in a state directory's ``cluster.json``."""
    file = state / "cluster.json"
    assert file.exists(), f"there is no {file}"
    return json.loads(file.read_text())
