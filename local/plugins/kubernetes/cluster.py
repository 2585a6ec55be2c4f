"""Kubernetes' API, as far as objects of any kind need it: discovery, apply, get, list, delete."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from local.plugins.errors import Failure, OperationError, ServerError
from local.plugins.http import Http
from local.plugins.kubernetes.kinds import Kind
from local.plugins.kubernetes.supported import too_old

Object = dict[str, Any]
"""An object of the API, as it is written and read."""

_APPLY = "application/apply-patch+yaml"


class ApiError(OperationError):
    """The API server refused, in its own words, or can't be reached."""

    def __init__(self, error: ServerError) -> None:
        status = _status(error)
        super().__init__(_words(error, status))
        self.code = error.status
        """HTTP status; 0 when there was no answer."""
        self.reason = str(status.get("reason") or "")
        """Kubernetes' word for the kind of error, as ``AlreadyExists``."""
        self.about = str((status.get("details") or {}).get("kind") or "")
        """The resource that the error is about, as ``namespaces``."""


class NoSuchKind(Failure):
    """The API server has no such kind (yet)."""


@dataclass(frozen=True)
class Resource:
    """Where the objects of a kind are."""

    root: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """The path of one object, or of all in the namespace."""
        middle = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{self.root}{middle}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


@dataclass(frozen=True)
class Settings:
    """What the provider was told about all objects."""

    namespace: str = "default"
    force: bool = False
    """Whether fields that others manage are taken over."""
    mutable_config_maps: bool = False
    mutable_secrets: bool = False
    adopts: bool = False
    """Whether objects that are there already may be created."""


@dataclass(frozen=True)
class Cluster:
    """One API server. Shared by threads."""

    http: Http
    settings: Settings = Settings()
    _known: dict[str, dict[str, Resource]] = field(default_factory=dict, repr=False, compare=False)
    _versions: list[str] = field(default_factory=list, repr=False, compare=False)

    def check_age(self) -> None:
        """Raise Failure where the API server says that it is older than the objects here need; it is asked once."""
        if not self._versions:
            self._versions.append(self._version())
        problem = too_old(self._versions[0])
        if problem:
            raise Failure(f"the cluster at {self.http.address} {problem}")

    def resource(self, kind: Kind) -> Resource:
        """Where the objects of a kind are. Raises NoSuchKind, after asking again for a version known from before."""
        found = self._known.get(kind.api_version, {}).get(kind.name)
        if found is None:  # asked by many threads at once, and each pays for itself: none waits for another's patience
            self._known[kind.api_version] = self._discover(kind.api_version)
            found = self._known[kind.api_version].get(kind.name)
        if found is None:
            raise NoSuchKind(
                f"the API server has no kind '{kind.name}' in '{kind.api_version}': "
                "is its definition (CRD) installed, and this version served?"
            )
        return found

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """The object, or None when there is none."""
        try:
            found: Object = self._request("GET", self.resource(kind).path(namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        return found

    def list(self, kind: Kind, namespace: str, **query: str) -> list[Object]:
        """The objects of a namespace that match ``labelSelector`` or ``fieldSelector``."""
        found = self._request("GET", self.resource(kind).path(namespace), query)
        return [{"apiVersion": kind.api_version, "kind": kind.name, **item} for item in found.get("items") or []]

    def apply(self, kind: Kind, wish: Object, manager: str, *, force: bool = False, rehearsal: bool = False) -> Object:
        """Make the object as wished, on the server's side; a rehearsal changes nothing, but says what would be.

        What the server does not know is refused, and not dropped (``fieldValidation=Strict``).
        """
        metadata = wish["metadata"]
        query = {
            "fieldManager": manager,
            "force": "true" if force else "false",
            "fieldValidation": "Strict",
            "dryRun": "All" if rehearsal else "",
        }
        path = self.resource(kind).path(metadata.get("namespace", ""), metadata["name"])
        made: Object = self._request("PATCH", path, query, wish, _APPLY)
        return made

    def delete(self, kind: Kind, namespace: str, name: str, propagation: str) -> None:
        """Begin to remove the object; what it owns goes first (``Foreground``), later, or stays (``Orphan``)."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        try:
            self._request("DELETE", self.resource(kind).path(namespace, name), None, options)
        except ApiError as error:
            if error.code != 404:
                raise

    def log(self, namespace: str, pod: str, container: str, lines: int, previous: bool) -> str:
        """The last lines that a container wrote; empty when there is nothing to be had."""
        query = {"container": container, "tailLines": lines, "previous": "true" if previous else ""}
        pods = Resource("/api/v1", "pods", namespaced=True)
        try:
            return self.http.text(f"{pods.path(namespace, pod)}/log", query)
        except ServerError:
            return ""

    def _version(self) -> str:
        try:
            return str(self._request("GET", "/version").get("gitVersion") or "")
        except ApiError as error:
            if error.code:  # it may keep that to itself: what follows shows what it takes
                return ""
            raise

    def _discover(self, api_version: str) -> dict[str, Resource]:
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            found = self._request("GET", root)
        except ApiError as error:
            if error.code == 404:
                return {}
            raise
        return {
            entry["kind"]: Resource(root, entry["name"], bool(entry.get("namespaced")))
            for entry in found.get("resources") or []
            if "/" not in entry["name"]
        }

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Any:
        try:
            return self.http.request(method, path, query, body, content_type=content_type).body
        except ServerError as error:
            raise ApiError(error) from error


def _status(error: ServerError) -> Object:
    try:
        status = json.loads(error.body or "null")
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _words(error: ServerError, status: Object) -> str:
    if not error.status:
        return f"the configured Kubernetes cluster is unreachable: {error}"
    if error.status == 401:
        return "the API server does not know who we are (401): are the token or certificate of the kubeconfig valid?"
    return str(status.get("message") or error)
