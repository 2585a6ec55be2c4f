"""DNS records for routes: external-dns, at Route 53 (pure)."""

from foxden.clusters.services_plan import ExternalDns, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    Object,
    account,
    binding,
    closed,
    deployment,
    namespace,
    role,
    rule,
)
from foxden.schedulers.kubernetes.addons.pods import container, http, pod, region

NAME = "external-dns"
SPACE = "foxden-external-dns"
PORT = 7979


def objects(it: ExternalDns, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            # Where a host leads, its Ingress says: to the balancer, if its ingress was told of one.
            "--source=ingress",
            "--provider=aws",
            *(f"--domain-filter={domain}" for domain in it.domains),
            f"--policy={'sync' if it.removes else 'upsert-only'}",
            # Records of others, another cluster's among them, it leaves alone.
            "--registry=txt",
            f"--txt-owner-id={plan.name}",
            f"--metrics-address=:{PORT}",
        ],
        ("64Mi", "192Mi"),
        ports={"http": PORT},
        ready=http("/healthz", "http"),
        alive=http("/healthz", "http"),
        env=region(plan),
    )
    profile = "privileged" if plan.host_network else "restricted"
    return {
        "namespace": namespace(SPACE, NAME, profile),
        "closed": closed(SPACE, NAME),
        "account": account(NAME, SPACE, NAME),
        "role": role(NAME, NAME, [rule("networking.k8s.io", ("ingresses",))]),
        "binding": binding(NAME, NAME, NAME, NAME, SPACE),
        "workload": deployment(NAME, SPACE, NAME, pod(NAME, [main], it, on_host=plan.host_network)),
    }
