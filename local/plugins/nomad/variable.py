"""``nomad:index/variable:Variable``: items are secret, always."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from local.plugins.checking import Problem
from local.plugins.contract import Call, Found, Handler
from local.plugins.errors import Failure, ServerError
from local.plugins.nomad.client import DEFAULT_NAMESPACE, Nomad, explain, split_import_id
from local.plugins.schema import MapOf, Property, Scalar, Table
from local.plugins.wire import UNKNOWN, Values

_PATH = re.compile(r"[a-zA-Z0-9\-_~/]{1,128}")


class VariableHandler(Handler[Nomad]):
    """The id is ``<path>@<namespace>``."""

    type = "nomad:index/variable:Variable"
    table = Table(
        (
            Property("path", required=True, replaces=True),
            Property("namespace", default=DEFAULT_NAMESPACE, replaces=True),
            Property("items", MapOf(Scalar.STRING), secret=True),
            Property(
                "itemsWo",
                secret=True,
                unsupported="the stand-in has no write-only values: use items, they are stored encrypted",
            ),
            Property("itemsWoVersion", Scalar.INTEGER, unsupported="belongs to itemsWo, which the stand-in lacks"),
        )
    )

    def problems(self, inputs: Values) -> Iterable[Problem]:
        if inputs.get("items") is None:
            yield Problem("items", "is required")
        path = inputs["path"]
        if path is UNKNOWN:
            return
        if not _PATH.fullmatch(path):
            yield Problem("path", f"path '{path}' must be 1 to 128 characters of a-z, A-Z, 0-9, -, _, ~ and /")
        top, _, below = path.partition("/")
        if top == "nomad" and below.split("/")[0] not in ("jobs", "job-templates"):
            yield Problem(
                "path", "only paths at 'nomad/jobs' or 'nomad/job-templates' and below are valid below 'nomad'"
            )

    def create(self, call: Call[Nomad], inputs: Values) -> Found:
        return Found(f"{inputs['path']}@{inputs['namespace']}", self._write(call, inputs, "creating"))

    def update(self, call: Call[Nomad], resource_id: str, state: Values, inputs: Values) -> Values:
        return self._write(call, inputs, "updating")

    def read(self, call: Call[Nomad], resource_id: str, state: Values) -> Found | None:
        path, namespace = split_import_id(resource_id, "path")
        try:
            found = call.client.http.find(_path(path), call.client.where(namespace))
        except ServerError as error:
            raise explain(f"error getting information about {resource_id}", error) from error
        if found is None:
            return None
        return Found(resource_id, {"path": path, "namespace": namespace, "items": found.get("Items") or {}})

    def delete(self, call: Call[Nomad], resource_id: str, state: Values) -> None:
        path, namespace = split_import_id(resource_id, "path")
        try:
            call.client.http.request("DELETE", _path(path), call.client.where(namespace))
        except ServerError as error:
            if error.status != 404:
                raise explain(f"error deleting variable {resource_id}", error) from error

    def _write(self, call: Call[Nomad], inputs: Values, doing: str) -> Values:
        name = f"{inputs['path']}@{inputs['namespace']}"
        body = {"Path": inputs["path"], "Namespace": inputs["namespace"], "Items": inputs["items"]}
        try:
            call.client.http.request("PUT", _path(inputs["path"]), call.client.where(inputs["namespace"]), body)
        except ServerError as error:
            raise _without_items(f"error {doing} variable {name}: {error}", inputs["items"]) from error
        return inputs


def _without_items(message: str, items: dict[str, str]) -> Failure:
    """The failure with every value cut out, should the server ever repeat what it was sent."""
    for value in items.values():
        for form in {value, json.dumps(value)[1:-1]}:
            if len(form) > 3:
                message = message.replace(form, "[secret]")
    return Failure(message)


def _path(path: str) -> str:
    return f"/v1/var/{quote(path)}"
