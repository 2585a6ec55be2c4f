"""What every part of the cluster is told: files and command lines (pure, but for writing them down)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.agents.supervise import Program
from local.kubernetes.certificates import AUTHORITY, FRONT, PROXY, TOKENS
from local.kubernetes.images import PAUSE
from local.kubernetes.kubeconfigs import write_kubeconfigs
from local.kubernetes.places import (
    API_PORT,
    DNS_SERVICE,
    DOMAIN,
    NETWORK_PLUGINS,
    NODE,
    NODE_ADDRESS,
    POD_ADDRESSES,
    SERVICE_ADDRESSES,
    certificate_of,
    cgroup,
    home,
    key_of,
    kubeconfig_of,
)
from local.kubernetes.plan import Plan
from local.toolchain.layout import write_atomically

SYSTEM = (
    *("etcd", "containerd", "containerd-shim-runc-v2", "ctr", "runc", "iptables", "ipset", "conntrack", "ip"),
    *("mount", "nsenter", "setpriv", "unshare"),
)
"""Programs that the system's own packages bring."""
PACKAGES = (
    *("etcd-server", "containerd", "runc", "containernetworking-plugins", "iptables", "ipset", "conntrack"),
    *("iproute2", "util-linux"),
)
"""Debian's names of those packages."""

_ETCD = "http://127.0.0.1:2379"
_PEERS = "http://127.0.0.1:2380"
_ISSUER = f"https://kubernetes.default.svc.{DOMAIN}"
_QUICK = ("--kube-api-qps=200", "--kube-api-burst=400")
"""By default a new namespace waits for seconds for its service account."""


def write_all(plan: Plan) -> None:
    """Write everything that the parts read, but for certificates and images."""
    for name, content in files(plan).items():
        write_atomically(home() / name, content, mode=0o600)
    write_kubeconfigs(plan)


def files(plan: Plan) -> dict[str, str]:
    """Name below the cluster's home -> content."""
    plugins = next((place for place in NETWORK_PLUGINS if Path(place, "ptp").exists()), NETWORK_PLUGINS[0])
    return {
        "tokens.csv": f'{plan.token},admin,admin,"system:masters"\n',
        "containerd.toml": _containerd(plan, plugins),
        "network/10-pods.conflist": json.dumps(_network(), indent=2) + "\n",
        "kubelet.json": json.dumps(_kubelet(plan), indent=2) + "\n",
    }


def programs(plan: Plan, tools: Mapping[str, Path]) -> list[Program]:
    """The parts, in the order in which they are started. ``tools``: every program by name."""
    kubernetes = {
        "kube-apiserver": _api_server(),
        "kube-controller-manager": _controller_manager(),
        "kube-scheduler": [_reaching("kube-scheduler"), "--leader-elect=false", "--bind-address=127.0.0.1", *_QUICK],
        "kubelet": [
            _reaching("kubelet"),
            f"--config={home() / 'kubelet.json'}",
            f"--root-dir={home() / 'kubelet'}",
            f"--hostname-override={NODE}",
            f"--node-ip={NODE_ADDRESS}",
        ],
        "kube-proxy": _proxy(),
        "kube-router": _router(),
    }
    return [
        Program("etcd", [str(tools["etcd"]), *_etcd()]),
        Program("containerd", [str(tools["containerd"]), "--config", str(home() / "containerd.toml")]),
        *(Program(name, [str(tools[name]), *options]) for name, options in kubernetes.items()),
    ]


def _etcd() -> list[str]:
    return [
        f"--data-dir={home() / 'etcd'}",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_PEERS}",
        f"--initial-advertise-peer-urls={_PEERS}",
        f"--initial-cluster=default={_PEERS}",
        "--unsafe-no-fsync",  # what is here may be lost with the machine's power
    ]


