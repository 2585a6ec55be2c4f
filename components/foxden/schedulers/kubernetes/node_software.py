"""The programs of a node: pinned versions, where they lie, and what they must add up to (pure)."""

from collections.abc import Mapping
from typing import Any, Optional

from foxden.boot.node import Software
from foxden.schedulers.releases import Release, chosen

KUBERNETES = "kube-apiserver"
"""The program whose version is the cluster's."""

KUBELET = "kubelet"
"""The program whose version a worker's is."""

_VERSION = "1.34.3"
_SERVER = (KUBERNETES, "kube-controller-manager", "kube-scheduler", "kubectl")
_NODE = (KUBELET, "kube-proxy")
_ETCD = ("etcd", "etcdutl")
OF_MASTERS = (*_SERVER, *_ETCD)
"""The programs that only masters have; workers have all others."""

# The checksums of Kubernetes are those of its changelog, which gives archives alone; beside each archive lies a file
# with its own. Those of etcd are of its release's SHA256SUMS, as other projects pin them; it is of the minor version
# that Kubernetes itself is tested with. Those of ecr-credential-provider are of the list that it is published by, in
# the repository kubernetes/k8s.io: artifacts/manifests/k8s-staging-provider-aws/v1.27.1.yaml. It names a file with the
# checksum beside each program, too. That kube-router has a list follows from the .goreleaser.yml of this version: it
# says nothing of checksums, and by default GoReleaser publishes them under this name.
RELEASES: Mapping[str, Release] = {
    "kubernetes-server": Release(
        _VERSION,
        "https://dl.k8s.io/v{version}/kubernetes-server-linux-{processor}.tar.gz",
        "https://dl.k8s.io/v{version}/kubernetes-server-linux-{processor}.tar.gz.sha512",
        {
            "amd64": (
                "6dacc62cf3def4873c680bd308fa88eb0ee857e4ca4e19723921172f7e6d4f7f"
                "774ea7742d59fa051807856896affb4fe86e55fc2612e2c3f729e5e10cde3200"
            ),
            "arm64": (
                "788e89509219b22e08ec436bc4ba39ccf47237b78253bdb26b1d2287c22d2eda"
                "bacb8f2102d657fd259e3c7d2d2b671ba33ca60383beabd480873bcc30773d7b"
            ),
        },
        {name: f"kubernetes/server/bin/{name}" for name in _SERVER},
    ),
    "kubernetes-node": Release(
        _VERSION,
        "https://dl.k8s.io/v{version}/kubernetes-node-linux-{processor}.tar.gz",
        "https://dl.k8s.io/v{version}/kubernetes-node-linux-{processor}.tar.gz.sha512",
        {
            "amd64": (
                "15e7c285b2a399c9d4587fba182e2ce302a93de20a283f76e5d5fa1ba81eb1f7"
                "35a8f3f1b264071bb4154c9d51d884cf69240b8f1183763d3db73bacac699946"
            ),
            "arm64": (
                "7f8ce155ce2b6ac6997fbadf44ba11d1e5adc5dde54c6dc06933e0df25eafbd3"
                "d53c18e83674e4ea5fa061c7a7d136b58a58d99f6c9c69514f4f68541fd9f7a7"
            ),
        },
        {name: f"kubernetes/node/bin/{name}" for name in _NODE},
    ),
    "etcd": Release(
        "3.6.14",
        "https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-linux-{processor}.tar.gz",
        "https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS",
        {
            "amd64": "ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5",
            "arm64": "fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e",
        },
        {name: f"etcd-v{{version}}-linux-{{processor}}/{name}" for name in _ETCD},
    ),
    "kube-router": Release(
        "2.1.0",
        "https://github.com/cloudnativelabs/kube-router/releases/download/v{version}/"
        "kube-router_{version}_linux_{processor}.tar.gz",
        "https://github.com/cloudnativelabs/kube-router/releases/download/v{version}/"
        "kube-router_{version}_checksums.txt",
        {},
        {"kube-router": "kube-router"},
    ),
    "ecr-credential-provider": Release(
        "1.27.1",
        "https://artifacts.k8s.io/binaries/cloud-provider-aws/v{version}/linux/{processor}/"
        "ecr-credential-provider-linux-{processor}",
        "https://artifacts.k8s.io/binaries/cloud-provider-aws/v{version}/linux/{processor}/"
        "ecr-credential-provider-linux-{processor}.sha256",
        {
            "amd64": "5035d7814c95cd3cedbc5efb447ef25a4942ef05caab2159746d55ce1698c74a",
            "arm64": "b3d567bda9e2996fc1fbd9d13506bd16763d3865b5c7b0b3c4b48c6088c04481",
        },
        {"ecr-credential-provider": "ecr-credential-provider"},
    ),
}


def software(
    mirror: Optional[str] = None,
    programs: Optional[Mapping[str, Mapping[str, Any]]] = None,
    processor: str = "amd64",
    apt_mirror: str = "",
) -> Software:
    """What nodes are installed with: see :func:`foxden.schedulers.releases.chosen`.

    The programs are kubernetes-server, kubernetes-node, etcd, kube-router and ecr-credential-provider. InvalidInput
    for a program whose publisher's checksum isn't known here, unless ``programs`` says it.
    """
    return chosen(RELEASES, mirror, programs, processor, apt_mirror)
