"""What the parts of a master are told (pure)."""

import json
from typing import Any

from ..facts import Facts
from .api import FOLDER, PORT
from .etcd import CLIENT_PORT, OWN, peer_url
from .places import API_SERVICE, DOMAIN, ETCD_QUOTA, POD_ADDRESSES, SERVICE_ADDRESSES
from .secrets import MasterSecrets

KUBELET_CLIENT = "kube-apiserver-kubelet-client"
"""As whom the API asks kubelets."""
PROXY_CLIENT = "front-proxy-client"
_PARTS_OF_NODES = 24
"""Bits of a node's own block of pods' addresses: 254 pods."""
_QUICK = ("--kube-api-qps=100", "--kube-api-burst=200")
_CIPHERS = "--tls-min-version=VersionTLS12"


def names(facts: Facts) -> list[str]:
    """What the API is called in its certificate."""
    own = [facts.endpoint] if facts.endpoint else []
    services = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", f"kubernetes.default.svc.{DOMAIN}"]
    return [*services, "localhost", *own]


def addresses(facts: Facts) -> list[str]:
    """Its addresses there."""
    return ["127.0.0.1", facts.address, API_SERVICE]


def etcd(facts: Facts, generation: int, members: str, state: str) -> list[str]:
    """``members`` and ``state`` count only as long as it has no data."""
    tls = "/etc/etcd"
    return [
        f"--name={facts.name}",
        f"--data-dir=/var/lib/etcd/{generation}",
        f"--listen-client-urls={OWN},https://{facts.address}:{CLIENT_PORT}",
        f"--advertise-client-urls=https://{facts.address}:{CLIENT_PORT}",
        f"--listen-peer-urls={peer_url(facts.address)}",
        f"--initial-advertise-peer-urls={peer_url(facts.address)}",
        f"--initial-cluster={members}",
        f"--initial-cluster-state={state}",
        f"--initial-cluster-token={token(facts, generation)}",
        *("--client-cert-auth", "--peer-client-cert-auth"),
        f"--trusted-ca-file={tls}/ca.pem",
        f"--cert-file={tls}/cert.pem",
        f"--key-file={tls}/key.pem",
        f"--peer-trusted-ca-file={tls}/ca.pem",
        f"--peer-cert-file={tls}/cert.pem",
        f"--peer-key-file={tls}/key.pem",
        # Members are in several zones, and a master that is busy starting something is not a lost one.
        *("--heartbeat-interval=200", "--election-timeout=2000"),
        f"--quota-backend-bytes={ETCD_QUOTA}",
    ]


def token(facts: Facts, generation: int) -> str:
    """What tells apart those of etcd's clusters that a cluster had one after the other."""
    return f"{facts.cluster}-{generation}"


def api_server(facts: Facts, secrets: MasterSecrets) -> list[str]:
    """It speaks with the etcd of its own node only: a master is whole, or it is none."""
    own = "/etc/kube-apiserver"
    return [
        f"--etcd-servers={OWN}",
        f"--etcd-cafile={own}/etcd-ca.pem",
        f"--etcd-certfile={own}/etcd-cert.pem",
        f"--etcd-keyfile={own}/etcd-key.pem",
        f"--encryption-provider-config={own}/encryption.json",
        "--encryption-provider-config-automatic-reload=true",
        f"--advertise-address={facts.address}",
        f"--secure-port={PORT}",
        f"--tls-cert-file={own}/cert.pem",
        f"--tls-private-key-file={own}/key.pem",
        _CIPHERS,
        f"--client-ca-file={own}/ca.pem",
        f"--authentication-config={FOLDER}/authentication.yaml",
        "--enable-bootstrap-token-auth=true",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--kubelet-certificate-authority={own}/ca.pem",
        f"--kubelet-client-certificate={own}/kubelet-cert.pem",
        f"--kubelet-client-key={own}/kubelet-key.pem",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={own}/proxy-ca.pem",
        f"--requestheader-allowed-names={PROXY_CLIENT}",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        f"--proxy-client-cert-file={own}/proxy-cert.pem",
        f"--proxy-client-key-file={own}/proxy-key.pem",
        # Masters have no way to the addresses of services: what serves more of the API is in its node's own network.
        "--enable-aggregator-routing=true",
        f"--service-account-issuer=https://kubernetes.default.svc.{DOMAIN}",
        f"--service-account-signing-key-file={own}/account-key.pem",
        *(f"--service-account-key-file={own}/account-{place}.pem" for place in range(len(secrets.account_keys))),
        f"--service-cluster-ip-range={SERVICE_ADDRESSES}",
        "--allow-privileged=true",  # for pods of the system: those of services are restricted by their namespace
        f"--audit-policy-file={FOLDER}/audit.yaml",
        "--audit-log-path=/var/log/kube-apiserver/audit.log",
        *("--audit-log-maxsize=100", "--audit-log-maxbackup=10", "--audit-log-maxage=30"),
        "--profiling=false",
        # Time for balancers to see that it goes, while it goes on serving.
        *("--shutdown-delay-duration=15s", "--shutdown-send-retry-after=true"),
    ]


def controller_manager(facts: Facts) -> list[str]:
    """It signs certificates of kubelets, which the leading master has approved."""
    own = "/etc/kube-controller-manager"
    return [
        f"--kubeconfig={own}/kubeconfig.json",
        f"--authentication-kubeconfig={own}/kubeconfig.json",
        f"--authorization-kubeconfig={own}/kubeconfig.json",
        "--bind-address=127.0.0.1",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={own}/account-key.pem",
        f"--root-ca-file={own}/ca.pem",
        f"--cluster-signing-cert-file={own}/signer-cert.pem",
        f"--cluster-signing-key-file={own}/signer-key.pem",
        f"--cluster-signing-duration={facts.certificate_hours}h",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={POD_ADDRESSES}",
        f"--service-cluster-ip-range={SERVICE_ADDRESSES}",
        f"--node-cidr-mask-size={_PARTS_OF_NODES}",
        f"--cluster-name={facts.cluster}",
        "--controllers=*,bootstrap-signer-controller,token-cleaner-controller",
        "--leader-elect=true",
        "--profiling=false",
        *_QUICK,
    ]


def scheduler() -> list[str]:
    """It places pods."""
    own = "/etc/kube-scheduler"
    return [
        f"--kubeconfig={own}/kubeconfig.json",
        f"--authentication-kubeconfig={own}/kubeconfig.json",
        f"--authorization-kubeconfig={own}/kubeconfig.json",
        "--bind-address=127.0.0.1",
        "--leader-elect=true",
        "--profiling=false",
        *_QUICK,
    ]


def encryption(secrets: MasterSecrets) -> str:
    """By what secrets are encrypted in etcd."""
    keys = [{"name": name, "secret": key} for name, key in secrets.encryption_keys]
    config: dict[str, Any] = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": [{"secretbox": {"keys": keys}}]}],
    }
    return json.dumps(config, indent=1, sort_keys=True)