def _api_server() -> list[str]:
    return [
        f"--etcd-servers={_ETCD}",
        f"--bind-address={NODE_ADDRESS}",
        f"--advertise-address={NODE_ADDRESS}",
        f"--secure-port={API_PORT}",
        f"--service-cluster-ip-range={SERVICE_ADDRESSES}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",  # for system pods: those of services are restricted by their namespace
        f"--token-auth-file={home() / 'tokens.csv'}",
        f"--client-ca-file={certificate_of(AUTHORITY)}",
        f"--tls-cert-file={certificate_of('kube-apiserver')}",
        f"--tls-private-key-file={key_of('kube-apiserver')}",
        f"--kubelet-certificate-authority={certificate_of(AUTHORITY)}",
        f"--kubelet-client-certificate={certificate_of('kubelet-client')}",
        f"--kubelet-client-key={key_of('kubelet-client')}",
        "--kubelet-preferred-address-types=InternalIP",  # there is no name of the node to look up
        f"--requestheader-client-ca-file={certificate_of(FRONT)}",
        f"--requestheader-allowed-names={PROXY.common_name}",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        f"--proxy-client-cert-file={certificate_of(PROXY.name)}",
        f"--proxy-client-key-file={key_of(PROXY.name)}",
        f"--service-account-issuer={_ISSUER}",
        f"--service-account-key-file={certificate_of(TOKENS)}",
        f"--service-account-signing-key-file={key_of(TOKENS)}",
    ]


def _controller_manager() -> list[str]:
    return [
        _reaching("kube-controller-manager"),
        "--use-service-account-credentials",
        f"--service-account-private-key-file={key_of(TOKENS)}",
        f"--root-ca-file={certificate_of(AUTHORITY)}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        *_QUICK,
    ]


def _proxy() -> list[str]:
    return [
        _reaching("kube-proxy"),
        f"--hostname-override={NODE}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={POD_ADDRESSES}",
        # These would be set for the whole machine.
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
        "--iptables-localhost-nodeports=false",
        "--iptables-min-sync-period=100ms",
        "--nodeport-addresses=primary",
        "--oom-score-adj=0",
    ]


def _router() -> list[str]:
    return [
        _reaching("kube-router"),
        f"--hostname-override={NODE}",
        f"--service-cluster-ip-range={SERVICE_ADDRESSES}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-loadbalancer=false",
        "--metrics-port=0",
        "--health-port=20244",
    ]


def _reaching(name: str) -> str:
    return f"--kubeconfig={kubeconfig_of(name)}"


def _containerd(plan: Plan, plugins: str) -> str:
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    sections: dict[str, Mapping[str, Any]] = {
        "": {"version": 2, "root": str(home() / "containerd"), "state": "/run/containerd/state"},
        "grpc": {"address": plan.containers},
        'plugins."io.containerd.internal.v1.opt"': {"path": str(home() / "opt")},
        cri: {
            "sandbox_image": PAUSE,
            # A machine that is a container itself may not make a process less likely to be killed.
            "restrict_oom_score_adj": True,
            "enable_unprivileged_ports": True,
        },
        f"{cri}.containerd.runtimes.runc": {"runtime_type": "io.containerd.runc.v2"},
        f"{cri}.containerd.runtimes.runc.options": {"Root": "/run/containerd/runc", "SystemdCgroup": False},
        f"{cri}.cni": {"bin_dir": plugins, "conf_dir": str(home() / "network")},
    }
    return "\n".join(_toml(name, values) for name, values in sections.items())


def _toml(section: str, values: Mapping[str, Any]) -> str:
    # JSON's texts, numbers and truth values are TOML's, too.
    lines = [f"[{section}]"] if section else []
    return "\n".join([*lines, *(f"{name} = {json.dumps(value)}" for name, value in values.items()), ""])


def _network() -> dict[str, Any]:
    # Each pod has a link of its own, so that all its traffic passes the firewall on the node.
    pods = {
        "type": "ptp",
        "ipMasq": True,
        "ipam": {
            "type": "host-local",
            "dataDir": "/var/lib/cni/addresses",
            "ranges": [[{"subnet": POD_ADDRESSES}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [pods, ports]}


def _kubelet(plan: Plan) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(certificate_of(AUTHORITY))},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup()}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": DOMAIN,
        "containerRuntimeEndpoint": f"unix://{plan.containers}",
        "enforceNodeAllocatable": ["pods"],
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        # Images are not in a registry: one that is taken away can't be had again.
        "imageGCHighThresholdPercent": 100,
        "nodeStatusUpdateFrequency": "4s",
        "oomScoreAdj": 0,
        "podLogsDir": str(home() / "pod-logs"),
        "protectKernelDefaults": False,
        "resolvConf": str(home() / "resolv.conf"),
        "serializeImagePulls": False,
        "syncFrequency": "10s",
        "tlsCertFile": str(certificate_of("kubelet")),
        "tlsPrivateKeyFile": str(key_of("kubelet")),
    }
