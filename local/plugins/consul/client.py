"""Consul's key/value store, as far as the handlers need it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from local.plugins.errors import Failure, ServerError
from local.plugins.http import Http
from local.plugins.wire import Values

_OPERATIONS_PER_TRANSACTION = 64
"""Consul's limit is 128."""
_BYTES_PER_TRANSACTION = 300_000
"""Consul's limit is 512 KiB for the whole request, in which a value is base64."""


@dataclass(frozen=True)
class Pair:
    """A key's value and its flags."""

    value: str
    flags: int = 0


@dataclass(frozen=True)
class Consul:
    """A server, and what the provider's configuration says for all its resources."""

    http: Http
    datacenter: str = ""
    namespace: str = ""

    def where(self) -> dict[str, str]:
        """The query parameters that say which datacenter and namespace are meant."""
        return {"dc": self.datacenter, "ns": self.namespace}

    def store(self, inputs: Values) -> "Store":
        """The store that a resource's own datacenter, namespace, partition and token lead to."""
        token = inputs.get("token")
        http = replace(self.http, headers={**self.http.headers, "X-Consul-Token": token}) if token else self.http
        query = {
            "dc": inputs.get("datacenter") or self.datacenter,
            "ns": inputs.get("namespace") or self.namespace,
            "partition": inputs.get("partition") or "",
        }
        return Store(http, query)


@dataclass(frozen=True)
class Store:
    """Reads and writes of keys in one datacenter."""

    http: Http
    query: Mapping[str, str]

    def datacenter(self) -> str:
        """The name of the datacenter; empty when the token may not ask the agent for it."""
        if self.query["dc"]:
            return self.query["dc"]
        try:
            return str(self.http.get("/v1/agent/self")["Config"]["Datacenter"])
        except ServerError as error:
            if error.status == 403:
                return ""
            raise Failure(f"Failed to get datacenter from Consul agent: {error}") from error

    def under(self, prefix: str) -> dict[str, Pair]:
        """All keys below a prefix, by what follows the prefix."""
        try:
            found = self.http.find(f"/v1/kv/{quote(prefix)}", {**self.query, "recurse": "true"})
        except ServerError as error:
            raise Failure(f"Failed to list Consul keys under prefix '{prefix}': {error}") from error
        return {entry["Key"][len(prefix) :]: _pair(entry) for entry in found or []}

    def get(self, key: str) -> Pair | None:
        """One key, None when there is no such key."""
        try:
            found = self.http.find(f"/v1/kv/{quote(key)}", self.query)
        except ServerError as error:
            raise Failure(f"Failed to read Consul key '{key}': {error}") from error
        return _pair(found[0]) if found else None

    def write(self, put: Mapping[str, Pair], delete: Sequence[str] = ()) -> None:
        """Put, then delete, in transactions: readers never see half of a change that fits into one."""
        operations = [
            {"KV": {"Verb": "set", "Key": key, "Value": _base64(pair.value), "Flags": pair.flags}}
            for key, pair in sorted(put.items())
        ]
        operations += [{"KV": {"Verb": "delete", "Key": key}} for key in sorted(delete)]
        for batch in _batches(operations):
            try:
                self.http.request("PUT", "/v1/txn", self.query, batch)
            except ServerError as error:
                keys = ", ".join(operation["KV"]["Key"] for operation in batch)
                raise Failure(f"Failed to write Consul keys ({keys}): {error}") from error

    def delete_under(self, prefix: str) -> None:
        """Remove every key below a prefix."""
        try:
            self.http.request("DELETE", f"/v1/kv/{quote(prefix)}", {**self.query, "recurse": "true"})
        except ServerError as error:
            raise Failure(f"Failed to delete Consul keys under '{prefix}': {error}") from error


def _pair(entry: Mapping[str, Any]) -> Pair:
    return Pair(base64.b64decode(entry["Value"] or "").decode(errors="replace"), int(entry["Flags"]))


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _batches(operations: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    batches: list[list[dict[str, Any]]] = []
    size = 0
    for operation in operations:
        needed = len(operation["KV"].get("Value", "")) + len(operation["KV"]["Key"]) + 100
        full = batches and (len(batches[-1]) == _OPERATIONS_PER_TRANSACTION or size + needed > _BYTES_PER_TRANSACTION)
        if not batches or full:
            batches.append([])
            size = 0
        batches[-1].append(operation)
        size += needed
    return batches
