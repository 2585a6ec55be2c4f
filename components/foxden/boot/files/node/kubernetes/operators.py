"""Who may do what, and what they show: kept by the master that leads etcd. Harmless to repeat."""

import base64
import json
import os
import time
from typing import Any

from .. import kept
from ..certificates import is_good, issue, pair
from ..facts import Facts
from ..parameters import Parameters
from ..rest import ApiError
from . import secrets
from .api import ADMIN, LOCAL, Kube, moment, with_token
from .master import KUBELET_CLIENT

BOOTSTRAPPERS = "system:bootstrappers:foxden"
"""The group of all kubelets that have no certificate yet; each pool has one of its own below."""
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_SYSTEM = "/api/v1/namespaces/kube-system"
_OPERATORS = "foxden-operators"
_TOKEN_HOURS = 24
"""How long a pool's bootstrap token is good; from half of it on there is a new one."""
_AGENTS = {"kube-proxy": "system:kube-proxy", "kube-router": "kube-router"}
"""What runs on workers beside the kubelet, and as whom."""
_SEEN_BY_ROUTER = (
    ("", ("endpoints", "namespaces", "nodes", "pods", "services")),
    ("discovery.k8s.io", ("endpointslices",)),
    ("networking.k8s.io", ("networkpolicies",)),
)
_ROLES = {
    "foxden:kube-router": [
        {"apiGroups": [group], "resources": list(kinds), "verbs": ["get", "list", "watch"]}
        for group, kinds in _SEEN_BY_ROUTER
    ],
}
_BINDINGS = {
    "foxden:bootstrappers": ("system:node-bootstrapper", "Group", BOOTSTRAPPERS),
    "foxden:kubelet-api": ("system:kubelet-api-admin", "User", KUBELET_CLIENT),
    "foxden:kube-router": ("foxden:kube-router", "User", "kube-router"),
}


def keep_rights(api: Kube) -> None:
    """The rights of the nodes' parts, and of operators."""
    for name, rules in _ROLES.items():
        api.apply(f"{_RBAC}/clusterroles/{name}", _object("ClusterRole", name, rules=rules))
    for name, (role, kind, whom) in _BINDINGS.items():
        _bind(api, name, role, {"kind": kind, "name": whom, "apiGroup": "rbac.authorization.k8s.io"})
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _OPERATORS}}
    api.apply(f"{_SYSTEM}/serviceaccounts/{_OPERATORS}", {**account, "automountServiceAccountToken": False})
    subject = {"kind": "ServiceAccount", "name": _OPERATORS, "namespace": "kube-system"}
    _bind(api, "foxden:operators", "cluster-admin", subject)


def keep_operators(facts: Facts, api: Kube, parameters: Parameters) -> None:
    """The token of whoever deploys: a new one long before the old one ends, or when that is no longer taken."""
    known = parameters.read(secrets.OPERATORS)
    if known and _is_fresh(known) and _is_taken(known):
        return
    wish = {"spec": {"expirationSeconds": facts.certificate_hours * 3600}}
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", **wish}
    made = api.call("POST", f"{_SYSTEM}/serviceaccounts/{_OPERATORS}/token", body)
    parameters.replace(secrets.OPERATORS, made["status"]["token"])


def keep_pools(facts: Facts, api: Kube, parameters: Parameters) -> None:
    """What the workers of each pool begin with, and what the agents beside their kubelets show."""
    authority = pair(parameters.read(kept.AUTHORITY) or "")
    for pool in kept.pools(parameters):
        _keep_bootstrap_token(api, parameters, pool)
        for agent, user in _AGENTS.items():
            name = kept.pool_secret(pool, agent)
            found = parameters.read(name)
            if not found or not is_good(authority.certificate, pair(found)):
                parameters.replace(name, issue(authority, [], [], facts.certificate_hours, user).text())


def pool_group(pool: str) -> str:
    """The group of a pool's kubelets that have no certificate yet."""
    return f"{BOOTSTRAPPERS}:{pool}"


def _keep_bootstrap_token(api: Kube, parameters: Parameters, pool: str) -> None:
    """It may do no more than ask for a certificate, which is given only to who belongs to the pool."""
    name = kept.pool_secret(pool, "bootstrap-token")
    known = parameters.read(name)
    if known:
        held = api.peek(f"{_SYSTEM}/secrets/bootstrap-token-{known.partition('.')[0]}")
        ends = base64.b64decode(((held or {}).get("data") or {}).get("expiration") or "").decode()
        if ends and moment(ends) - time.time() > _TOKEN_HOURS * 1800:
            return
    public, secret = os.urandom(3).hex(), os.urandom(8).hex()
    values = {
        "token-id": public,
        "token-secret": secret,
        "expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + _TOKEN_HOURS * 3600)),
        "usage-bootstrap-authentication": "true",
        "auth-extra-groups": f"{BOOTSTRAPPERS},{pool_group(pool)}",
        "description": f"For new workers of the pool {pool}",
    }
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "bootstrap.kubernetes.io/token",
        "metadata": {"name": f"bootstrap-token-{public}"},
        "stringData": values,
    }
    # First what takes it, then what shows it: whoever finds the new one can use it.
    api.call("POST", f"{_SYSTEM}/secrets", body)
    parameters.replace(name, f"{public}.{secret}")


def _bind(api: Kube, name: str, role: str, subject: dict[str, str]) -> None:
    whole = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    body = _object("ClusterRoleBinding", name, roleRef=whole, subjects=[subject])
    api.apply(f"{_RBAC}/clusterrolebindings/{name}", body)


def _object(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, **more}


def _is_fresh(token: str) -> bool:
    """Whether more than two thirds of its time are before it."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        left, whole = claims["exp"] - time.time(), claims["exp"] - claims["iat"]
    except (IndexError, KeyError, TypeError, ValueError):
        return False
    return bool(left > whole * 2 / 3)


def _is_taken(token: str) -> bool:
    try:
        with_token(LOCAL, ADMIN / "ca.pem", token).get("/api")
    except ApiError as error:
        return error.status not in (401, 403)
    return True
