"""What each part of cert-manager may do (pure)."""

from foxden.schedulers.kubernetes.addons.objects import READ, Object, rule

GROUP, ACME = "cert-manager.io", "acme.cert-manager.io"

_LEASES = "coordination.k8s.io"
_CHANGE = ("update", "patch")


def controller() -> list[Object]:
    """Of what issues: certificates are secrets of any namespace, and ownership is proven with pods and routes."""
    issuers = ("issuers", "clusterissuers")
    wanted = ("certificates", "certificaterequests")
    asked = ("orders", "challenges")
    return [
        rule(GROUP, (*wanted, *issuers), (*READ, "create", "update", "patch", "delete")),
        rule(GROUP, [f"{each}/status" for each in (*wanted, *issuers)], _CHANGE),
        rule(GROUP, [f"{each}/finalizers" for each in (*wanted, *issuers)], ("update",)),
        rule(GROUP, ("signers",), ("approve",), ("issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*")),
        rule(ACME, asked, (*READ, "create", "update", "patch", "delete")),
        rule(ACME, [f"{each}/status" for each in asked], _CHANGE),
        rule(ACME, [f"{each}/finalizers" for each in asked], ("update",)),
        rule("", ("secrets",), (*READ, "create", "update", "patch", "delete")),
        rule("", ("events",), ("create", "patch")),
        rule("", ("pods", "services"), (*READ, "create", "delete")),
        rule("networking.k8s.io", ("ingresses",), (*READ, "create", "update", "delete")),
        rule("networking.k8s.io", ("ingresses/finalizers",), ("update",)),
        rule("certificates.k8s.io", ("certificatesigningrequests",), (*READ, "update")),
        rule("certificates.k8s.io", ("certificatesigningrequests/status",), _CHANGE),
        rule(
            "certificates.k8s.io",
            ("signers",),
            ("sign",),
            ("issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"),
        ),
        rule("authorization.k8s.io", ("subjectaccessreviews",), ("create",)),
    ]


def leading(lease: str) -> list[Object]:
    """Of who leads where there are several."""
    return [
        rule(_LEASES, ("leases",), ("create",)),
        rule(_LEASES, ("leases",), ("get", "update", "patch"), (lease,)),
    ]


def injector() -> list[Object]:
    """Of what puts the webhook's authority where the API looks for it."""
    return [
        rule(
            "admissionregistration.k8s.io", ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"), READ
        ),
        rule(
            "admissionregistration.k8s.io",
            ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
            _CHANGE,
            ("foxden-certificates",),
        ),
    ]


def injecting() -> list[Object]:
    """The same in its own namespace: it looks at no secret of another."""
    leases = ("cert-manager-cainjector-leader-election", "cert-manager-cainjector-leader-election-core")
    return [
        rule("", ("secrets",)),
        rule("", ("events",), ("create", "get", "update", "patch")),
        rule(_LEASES, ("leases",), ("create",)),
        rule(_LEASES, ("leases",), ("get", "update", "patch"), leases),
    ]


def webhook() -> list[Object]:
    """Of what looks at what users wish."""
    return [rule("authorization.k8s.io", ("subjectaccessreviews",), ("create",))]


def serving(secret: str) -> list[Object]:
    """Of its own certificate."""
    return [
        rule("", ("secrets",), ("create",)),
        rule("", ("secrets",), ("get", "list", "watch", "update"), (secret,)),
    ]


def checking() -> list[Object]:
    """Of what asks whether the webhook answers, without making anything."""
    return [rule(GROUP, ("certificaterequests", "certificates"), ("create",))]
