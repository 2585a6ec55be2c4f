"""Certificates: cert-manager, and an issuer that asks an authority (pure)."""

from typing import Any

from foxden.clusters.services_plan import Certificates, ServicesPlan
from foxden.naming import digest
from foxden.schedulers.kubernetes.addons import certificates_rules as rights
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    Object,
    account,
    binding,
    closed,
    deployment,
    kind_definition,
    labels,
    namespace,
    policy,
    role,
    service,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import container, field, http, pod, region
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.units import SEPARATOR

SPACE = "foxden-certificates"
NAME = "certificates"
INJECTOR, WEBHOOK, CHECK = f"{NAME}-injector", f"{NAME}-webhook", f"{NAME}-check"
ISSUER = "foxden"
"""What the issuer is called that asks the authority."""

GROUP, ACME, VERSION = rights.GROUP, rights.ACME, "v1"
PORT = 10260
"""Where the API asks the webhook, on its machine where the API has no way to pods."""

_HEALTH, _ALIVE = 10261, 10262
"""Of the webhook and the controller: on a machine's network, these may not be others' ports."""

KINDS = {
    "certificates": (GROUP, "Certificate", "Namespaced"),
    "certificaterequests": (GROUP, "CertificateRequest", "Namespaced"),
    "issuers": (GROUP, "Issuer", "Namespaced"),
    "clusterissuers": (GROUP, "ClusterIssuer", "Cluster"),
    "orders": (ACME, "Order", "Namespaced"),
    "challenges": (ACME, "Challenge", "Namespaced"),
}
"""Plural to group, kind and scope of what it brings to the API."""


def objects(it: Certificates, plan: ServicesPlan, options: KubernetesOptions) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    kinds = {
        f"kind:{plural}": kind_definition(group, VERSION, plural, kind, NAME, scope)
        for plural, (group, kind, scope) in KINDS.items()
    }
    found = {
        "namespace": namespace(SPACE, NAME, "privileged" if plan.host_network else "restricted"),
        "closed": closed(SPACE, NAME),
        **kinds,
        **_controller(it, plan),
        **_injector(it, plan),
        **_webhook(it, plan),
        "mutating": _hook("MutatingWebhookConfiguration", "/mutate", ("certificaterequests",), ("CREATE",)),
        "validating": _hook("ValidatingWebhookConfiguration", "/validate", tuple(KINDS), ("CREATE", "UPDATE")),
    }
    found |= _check(it, plan)
    return found | ({"issuer": _issuer(it, plan, options)} if it.email else {})


def _roles(name: str, rules: list[Object], own: list[Object]) -> dict[str, Object]:
    """What an account may do in the whole cluster, and in its own namespace."""
    whole = f"foxden-{name}"
    return {
        f"{name}-account": account(name, SPACE, name),
        f"{name}-role": role(whole, name, rules),
        f"{name}-binding": binding(whole, name, whole, name, SPACE),
        f"{name}-own": role(name, name, own, SPACE),
        f"{name}-owns": binding(name, name, name, name, SPACE, space=SPACE, whole=False),
    }


def _controller(it: Certificates, plan: ServicesPlan) -> dict[str, Object]:
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            "--v=2",
            "--cluster-resource-namespace=$(POD_NAMESPACE)",
            "--leader-election-namespace=$(POD_NAMESPACE)",
            f"--acme-http01-solver-image={image('certificates-solver', it, plan)}",
            f"--healthz-listen-address=0.0.0.0:{_ALIVE}",
            "--metrics-listen-address=0",
        ],
        ("64Mi", "256Mi"),
        ports={"healthz": _ALIVE},
        ready=http("/livez", "healthz"),
        alive=http("/livez", "healthz"),
        env=[field("POD_NAMESPACE", "metadata.namespace"), *region(plan)],
    )
    # It proves ownership at the cloud's DNS with its machine's identity.
    whole = pod(NAME, [main], it, on_host=plan.host_network and bool(it.zones))
    return _roles(NAME, rights.controller(), rights.leading("cert-manager-controller")) | {
        NAME: deployment(NAME, SPACE, NAME, whole)
    }


def _injector(it: Certificates, plan: ServicesPlan) -> dict[str, Object]:
    main = container(
        INJECTOR,
        image(INJECTOR, it, plan),
        [
            "--v=2",
            "--leader-election-namespace=$(POD_NAMESPACE)",
            # The webhook's own is all that it puts anywhere.
            f"--namespace={SPACE}",
            "--enable-certificates-data-source=false",
            "--enable-apiservices-injectable=false",
            "--enable-customresourcedefinitions-injectable=false",
            "--metrics-listen-address=0",
        ],
        ("64Mi", "256Mi"),
        env=[field("POD_NAMESPACE", "metadata.namespace")],
    )
    return _roles(INJECTOR, rights.injector(), rights.injecting()) | {
        INJECTOR: deployment(INJECTOR, SPACE, INJECTOR, pod(INJECTOR, [main], it))
    }


