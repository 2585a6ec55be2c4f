"""Certificates that kubelets ask for: given to those alone who are what they say. Decided by the leading master."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from ..rest import ApiError
from .api import Kube, takes_pods
from .operators import pool_group

_PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
_SERVING = "kubernetes.io/kubelet-serving"
_WELL = "its node is there and ready, so that its kubelet has a certificate to ask by"


@dataclass(frozen=True)
class Worker:
    """A worker as its name says: ``general-i-0123``."""

    pool: str
    instance: str

    @property
    def name(self) -> str:
        """Its node's."""
        return f"{self.pool}-{self.instance}"


def worker(name: str) -> Worker | None:
    """Whose the name of a node is; None for no worker's."""
    pool, found, number = name.rpartition("-i-")
    return Worker(pool, f"i-{number}") if found and pool and number.isalnum() else None


def decide(api: Kube, is_of_pool: Callable[[str, str], bool], address: Callable[[str], str]) -> None:
    """Approve what is right of all that is open, and deny what is not.

    ``is_of_pool``: whether an instance belongs to a pool. ``address``: an instance's own, '' where it has none.
    """
    failed = []
    for request in api.get(_PATH).get("items") or []:
        if request["spec"]["signerName"] in (_CLIENT, _SERVING) and not (request.get("status") or {}).get("conditions"):
            try:
                _answer(api, request, problem(request["spec"], is_of_pool, address, partial(takes_pods, api)))
            except Exception as error:  # whatever it is, others get their answers
                failed.append(f"{request['metadata']['name']}: {type(error).__name__}: {error}")
    if failed:
        raise ApiError("; ".join(failed))


def problem(
    spec: dict[str, Any],
    is_of_pool: Callable[[str, str], bool],
    address: Callable[[str], str],
    is_well: Callable[[str], bool],
) -> str:
    """Why a request is not to be granted; '' where it is.

    ``is_well``: whether a node is there and ready. All workers of a pool have the same token, by which none of them may
    become another one that has joined; after a reboot a kubelet asks by the certificate that it has kept. One that has
    just lost it asks again, until its node is not ready any more.
    """
    try:
        asked = x509.load_pem_x509_csr(base64.b64decode(spec["request"]))
        names, addresses = _alternatives(asked)
    except ValueError as error:
        return f"it can't be read: {error}"
    name = _one(asked, NameOID.COMMON_NAME)
    found = worker(name.removeprefix("system:node:")) if name.startswith("system:node:") else None
    if found is None or _one(asked, NameOID.ORGANIZATION_NAME) != "system:nodes":
        return "it is not for a worker of this cluster"
    by_itself = spec.get("username") == name
    if not by_itself and (spec["signerName"] == _SERVING or pool_group(found.pool) not in (spec.get("groups") or [])):
        return f"{spec.get('username')} is not of the pool {found.pool}"
    if not is_of_pool(found.instance, found.pool):
        return f"{found.instance} is not in the group of the pool {found.pool}"
    if spec["signerName"] == _CLIENT:
        if names or addresses:
            return "it has names of a server"
        return "" if by_itself or not is_well(found.name) else _WELL
    if names - {found.name} or addresses - {address(found.instance)}:
        return f"{sorted(names | addresses)} is not what {found.name} is called"
    return ""


def _answer(api: Kube, request: dict[str, Any], wrong: str) -> None:
    name = request["metadata"]["name"]
    condition = {
        "type": "Denied" if wrong else "Approved",
        "status": "True",
        "reason": "FoxdenNode",
        "message": wrong or "it is a worker of the cluster, and asks for itself",
    }
    body = {**request, "status": {**(request.get("status") or {}), "conditions": [condition]}}
    api.call("PUT", f"{_PATH}/{name}/approval", body)
    if wrong:
        print(f"{name} is denied: {wrong}", flush=True)


def _one(asked: x509.CertificateSigningRequest, kind: x509.ObjectIdentifier) -> str:
    found = asked.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if len(found) == 1 else ""


def _alternatives(asked: x509.CertificateSigningRequest) -> tuple[set[str], set[str]]:
    try:
        value: Any = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set(), set()
    known = {x509.DNSName, x509.IPAddress}
    others = {f"{type(each).__name__}" for each in value if type(each) not in known}
    names = set(value.get_values_for_type(x509.DNSName)) | others
    return names, {str(each) for each in value.get_values_for_type(x509.IPAddress)}
