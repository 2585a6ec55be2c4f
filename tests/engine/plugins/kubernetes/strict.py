"""Objects as a real API server takes them in strict mode: without a warning, and kept as they were sent."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from tests.engine.plugins.kubernetes.control_plane import Api

PLURALS = {
    "Ingress": "ingresses",
    "IngressClass": "ingressclasses",
    "NetworkPolicy": "networkpolicies",
    "StorageClass": "storageclasses",
}
CLUSTER_WIDE = {
    *("APIService", "CSIDriver", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"),
    *("IngressClass", "MutatingWebhookConfiguration", "Namespace", "StorageClass", "ValidatingWebhookConfiguration"),
}


def path_of(thing: Mapping[str, Any]) -> str:
    """Where an object is in the API."""
    version, kind, metadata = thing["apiVersion"], thing["kind"], thing["metadata"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    place = "" if kind in CLUSTER_WIDE else f"/namespaces/{metadata['namespace']}"
    return f"{root}{place}/{PLURALS.get(kind, kind.lower() + 's')}/{metadata['name']}"


def apply(api: Api, thing: Mapping[str, Any], token: str = "", rehearsal: bool = True) -> requests.Response:
    """What the server says to an object, as a provider applies it."""
    asked = {"fieldManager": "tests", "force": "true", "fieldValidation": "Strict"}
    return requests.patch(
        api.address + path_of(thing),
        params={**asked, "dryRun": "All"} if rehearsal else asked,
        data=json.dumps(thing, ensure_ascii=False).encode(),
        headers={"Authorization": f"Bearer {token or api.token}", "Content-Type": "application/apply-patch+yaml"},
        verify=str(api.authority),
        timeout=10,
    )


def differences(wanted: Any, found: Any, where: str = "") -> Iterator[str]:
    """Where what is there is not what was wished; what the server added is not looked at."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            yield from differences(value, found.get(key), f"{where}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for position, value in enumerate(wanted):
            yield from differences(value, found[position], f"{where}[{position}]")
    elif wanted != found:
        yield f"{where}: {wanted!r} became {found!r}"


def check(api: Api, thing: Mapping[str, Any], rehearsal: bool = True) -> None:
    """It is taken without a warning, and nothing of it is another."""
    answer = apply(api, thing, rehearsal=rehearsal)
    assert answer.status_code < 300, f"{thing['kind']} {thing['metadata']['name']}: {answer.text}"
    assert "Warning" not in answer.headers, answer.headers["Warning"]
    assert list(differences(thing, answer.json())) == []
