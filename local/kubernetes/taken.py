"""What a way in of ours would make for the whole of a cluster, and somebody else's has made there before."""

from collections.abc import Iterator, Mapping

from foxden.schedulers.kubernetes.ingress import CLUSTER_WIDE
from foxden.schedulers.kubernetes.ingress_kinds import GROUP, KINDS
from foxden.schedulers.kubernetes.options import options_of
from local.kubernetes.api import Api

_RIGHTS = "/apis/rbac.authorization.k8s.io/v1"
_CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
_KINDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def taken(api: Api, options: Mapping[str, str]) -> list[str]:
    """The objects without a namespace that are there already, as kubectl names them: ``ingressclass/traefik``.

    ``options`` are the connection's. Whose they are does not count: nothing can be made a second time.
    """
    return [thing for path, thing in _wanted(options) if api.peek(path)]


def _wanted(options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Path and name of each."""
    chosen = options_of(options).ingress_class
    yield f"{_CLASSES}/{chosen}", f"ingressclass/{chosen}"
    for plural in KINDS:
        yield f"{_KINDS}/{plural}.{GROUP}", f"customresourcedefinition/{plural}.{GROUP}"
    for kind in ("clusterrole", "clusterrolebinding"):
        yield f"{_RIGHTS}/{kind}s/{CLUSTER_WIDE}", f"{kind}/{CLUSTER_WIDE}"