def _webhook(it: Certificates, plan: ServicesPlan) -> dict[str, Object]:
    names = (WEBHOOK, f"{WEBHOOK}.$(POD_NAMESPACE)", f"{WEBHOOK}.$(POD_NAMESPACE).svc")
    main = container(
        WEBHOOK,
        image(WEBHOOK, it, plan),
        [
            "--v=2",
            f"--secure-port={PORT}",
            f"--healthz-port={_HEALTH}",
            "--metrics-listen-address=0",
            "--dynamic-serving-ca-secret-namespace=$(POD_NAMESPACE)",
            f"--dynamic-serving-ca-secret-name={WEBHOOK}-ca",
            *(f"--dynamic-serving-dns-names={name}" for name in names),
        ],
        ("32Mi", "128Mi"),
        ports={"https": PORT, "healthz": _HEALTH},
        ready=http("/healthz", "healthz"),
        alive=http("/livez", "healthz"),
        env=[field("POD_NAMESPACE", "metadata.namespace")],
    )
    # On its machine no policy holds for it. Where the API asks from is the cloud's matter.
    asked = [{"ports": [{"protocol": "TCP", "port": "https"}]}]
    way = {} if plan.host_network else {f"{WEBHOOK}-policy": policy(WEBHOOK, SPACE, WEBHOOK, asked, [{}])}
    return _roles(WEBHOOK, rights.webhook(), rights.serving(f"{WEBHOOK}-ca")) | {
        **way,
        f"{WEBHOOK}-service": service(WEBHOOK, SPACE, WEBHOOK, {"https": (443, PORT)}),
        WEBHOOK: deployment(WEBHOOK, SPACE, WEBHOOK, pod(WEBHOOK, [main], it, on_host=plan.host_network)),
    }


def _check(it: Certificates, plan: ServicesPlan) -> dict[str, Object]:
    """A Job that ends when the API, asked for a certificate, gets an answer of the webhook."""
    main = container(
        CHECK,
        image(CHECK, it, plan),
        ["check", "api", "--wait=3m", "-v"],
        ("32Mi", "128Mi"),
        env=[field("POD_NAMESPACE", "metadata.namespace")],
    )
    spec = {
        "backoffLimit": 4,
        "template": {
            "metadata": {"labels": labels(CHECK)},
            "spec": pod(CHECK, [main], it) | {"restartPolicy": "OnFailure"},
        },
    }
    job = thing("batch/v1", "Job", f"{CHECK}{SEPARATOR}{digest(spec)}", CHECK, SPACE, spec=spec)
    return {
        f"{CHECK}-account": account(CHECK, SPACE, CHECK),
        f"{CHECK}-own": role(CHECK, CHECK, rights.checking(), SPACE),
        f"{CHECK}-owns": binding(CHECK, CHECK, CHECK, CHECK, SPACE, space=SPACE, whole=False),
        CHECK: job,
    }


def _hook(kind: str, path: str, plurals: tuple[str, ...], operations: tuple[str, ...]) -> Object:
    found = thing("admissionregistration.k8s.io/v1", kind, f"foxden-{NAME}", NAME)
    # Its authority is its own, and the injector puts it in here.
    found["metadata"]["annotations"] = {"cert-manager.io/inject-ca-from-secret": f"{SPACE}/{WEBHOOK}-ca"}
    groups = sorted({KINDS[plural][0] for plural in plurals})
    rule = {
        "apiGroups": groups,
        "apiVersions": [VERSION],
        "operations": list(operations),
        "resources": list(plurals),
        "scope": "*",
    }
    hook: dict[str, Any] = {
        "name": "webhook.cert-manager.io",
        "rules": [rule],
        "admissionReviewVersions": ["v1"],
        "matchPolicy": "Equivalent",
        "timeoutSeconds": 10,
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "clientConfig": {"service": {"name": WEBHOOK, "namespace": SPACE, "path": path, "port": 443}},
    }
    return found | {"webhooks": [hook]}


def _issuer(it: Certificates, plan: ServicesPlan, options: KubernetesOptions) -> Object:
    by_name = [
        {
            "selector": {"dnsZones": [domain]},
            "dns01": {"route53": {"hostedZoneID": zone, **({"region": plan.region} if plan.region else {})}},
        }
        for domain, zone in sorted(it.zones.items())
    ]
    # Of itself it would open a port of every machine for what answers: the ingress is the way to that.
    way = {"ingressClassName": options.ingress_class, "serviceType": "ClusterIP"}
    by_request = [{"http01": {"ingress": way}}]
    acme = {
        "email": it.email,
        "server": it.server,
        "privateKeySecretRef": {"name": f"{ISSUER}-account"},
        "solvers": by_name or by_request,
    }
    return thing(f"{GROUP}/{VERSION}", "ClusterIssuer", ISSUER, NAME, spec={"acme": acme})
