"""Policies and tokens of Consul, and the function that tells a token itself."""

from typing import Any

from local.plugins.consul.client import Consul
from local.plugins.contract import Call, Found, Handler
from local.plugins.errors import Failure, ServerError
from local.plugins.schema import ListOf, Property, Record, Scalar, Table
from local.plugins.wire import Values

SECRET_ID = "consul:index/getAclTokenSecretId:getAclTokenSecretId"  # noqa: S105 - a name
_POLICIES_ALONE = "the stand-in gives tokens rights by policies alone"
_ENTERPRISE = "the stand-in knows no partitions and namespaces of Consul Enterprise"
_NO_KEY = "the stand-in can't encrypt for a PGP key"


class AclPolicyHandler(Handler[Consul]):
    """The id is the one that Consul gives it."""

    type = "consul:index/aclPolicy:AclPolicy"
    table = Table(
        (
            Property("name", autoname=True),
            Property("description"),
            Property("rules", required=True),
            Property("datacenters", ListOf(Scalar.STRING, ordered=False)),
            Property("namespace", unsupported=_ENTERPRISE),
            Property("partition", unsupported=_ENTERPRISE),
        )
    )

    def create(self, call: Call[Consul], inputs: Values) -> Found:
        made = _write(call.client, "policy", "", _policy(inputs), f"error creating ACL policy {inputs['name']!r}")
        return Found(made["ID"], inputs)

    def update(self, call: Call[Consul], resource_id: str, state: Values, inputs: Values) -> Values:
        body = {**_policy(inputs), "ID": resource_id}
        _write(call.client, "policy", resource_id, body, f"error updating ACL policy {inputs['name']!r}")
        return inputs

    def read(self, call: Call[Consul], resource_id: str, state: Values) -> Found | None:
        found = _read(call.client, "policy", resource_id)
        if found is None:
            return None
        outputs = {
            "name": found["Name"],
            "description": found.get("Description") or "",
            "rules": found.get("Rules") or "",
            "datacenters": found.get("Datacenters"),
        }
        return Found(resource_id, outputs)

    def delete(self, call: Call[Consul], resource_id: str, state: Values) -> None:
        _delete(call.client, "policy", resource_id)


class AclTokenHandler(Handler[Consul]):
    """The id is its accessor's, which is no secret."""

    type = "consul:index/aclToken:AclToken"
    table = Table(
        (
            Property("accessorId", computed=True, replaces=True),
            Property("description"),
            Property("policies", ListOf(Scalar.STRING, ordered=False)),
            Property("local", Scalar.BOOLEAN, default=False, replaces=True),
            Property("expirationTime", replaces=True),
            Property("roles", ListOf(Scalar.STRING, ordered=False), unsupported=_POLICIES_ALONE),
            Property("nodeIdentities", ListOf(Record(())), unsupported=_POLICIES_ALONE),
            Property("serviceIdentities", ListOf(Record(())), unsupported=_POLICIES_ALONE),
            Property("templatedPolicies", ListOf(Record(())), unsupported=_POLICIES_ALONE),
            Property("namespace", unsupported=_ENTERPRISE),
            Property("partition", unsupported=_ENTERPRISE),
        )
    )

    def create(self, call: Call[Consul], inputs: Values) -> Found:
        given = {"AccessorID": inputs.get("accessorId"), "ExpirationTime": inputs.get("expirationTime")}
        body = {**_token(inputs), **{key: value for key, value in given.items() if value}}
        made = _write(call.client, "token", "", body, "error creating ACL token")
        return Found(made["AccessorID"], {**inputs, "accessorId": made["AccessorID"]})

    def update(self, call: Call[Consul], resource_id: str, state: Values, inputs: Values) -> Values:
        body = {**_token(inputs), "AccessorID": resource_id}
        _write(call.client, "token", resource_id, body, f"error updating ACL token {resource_id}")
        return {**inputs, "accessorId": resource_id}

    def read(self, call: Call[Consul], resource_id: str, state: Values) -> Found | None:
        found = _read(call.client, "token", resource_id)
        if found is None:
            return None
        outputs = {
            "accessorId": found["AccessorID"],
            "description": found.get("Description") or "",
            "policies": [policy["Name"] for policy in found.get("Policies") or []],
            "local": bool(found.get("Local")),
            "expirationTime": found.get("ExpirationTime"),
        }
        return Found(resource_id, outputs)

    def delete(self, call: Call[Consul], resource_id: str, state: Values) -> None:
        _delete(call.client, "token", resource_id)


def token_secret(client: Consul, arguments: Values) -> Values:
    """What the function answers: the token that belongs to an accessor."""
    if arguments.get("pgpKey"):
        raise Failure(_NO_KEY)
    accessor = str(arguments["accessorId"])
    found = _read(client, "token", accessor)
    if found is None:
        raise Failure(f"no ACL token has the accessor {accessor}")
    return {"id": accessor, "accessorId": accessor, "secretId": found["SecretID"], "encryptedSecretId": ""}


def _policy(inputs: Values) -> dict[str, Any]:
    return {
        "Name": inputs["name"],
        "Description": inputs.get("description") or "",
        "Rules": inputs["rules"],
        "Datacenters": inputs.get("datacenters"),
    }


def _token(inputs: Values) -> dict[str, Any]:
    return {
        "Description": inputs.get("description") or "",
        "Policies": [{"Name": name} for name in inputs.get("policies") or []],
        "Local": bool(inputs.get("local")),
    }


def _write(client: Consul, kind: str, name: str, body: dict[str, Any], doing: str) -> Any:
    try:
        return client.http.request("PUT", f"/v1/acl/{kind}/{name}".rstrip("/"), client.where(), body).body
    except ServerError as error:
        raise Failure(f"{doing}: {error}") from error


def _read(client: Consul, kind: str, name: str) -> Any:
    try:
        return client.http.find(f"/v1/acl/{kind}/{name}", client.where())
    except ServerError as error:
        # Consul says so of a token that it doesn't know.
        if error.status == 403 and "ACL not found" in str(error):
            return None
        raise Failure(f"error reading ACL {kind} {name}: {error}") from error


def _delete(client: Consul, kind: str, name: str) -> None:
    try:
        client.http.request("DELETE", f"/v1/acl/{kind}/{name}", client.where())
    except ServerError as error:
        if error.status not in (403, 404) or _read(client, kind, name) is not None:
            raise Failure(f"error deleting ACL {kind} {name}: {error}") from error
