"""What deploying to somebody else's Kubernetes takes, and what of that whoever deploys may not do there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.kubernetes.api import Api

_REVIEWS = "/apis/authorization.k8s.io/v1"
LOOK = ("get", "list", "watch")
KEEP = (*LOOK, "create", "patch", "delete")


@dataclass(frozen=True)
class Right:
    """To do something with the objects of a kind."""

    group: str
    resource: str
    verb: str

    @property
    def kind(self) -> str:
        """As kubectl names it: ``deployments.apps``."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def _rights(group: str, resources: str, verbs: Iterable[str]) -> list[Right]:
    return [Right(group, resource, verb) for resource in resources.split() for verb in verbs]


DEPLOYER = (
    *_rights("", "namespaces serviceaccounts services secrets resourcequotas limitranges", KEEP),
    *_rights("apps", "deployments", KEEP),
    *_rights("batch", "jobs cronjobs", KEEP),
    *_rights("networking.k8s.io", "networkpolicies ingresses", KEEP),
    *_rights("policy", "poddisruptionbudgets", KEEP),
    *_rights("autoscaling", "horizontalpodautoscalers", KEEP),
    *_rights("traefik.io", "middlewares", KEEP),
    *_rights("", "pods pods/log events persistentvolumeclaims", LOOK),
    *_rights("apps", "replicasets", LOOK),
)
"""Those of the role in docs/kubernetes.md."""

INGRESS = (
    *_rights("apps", "daemonsets", KEEP),
    *_rights("", "configmaps", KEEP),
    *_rights("networking.k8s.io", "ingressclasses", KEEP),
    *_rights("rbac.authorization.k8s.io", "clusterroles clusterrolebindings", KEEP),
    *_rights("apiextensions.k8s.io", "customresourcedefinitions", KEEP),
)
"""Those that a way in takes beyond that."""

_IN_A_NAMESPACE = ("daemonsets", "configmaps")
_OF_THE_CLUSTER = ("namespaces", *(right.resource for right in INGRESS if right.resource not in _IN_A_NAMESPACE))


def missing(api: Api, namespace: str, wanted: Iterable[Right]) -> list[Right]:
    """Those of the rights that whoever asks does not have in a namespace, which need not be there.

    One question for all that is in it, and one for each right beyond that, or that the first answer does not know of:
    not every cluster can list them.
    """
    given = list(_listed(api, namespace))
    unsure = [
        right
        for right in wanted
        if right.resource in _OF_THE_CLUSTER or not any(_covers(rule, right) for rule in given)
    ]
    return [right for right in unsure if not _may(api, namespace, right)]


def _listed(api: Api, namespace: str) -> Iterator[Mapping[str, Any]]:
    answer = _review(api, "SelfSubjectRulesReview", {"namespace": namespace})
    return (rule for rule in answer.get("resourceRules") or [] if not rule.get("resourceNames"))


def _covers(rule: Mapping[str, Any], right: Right) -> bool:
    sides = (("apiGroups", right.group), ("resources", right.resource), ("verbs", right.verb))
    return all({"*", wanted} & set(rule.get(side) or ()) for side, wanted in sides)


def _may(api: Api, namespace: str, right: Right) -> bool:
    resource, _, part = right.resource.partition("/")
    asked = {"group": right.group, "resource": resource, "subresource": part, "verb": right.verb}
    where = {} if right.resource in _OF_THE_CLUSTER else {"namespace": namespace}
    return bool(_review(api, "SelfSubjectAccessReview", {"resourceAttributes": {**asked, **where}}).get("allowed"))


def _review(api: Api, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The server's word; empty where it gives none."""
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    answer = api.request("POST", f"{_REVIEWS}/{kind.lower()}s", body).json or {}
    return answer.get("status") or {}
