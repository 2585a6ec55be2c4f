"""The images of cluster services, pinned (pure)."""

from foxden.clusters.services_plan import Extra, ServicesPlan

_AMAZON = "registry.k8s.io/provider-aws"
_CSI = "registry.k8s.io/sig-storage"
_CERTIFICATES = "quay.io/jetstack/cert-manager"

IMAGES = {
    "coredns": (
        "registry.k8s.io/coredns/coredns:v1.12.4"
        "@sha256:986f04c2e15e147d00bdd51e8c51bcef3644b13ff806be7d2ff1b261d6dfbae1"
    ),
    "metrics-server": (
        "registry.k8s.io/metrics-server/metrics-server:v0.8.0"
        "@sha256:89258156d0e9af60403eafd44da9676fd66f600c7934d468ccc17e42b199aee2"
    ),
    # These two are in Kubernetes' list of what its registry takes (kubernetes/k8s.io, k8s-staging-provider-aws).
    "cloud-controller": (
        f"{_AMAZON}/cloud-controller-manager:v1.34.0"
        "@sha256:389f84eb8be523c1f3dc97b8e6cf48013a20f19e6c23dad7259ac26297b11940"
    ),
    "ebs-csi-driver": (
        f"{_AMAZON}/aws-ebs-csi-driver:v1.61.1@sha256:136261e84e053e6bad4db46d249c79ff6eb5ec0ebb7958da8759d8247a12622b"
    ),
    # As IBM's driver for Storage Scale pins them, and for all but the first others that name the registry, too.
    "csi-provisioner": (
        f"{_CSI}/csi-provisioner:v6.2.0@sha256:6be9f63ca4caa6c46aae55aa372500949d8a21473d72f819da1f746076b32d4e"
    ),
    "csi-attacher": (
        f"{_CSI}/csi-attacher:v4.12.0@sha256:b9dc9a714a484ccdeeb6f86d88d4db9b7a5ecfc5a55da6db3a60bb3fa33c278a"
    ),
    "csi-resizer": (
        f"{_CSI}/csi-resizer:v2.2.0@sha256:a2d40c1c3ccb0c48b467125a6652c4dd5dcbf0d295641c9989581cfc690f6cf3"
    ),
    "csi-registrar": (
        f"{_CSI}/csi-node-driver-registrar:v2.17.0"
        "@sha256:f9de845b170155199f2a2a3f9531cf13d78e31235e9db6b6582a8b0db0a50dad"
    ),
    "csi-liveness": (
        f"{_CSI}/livenessprobe:v2.19.0@sha256:06da0d5b8908072f2e4522692aee8dc119fba7247a9658497e1153992cd777e9"
    ),
    "cluster-autoscaler": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.5",
    "external-dns": (
        "registry.k8s.io/external-dns/external-dns:v0.20.0"
        "@sha256:ddc7f4212ed09a21024deb1f470a05240837712e74e4b9f6d1f2632ff10672e7"
    ),
    # As seven projects that have nothing to do with each other pin it.
    "dashboard": (
        "ghcr.io/headlamp-k8s/headlamp:v0.45.0@sha256:db3f0e0fc58d358d41daa3fe7fc852437552c7ee873c3645470f7b86a8e0db49"
    ),
    "fluent-bit": "cr.fluentbit.io/fluent/fluent-bit:4.2.2",
    "prometheus": (
        "quay.io/prometheus/prometheus:v3.8.1@sha256:2b6f734e372c1b4717008f7d0a0152316aedd4d13ae17ef1e3268dbfaf68041b"
    ),
    "node-exporter": (
        "quay.io/prometheus/node-exporter:v1.10.2"
        "@sha256:337ff1d356b68d39cef853e8c6345de11ce7556bb34cda8bd205bcf2ed30b565"
    ),
    "kube-state-metrics": (
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0"
        "@sha256:2bbc915567334b13632bf62c0a97084aff72a36e13c4dabd5f2f11c898c5bacd"
    ),
    "certificates": (
        f"{_CERTIFICATES}-controller:v1.19.1@sha256:cd49e769e18ada1fd7b9a9bacc87c90db24c65cbfd4bf71694dda7ed40e91187"
    ),
    "certificates-injector": (
        f"{_CERTIFICATES}-cainjector:v1.19.1@sha256:c7898aece8fb08102fca0b37683e37cb94e0a77c0d15b8e3c9128f6c04c868e0"
    ),
    "certificates-webhook": (
        f"{_CERTIFICATES}-webhook:v1.19.1@sha256:f5bfe77541e38978aec53cc6eb924d190e1fe923c98b2582e6ccf5edf6c02cce"
    ),
    "certificates-check": (
        f"{_CERTIFICATES}-startupapicheck:v1.19.1"
        "@sha256:96a82fa28b14fa0307377111f17adeb5888e313c60445074a775b495dbb07d08"
    ),
    # As those pin it whose pins of the others are these.
    "certificates-solver": (
        f"{_CERTIFICATES}-acmesolver:v1.19.1@sha256:35ed1103cb49a3e1fc2438de84f304e3fbdeb53e0366f6b1bc2ec9b2e57462db"
    ),
}
"""What it is of to the image; by digest where its publisher's was found."""

OF = {
    "coredns": ("coredns",),
    "metrics_server": ("metrics-server",),
    "cloud_controller": ("cloud-controller",),
    "ebs_csi": (
        *("ebs-csi-driver", "csi-provisioner", "csi-attacher", "csi-resizer", "csi-registrar", "csi-liveness"),
    ),
    "cluster_autoscaler": ("cluster-autoscaler",),
    "external_dns": ("external-dns",),
    "dashboard": ("dashboard",),
    "logging": ("fluent-bit",),
    "prometheus": ("prometheus", "node-exporter", "kube-state-metrics"),
    "certificates": (
        *("certificates", "certificates-injector", "certificates-webhook", "certificates-check", "certificates-solver"),
    ),
}
"""Cluster service to the images that it takes."""


def image(name: str, extra: Extra, plan: ServicesPlan) -> str:
    """The image of one of :data:`IMAGES`: the one that was asked for, or the pinned one, from the mirror if any."""
    if name in extra.images:
        return extra.images[name]
    registry, _, path = IMAGES[name].partition("/")
    return f"{plan.mirror or registry}/{path}"
