"""The images of cluster services, pinned (pure)."""

from foxden.clusters.services_plan import Extra, ServicesPlan

_CSI = "public.ecr.aws/csi-components"
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
    "cloud-controller": "registry.k8s.io/provider-aws/cloud-controller-manager:v1.34.0",
    "ebs-csi-driver": "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.61.1",
    "csi-provisioner": f"{_CSI}/csi-provisioner:v6.2.0-eksbuild.7",
    "csi-attacher": f"{_CSI}/csi-attacher:v4.12.0-eksbuild.2",
    "csi-resizer": f"{_CSI}/csi-resizer:v2.2.0-eksbuild.2",
    "csi-registrar": f"{_CSI}/csi-node-driver-registrar:v2.17.0-eksbuild.2",
    "csi-liveness": f"{_CSI}/livenessprobe:v2.19.0-eksbuild.2",
    "cluster-autoscaler": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.5",
    "external-dns": (
        "registry.k8s.io/external-dns/external-dns:v0.20.0"
        "@sha256:ddc7f4212ed09a21024deb1f470a05240837712e74e4b9f6d1f2632ff10672e7"
    ),
    "dashboard": "ghcr.io/headlamp-k8s/headlamp:v0.45.0",
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
    "certificates-solver": f"{_CERTIFICATES}-acmesolver:v1.19.1",
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
