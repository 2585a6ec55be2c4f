"""The objects that cluster services are made of (pure). Their keys, and the order they come in, are known at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foxden.naming import digest
from foxden.schedulers.kubernetes.environment import pod_security
from foxden.schedulers.kubernetes.units import NAME, SEPARATOR

SYSTEM = "kube-system"
RBAC = "rbac.authorization.k8s.io"
READ = ("get", "list", "watch")

Object = dict[str, Any]


def labels(name: str) -> dict[str, str]:
    """What every object of a cluster service is labelled with."""
    return {NAME: name, "app.kubernetes.io/managed-by": "foxden"}


def found_by(name: str) -> dict[str, str]:
    """The labels by which its pods are found."""
    return {NAME: name}


def thing(version: str, kind: str, name: str, of: str, space: str = "", **more: Any) -> Object:
    """An object of the cluster service ``of``; of the whole cluster without a namespace."""
    place = {"namespace": space} if space else {}
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, **place, "labels": labels(of)},
        **more,
    }


def namespace(name: str, of: str, profile: str) -> Object:
    """A namespace whose pods are held to a profile of Pod Security."""
    found = thing("v1", "Namespace", name, of)
    found["metadata"]["labels"] |= pod_security(profile)
    return found


def closed(space: str, of: str) -> Object:
    """Nobody reaches a pod of a namespace but whom another policy lets in, and machines their own pods."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    return thing("networking.k8s.io/v1", "NetworkPolicy", "closed", of, space, spec=spec)


def account(name: str, space: str, of: str) -> Object:
    """An account; pods say themselves that they want its token."""
    return thing("v1", "ServiceAccount", name, of, space, automountServiceAccountToken=False)


def rule(group: str, resources: Iterable[str], verbs: Iterable[str] = READ, names: Iterable[str] = ()) -> Object:
    """One entry of a role."""
    some = list(names)
    found: Object = {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
    return found | ({"resourceNames": some} if some else {})


def role(name: str, of: str, rules: Sequence[Object], space: str = "") -> Object:
    """A role in a namespace, or in the whole cluster."""
    return thing(f"{RBAC}/v1", "Role" if space else "ClusterRole", name, of, space, rules=list(rules))


def binding(name: str, of: str, to: str, who: str, home: str, space: str = "", whole: bool = True) -> Object:
    """Gives the account ``who`` of the namespace ``home`` the role ``to``.

    In the namespace ``space`` alone if there is one; ``whole`` says that the role is one of the whole cluster.
    """
    return thing(
        f"{RBAC}/v1",
        "RoleBinding" if space else "ClusterRoleBinding",
        name,
        of,
        space,
        roleRef={"apiGroup": RBAC, "kind": "ClusterRole" if whole else "Role", "name": to},
        subjects=[{"kind": "ServiceAccount", "name": who, "namespace": home}],
    )


def sees_askers(name: str, home: str) -> Object:
    """Lets the account ``name`` of the namespace ``home`` see how the API tells whom it asks for."""
    to = "extension-apiserver-authentication-reader"
    return binding(f"{name}:authentication", name, to, name, home, space="kube-system", whole=False)


def config(name: str, space: str, of: str, data: Mapping[str, str]) -> Object:
    """A ConfigMap that never changes: another content has another name, so that an old pod keeps its own."""
    return thing(
        "v1", "ConfigMap", f"{name}{SEPARATOR}{digest(dict(data))}", of, space, data=dict(data), immutable=True
    )


def service(name: str, space: str, of: str, ports: Mapping[str, int | tuple[int, int]], **spec: Any) -> Object:
    """A Service of TCP ports by name: the number, or the one outside and the one of the pods."""
    pairs = {each: number if isinstance(number, tuple) else (number, number) for each, number in ports.items()}
    entries = [
        {"name": each, "port": outside, "targetPort": inside, "protocol": "TCP"}
        for each, (outside, inside) in pairs.items()
    ]
    found = thing("v1", "Service", name, of, space)
    # Its pods are waited for, and know more of what is wrong.
    found["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    return found | {"spec": {"type": "ClusterIP", "selector": found_by(of), "ports": entries, **spec}}


def deployment(name: str, space: str, of: str, pod: Object, replicas: int = 1) -> Object:
    """Pods, wherever there is room. Two of one machine's ports can't be on it: the old one goes first there."""
    surge = {"maxSurge": 0, "maxUnavailable": 1} if pod.get("hostNetwork") else {"maxSurge": 1, "maxUnavailable": 0}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": found_by(of)},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": surge},
        "template": {"metadata": {"labels": labels(of)}, "spec": pod},
    }
    return thing("apps/v1", "Deployment", name, of, space, spec=spec)


def daemon_set(name: str, space: str, of: str, pod: Object) -> Object:
    """A pod on every machine, dedicated ones among them."""
    spec = {
        "selector": {"matchLabels": found_by(of)},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "template": {"metadata": {"labels": labels(of)}, "spec": pod | {"tolerations": [{"operator": "Exists"}]}},
    }
    return thing("apps/v1", "DaemonSet", name, of, space, spec=spec)


def budget(name: str, space: str, of: str) -> Object:
    """One pod at a time leaves a machine that is emptied."""
    spec = {
        "maxUnavailable": 1,
        "selector": {"matchLabels": found_by(of)},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }
    return thing("policy/v1", "PodDisruptionBudget", name, of, space, spec=spec)


def policy(name: str, space: str, of: str, ingress: Sequence[Object], egress: Sequence[Object]) -> Object:
    """Who may reach its pods, and whom they may reach; nobody else."""
    ways = {"ingress": list(ingress), "egress": list(egress)}
    spec: Object = {
        "podSelector": {"matchLabels": found_by(of)},
        "policyTypes": ["Ingress", "Egress"],
        # The API doesn't keep empty lists, which would then look like a change.
        **{way: some for way, some in ways.items() if some},
    }
    return thing("networking.k8s.io/v1", "NetworkPolicy", name, of, space, spec=spec)


def kind_definition(group: str, version: str, plural: str, kind: str, of: str, scope: str = "Namespaced") -> Object:
    """The CustomResourceDefinition of a kind with a status. What is in such an object, its own program looks at."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"type": "object", "properties": {"spec": anything, "status": anything}}
    spec = {
        "group": group,
        "scope": scope,
        "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
        "versions": [
            {
                "name": version,
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": schema},
                "subresources": {"status": {}},
            }
        ],
    }
    return thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{plural}.{group}", of, spec=spec)
