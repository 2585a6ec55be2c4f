"""The pinned programs of a Kubernetes cluster on this machine, got only when one is asked for."""

import sys
from collections.abc import Iterable, Mapping

from local.toolchain.catalog import GoModule, Plugin, Program, Release, Tool

KUBERNETES = "1.34.4"
"""Version of everything that Kubernetes itself consists of: the parts are of one minor version, or don't fit."""

_STAGED = (
    *("api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go", "cloud-provider"),
    *("cluster-bootstrap", "code-generator", "component-base", "component-helpers", "controller-manager", "cri-api"),
    *("cri-client", "csi-translation-lib", "dynamic-resource-allocation", "endpointslice", "externaljwt", "kms"),
    *("kube-aggregator", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet", "metrics"),
    *("mount-utils", "pod-security-admission", "sample-apiserver", "sample-cli-plugin", "sample-controller"),
)
"""The modules that are kept in Kubernetes' own repository, and released beside it as version 0."""


def part(
    name: str,
    version: str,
    checksum: str,
    *,
    go: str,
    version_argument: str = "--version",
    more: Iterable[str] = (),
) -> Tool:
    """One of Kubernetes' own programs. ``checksum`` is go.sum's for the whole of them, ``h1:...``.

    ``more``: what their repository keeps beside the modules of the local cluster's version.
    """
    major, minor, patch = version.split(".")
    build = "k8s.io/component-base/version."
    return Tool(
        name=name,
        version=version,
        release=Release(
            url=f"https://dl.k8s.io/release/v{{version}}/bin/{{system}}/{{processor}}/{name}",
            checksums=f"https://dl.k8s.io/release/v{{version}}/bin/{{system}}/{{processor}}/{name}.sha256",
        ),
        module=GoModule(
            package=f"k8s.io/kubernetes/cmd/{name}",
            requires={"k8s.io/kubernetes": f"v{version}"},
            go=go,
            replaces={f"k8s.io/{module}": f"k8s.io/{module} v0.{minor}.{patch}" for module in (*_STAGED, *more)},
            variables={
                f"{build}gitVersion": f"v{version}",
                f"{build}gitMajor": major,
                f"{build}gitMinor": minor,
            },
            sums=(f"k8s.io/kubernetes v{version} {checksum}",),
        ),
        version_argument=version_argument,
        same_minor=True,
    )


def _kubernetes(name: str, version_argument: str = "--version") -> Tool:
    checksum = "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk="
    return part(name, KUBERNETES, checksum, go="1.24.0", version_argument=version_argument)


_COREDNS = Tool(
    name="coredns",
    version="1.14.7",
    release=Release(
        url=(
            "https://github.com/coredns/coredns/releases/download/v{version}/coredns_{version}_{system}_{processor}.tgz"
        ),
        checksums=(
            "https://github.com/coredns/coredns/releases/download/v{version}/"
            "coredns_{version}_{system}_{processor}.tgz.sha256"
        ),
    ),
    module=GoModule(
        package="github.com/coredns/coredns",
        requires={"github.com/coredns/coredns": "v1.14.7"},
        go="1.25.0",
        sums=("github.com/coredns/coredns v1.14.7 h1:UPDkn4QN+xyNfjz3U5ldgoLszDYpMZEJoy3+ze9au4Q=",),
    ),
    version_argument="-version",
)

_TRAEFIK = Tool(
    name="traefik",
    version="3.6.12",
    release=Release(
        url=(
            "https://github.com/traefik/traefik/releases/download/v{version}/"
            "traefik_v{version}_{system}_{processor}.tar.gz"
        ),
        checksums="https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_checksums.txt",
    ),
    module=GoModule(
        package="github.com/traefik/traefik/v3/cmd/traefik",
        requires={"github.com/traefik/traefik/v3": "v3.6.12"},
        go="1.25.0",
        replaces={
            "github.com/abbot/go-http-auth": (
                "github.com/containous/go-http-auth v0.4.1-0.20200324110947-a37a7636d23e"
            ),
            "github.com/gorilla/mux": "github.com/containous/mux v0.0.0-20250523120546-41b6ec3aed59",
            "github.com/mailgun/minheap": "github.com/containous/minheap v0.0.0-20190809180810-6e71eb837595",
        },
        excludes={"github.com/tencentcloud/tencentcloud-sdk-go": "v3.0.83+incompatible"},
        variables={"github.com/traefik/traefik/v3/pkg/version.Version": "3.6.12"},
        sums=("github.com/traefik/traefik/v3 v3.6.12 h1:6pe4s7aaDTQs+AsF7KP3sM/xnq7zOVvibRQe5tw9eFo=",),
    ),
)

_KUBE_ROUTER = Program(
    name="kube-router",
    version="2.1.0",
    module=GoModule(
        package="github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
        requires={"github.com/cloudnativelabs/kube-router/v2": "v2.1.0"},
        go="1.21",
        variables={"github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": "v2.1.0"},
        sums=("github.com/cloudnativelabs/kube-router/v2 v2.1.0 h1:xWsptKtmZ44L+NjwFKoFAFlVdxCz8fka9A/eYJe95Ok=",),
    ),
    version_argument="--version",
)
"""Enforces NetworkPolicies: what sets up the pods' network here does not. Nothing else of it is used."""

CLUSTER: Mapping[str, Program] = {
    tool.name: tool
    for tool in (
        _kubernetes("kube-apiserver"),
        _kubernetes("kube-controller-manager"),
        _kubernetes("kube-scheduler"),
        _kubernetes("kubelet"),
        _kubernetes("kube-proxy"),
        _kubernetes("kubectl", "version --client"),
        _COREDNS,
        _TRAEFIK,
        _KUBE_ROUTER,
    )
    if sys.platform == "linux" or tool.name not in ("kubelet", "kube-proxy", "kube-router")
}
"""Every program of the cluster by name, in the order in which they are got: elsewhere than on Linux, those that can be
had. etcd, containerd, runc and the network's plugins are the system's own packages."""

KUBERNETES_PLUGIN = Plugin("resource", "kubernetes", "4.34.2", "local.plugins.kubernetes")
