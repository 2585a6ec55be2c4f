"""Kubernetes' API, as this node speaks with it."""

import json
import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..rest import ApiError, Rest

__all__ = [
    *("ADMIN", "FOLDER", "LOCAL", "PORT", "Kube", "as_admin", "is_ready", "moment", "takes_pods", "with_certificate"),
    "with_token",
]

PORT = 6443
LOCAL = f"https://127.0.0.1:{PORT}"
FOLDER = Path("/etc/foxden/kubernetes")
ADMIN = FOLDER / "admin"
"""The folder with the certificate of this program on a master."""
_MANAGER = "fieldManager=foxden-node&force=true"
_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"


class Kube(Rest):
    """One API server, or the address that balances over all."""

    def apply(self, path: str, body: dict[str, Any]) -> Any:
        """Make an object so, whether it is there or not."""
        return json.loads(self.raw("PATCH", f"{path}?{_MANAGER}", json.dumps(body).encode(), _APPLY))

    def merge(self, path: str, body: dict[str, Any]) -> Any:
        """Change some fields of an object."""
        return json.loads(self.raw("PATCH", path, json.dumps(body).encode(), _MERGE))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a body of JSON."""
        text = self.raw(method, path, None if body is None else json.dumps(body).encode(), "application/json")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text.decode(errors="replace")

    def watch(self, path: str, version: str, seconds: int) -> Iterator[dict[str, Any]]:
        """What happens to objects after a version of their list, for so many seconds."""
        wish = f"{path}?watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}"
        for line in self.lines(wish, seconds + 10):
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise ApiError(f"watch {path}: {event['object'].get('message')}", event["object"].get("code") or 0)
            yield event

    def gone(self, path: str) -> None:
        """See that an object is not there."""
        try:
            self.call("DELETE", path)
        except ApiError as error:
            if error.status != 404:
                raise


def with_certificate(base: str, authority: Path, certificate: Path, key: Path, timeout: float = 15) -> Kube:
    """As whom a certificate says; it is read anew each time, for it is renewed."""
    context = ssl.create_default_context(cafile=str(authority))
    context.load_cert_chain(str(certificate), str(key))
    return Kube(base, {}, context, timeout)


def with_token(base: str, authority: Path, token: str) -> Kube:
    """As whom a token says."""
    return Kube(base, {"Authorization": f"Bearer {token}"}, ssl.create_default_context(cafile=str(authority)))


def as_admin(base: str = LOCAL, timeout: float = 15) -> Kube:
    """As this program on a master, which may do everything."""
    return with_certificate(base, ADMIN / "ca.pem", ADMIN / "cert.pem", ADMIN / "key.pem", timeout)


def takes_pods(api: Kube, node: str) -> bool:
    """Whether a node is there, and ready."""
    try:
        found = api.get(f"/api/v1/nodes/{node}")
    except ApiError as error:
        if error.status != 404:
            raise
        return False
    return is_ready(found)


def is_ready(node: dict[str, Any]) -> bool:
    """Whether a node says so, or is said to by the controllers, which look after those that are silent."""
    conditions = (node.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def moment(text: str) -> float:
    """The time that an object says."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()  # noqa: UP017
