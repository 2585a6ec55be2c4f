"""An API server in a dict: as much of Kubernetes' API as the plugin asks for, and what a test tells it to say."""

import copy
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from local.plugins.errors import Cancelled, ServerError
from local.plugins.http import Answer
from local.plugins.kubernetes.cluster import Cluster, Object, Settings

_KINDS = {
    "/api/v1": {
        "Namespace": ("namespaces", False),
        "ConfigMap": ("configmaps", True),
        "Secret": ("secrets", True),
        "Service": ("services", True),
        "Pod": ("pods", True),
        "Event": ("events", True),
        "PersistentVolumeClaim": ("persistentvolumeclaims", True),
    },
    "/apis/apps/v1": {"Deployment": ("deployments", True), "ReplicaSet": ("replicasets", True)},
    "/apis/networking.k8s.io/v1": {"Ingress": ("ingresses", True)},
    "/apis/discovery.k8s.io/v1": {"EndpointSlice": ("endpointslices", True)},
    "/apis/storage.k8s.io/v1": {"StorageClass": ("storageclasses", False)},
}


@dataclass
class Server:
    """Objects by path, and a list of everything that was asked."""

    objects: dict[str, Object] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    refusals: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Method -> status, reason and message for every such call."""
    logs: dict[str, str] = field(default_factory=dict)
    becomes: Callable[[Object], Object] = field(default=lambda thing: thing)
    """What the controllers make of an object before it is read."""
    lingers: bool = False
    """Whether deleted objects stay."""
    version: str = "v1.34.4"
    """What it says it is; '' when it keeps that to itself."""
    address: str = "https://api.test"
    paused: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)
    kinds: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=lambda: copy.deepcopy(_KINDS))

    def cluster(self, **settings: Any) -> Cluster:
        """A client of this server."""
        return Cluster(self, Settings(**settings))  # type: ignore[arg-type]

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        wait: float = 0.0,
        content_type: str = "application/json",
    ) -> Answer:
        """As the client's own."""
        self.asked.append((method, path, dict(query or {})))
        if method in self.refusals:
            raise _refusal(*self.refusals[method])
        if path == "/version" and self.version:
            return Answer({"major": "1", "gitVersion": self.version}, 0)
        if path in self.kinds:
            entries = [{"kind": k, "name": n, "namespaced": ns} for k, (n, ns) in self.kinds[path].items()]
            return Answer({"resources": entries}, 0)
        if not path.startswith(tuple(self.kinds)):
            raise _refusal(404, "", "the server could not find the requested resource")
        return Answer(getattr(self, f"_{method.lower()}")(unquote(path), query or {}, body), 0)

    def text(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """As the client's own."""
        self.asked.append(("GET", path, dict(query or {})))
        return self.logs.get(path, "")

    def pause(self, seconds: float) -> None:
        """No test waits for anything."""
        self.paused += seconds
        if self.cancelled.is_set():
            raise Cancelled("the operation was cancelled")

    def _get(self, path: str, query: Mapping[str, Any], body: Any) -> Object:
        if path.rpartition("/")[2] in {name for kinds in self.kinds.values() for name, _ in kinds.values()}:
            found = [self.becomes(thing) for at, thing in self.objects.items() if at.startswith(f"{path}/")]
            return {"items": copy.deepcopy(found)}
        if path not in self.objects:
            raise _refusal(404, "NotFound", f"{path} not found")
        return copy.deepcopy(self.becomes(self.objects[path]))

    def _patch(self, path: str, query: Mapping[str, Any], body: Any) -> Object:
        old = self.objects.get(path, {"metadata": {"uid": f"uid-{len(self.objects)}", "generation": 0}})
        made = _merged(old, body)
        made["metadata"] = {**made["metadata"], "generation": old["metadata"]["generation"] + 1}
        made["metadata"]["managedFields"] = [{"manager": query["fieldManager"], "operation": "Apply"}]
        if not query.get("dryRun"):
            self.objects[path] = made
        return copy.deepcopy(made)

    def _delete(self, path: str, query: Mapping[str, Any], body: Any) -> Object:
        self.asked[-1][2].update(body)
        if path not in self.objects:
            raise _refusal(404, "NotFound", f"{path} not found")
        if not self.lingers:
            del self.objects[path]
        return {}


def _refusal(status: int, reason: str, message: str) -> ServerError:
    details = {"kind": "namespaces"} if "namespaces" in message else {}
    body = json.dumps({"kind": "Status", "reason": reason, "message": message, "details": details})
    return ServerError(status, f"Unexpected response code: {status}", body if status else "")


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return copy.deepcopy(new)
