"""``nomad:index/namespace:Namespace``."""

import time
from typing import Any

from local.plugins.contract import Call, Found, Handler
from local.plugins.errors import Failure, ServerError
from local.plugins.nomad.client import DEFAULT_NAMESPACE, Nomad, explain, part
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table, Type
from local.plugins.wire import Value, Values

_NAMES = ListOf(Scalar.STRING)
_SET = ListOf(Scalar.STRING, ordered=False)

_CAPABILITIES = {
    "enabledTaskDrivers": "EnabledTaskDrivers",
    "disabledTaskDrivers": "DisabledTaskDrivers",
    "enabledNetworkModes": "EnabledNetworkModes",
    "disabledNetworkModes": "DisabledNetworkModes",
}
_POOLS = {"default": "Default", "alloweds": "Allowed", "denieds": "Denied"}

_RECORDS = {
    "capabilities": ("Capabilities", _CAPABILITIES),
    "nodePoolConfig": ("NodePoolConfiguration", _POOLS),
    "vaultConfig": ("VaultConfiguration", _POOLS),
    "consulConfig": ("ConsulConfiguration", _POOLS),
}
"""Our name -> Nomad's name, and the same for the fields. Nomad itself refuses what only its Enterprise edition has."""

_JOBS_LEFT = ("non-terminal", "still has")
_DELETE_PAUSE_SECONDS = 2.0


def _record(fields: dict[str, str], kind: Type) -> Record:
    default = Property("default", computed=True)
    return Record(tuple(default if name == "default" else Property(name, kind) for name in fields))


class NamespaceHandler(Handler[Nomad]):
    """The id is the namespace's name."""

    type = "nomad:index/namespace:Namespace"
    table = Table(
        (
            Property("name", autoname=True, replaces=True),
            Property("description"),
            Property("quota"),
            Property("meta", MapOf(Scalar.STRING)),
            Property("capabilities", _record(_CAPABILITIES, _NAMES)),
            Property("nodePoolConfig", _record(_POOLS, _SET), computed=True),
            Property("vaultConfig", _record(_POOLS, _SET), computed=True),
            Property("consulConfig", _record(_POOLS, _SET), computed=True),
        )
    )

    def create(self, call: Call[Nomad], inputs: Values) -> Found:
        return Found(inputs["name"], _write(call.client, inputs))

    def update(self, call: Call[Nomad], resource_id: str, state: Values, inputs: Values) -> Values:
        return _write(call.client, inputs)

    def read(self, call: Call[Nomad], resource_id: str, state: Values) -> Found | None:
        outputs = _read(call.client, resource_id)
        return Found(resource_id, outputs) if outputs is not None else None

    def delete(self, call: Call[Nomad], resource_id: str, state: Values) -> None:
        """A namespace can go only after its jobs: those on their way out are waited for."""
        if resource_id == DEFAULT_NAMESPACE:  # it can't be deleted, so it is set back, as the official plugin does
            _write(call.client, {"name": DEFAULT_NAMESPACE, "description": "Default shared namespace"})
            return
        limit = time.monotonic() + call.seconds
        while True:
            try:
                call.client.http.request("DELETE", _path(resource_id), call.client.where())
                return
            except ServerError as error:
                if _read(call.client, resource_id) is None:
                    return
                if not any(words in str(error) for words in _JOBS_LEFT):
                    raise explain(f'error deleting namespace "{resource_id}"', error) from error
                if time.monotonic() > limit:
                    raise Failure(
                        f'too many failures attempting to delete namespace "{resource_id}": {error}'
                    ) from error
            call.client.http.pause(_DELETE_PAUSE_SECONDS)


def _path(name: str) -> str:
    return f"/v1/namespace/{part(name)}"


def _write(client: Nomad, inputs: Values) -> Values:
    name = inputs["name"]
    body: dict[str, Any] = {
        "Name": name,
        "Description": inputs.get("description", ""),
        "Quota": inputs.get("quota", ""),
        "Meta": inputs.get("meta") or {},
    }
    for ours, (theirs, fields) in _RECORDS.items():
        given = inputs.get(ours)
        if given:
            body[theirs] = {api: given[field] for field, api in fields.items() if field in given}
    try:
        client.http.request("POST", "/v1/namespace", client.where(), body)
    except ServerError as error:
        raise explain(f'error inserting namespace "{name}"', error) from error
    return _read(client, name) or inputs


def _read(client: Nomad, name: str) -> Values | None:
    try:
        found = client.http.find(_path(name), client.where())
    except ServerError as error:
        raise explain(f'error reading namespace "{name}"', error) from error
    if found is None:
        return None
    outputs: Values = {
        "name": found["Name"],
        "description": found.get("Description") or "",
        "quota": found.get("Quota") or "",
        "meta": found.get("Meta") or {},
    }
    return outputs | {ours: _fields(found.get(theirs), fields) for ours, (theirs, fields) in _RECORDS.items()}


def _fields(found: Any, fields: dict[str, str]) -> Value:
    return {ours: found[theirs] for ours, theirs in fields.items() if found.get(theirs)} if found else None
