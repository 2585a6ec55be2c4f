"""Writes down what a worker's parts read. The kubelet gets its certificates itself, by a token of its pool's."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..certificates import pair
from ..facts import Facts
from ..imds import Metadata
from ..kept import PUBLIC_AUTHORITY, pool_secret
from ..parameters import Parameters
from ..pending import Pending
from ..registries import auths
from ..rest import ApiError
from ..units import systemctl
from ..written import write
from . import versions
from .api import PORT, Kube, with_certificate
from .kubeconfig import kubeconfig
from .places import DNS_SERVICE, DOMAIN, POD_ADDRESSES, SERVICE_ADDRESSES

AGENTS = ("kube-proxy", "kube-router")
"""What runs beside the kubelet."""
_KUBELET = "/etc/kubelet"
_OWN = Path("/var/lib/kubelet/pki/kubelet-client-current.pem")
"""What the kubelet is known by: certificate and key."""
_RESOLV = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))


def api_url(facts: Facts) -> str:
    """Where the API is reached, whichever masters there are."""
    if not facts.endpoint:
        raise ApiError("this node was not told where the API is")
    return f"https://{facts.endpoint}:{PORT}"


def has_joined() -> bool:
    """Whether this node's kubelet has ever been let in."""
    return _OWN.exists()


def own_api(facts: Facts) -> Kube:
    """The API, as this node's kubelet: it sees what concerns its node, and changes no other."""
    if not has_joined():
        raise ApiError("the kubelet has no certificate yet")
    return with_certificate(api_url(facts), Path(_KUBELET, "ca.pem"), _OWN, _OWN)


def api_as(facts: Facts, agent: str) -> Kube:
    """The API, as one of the agents beside the kubelet."""
    folder = Path("/etc", agent)
    return with_certificate(api_url(facts), folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


def configure(facts: Facts, metadata: Metadata, parameters: Parameters, pending: Pending) -> None:
    """Write everything. The units that have to be started again because of what changes are pending."""
    authority = _read(parameters, PUBLIC_AUTHORITY)
    shown = {agent: pair(_read(parameters, pool_secret(facts.pool, agent))) for agent in AGENTS}
    token = _read(parameters, pool_secret(facts.pool, "bootstrap-token"))
    url = api_url(facts)
    for agent, arguments in (("kube-proxy", proxy(facts)), ("kube-router", router(facts))):
        own = shown[agent]
        files = {"ca.pem": authority, "cert.pem": own.certificate, "key.pem": own.key}
        files |= {"kubeconfig.json": kubeconfig(f"/etc/{agent}", url), "arguments": _arguments(arguments)}
        _write(f"/etc/{agent}", files, partial(pending.note, agent))
    _wait_for_masters(facts)
    place = metadata.read("placement/availability-zone") or ""
    labels = {"topology.kubernetes.io/region": facts.region, "topology.kubernetes.io/zone": place, **facts.labels}
    labels["node.kubernetes.io/instance-type"] = metadata.read("instance-type") or "unknown"
    resolv = next((file for file in _RESOLV if file.exists()), _RESOLV[-1])
    provider = f"aws:///{place}/{facts.instance}"
    told = {
        "ca.pem": authority,
        "config.json": json.dumps(kubelet_config(facts, provider, str(resolv)), indent=1, sort_keys=True),
        "credentials.json": json.dumps(credentials(facts), indent=1, sort_keys=True),
        "arguments": _arguments(kubelet(facts, labels)),
    }
    _write(_KUBELET, told, partial(pending.note, "kubelet"))
    # Read only as long as the kubelet has no certificate.
    write(Path(_KUBELET, "bootstrap.json"), kubeconfig(_KUBELET, url, {"token": token}), "root")
    write(Path("/var/lib/kubelet/config.json"), json.dumps({"auths": auths(facts, parameters)}), "root")


def follow(pending: Pending) -> None:
    """Start again what has to be."""
    for unit in pending.names():
        print(f"started again for what changed: {unit}", flush=True)
        systemctl("restart", unit)
        pending.done(unit)


def kubelet(facts: Facts, labels: Mapping[str, str]) -> list[str]:
    """The kubelet's command line: what its file can't say."""
    return [
        f"--config={_KUBELET}/config.json",
        f"--bootstrap-kubeconfig={_KUBELET}/bootstrap.json",
        "--kubeconfig=/var/lib/kubelet/kubeconfig.json",
        "--cert-dir=/var/lib/kubelet/pki",
        f"--hostname-override={facts.name}",
        f"--node-ip={facts.address}",
        f"--node-labels={','.join(f'{name}={value}' for name, value in sorted(labels.items()))}",
        f"--image-credential-provider-config={_KUBELET}/credentials.json",
        "--image-credential-provider-bin-dir=/usr/local/bin",
    ]


def kubelet_config(facts: Facts, provider: str, resolv: str) -> dict[str, Any]:
    """The kubelet's file. ``provider`` is the instance as its cloud knows it."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{_KUBELET}/ca.pem"},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "systemd",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": DOMAIN,
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "providerID": provider,
        "readOnlyPort": 0,
        "registerWithTaints": [_taint(each) for each in facts.taints],
        "resolvConf": resolv,
        "rotateCertificates": True,
        "serializeImagePulls": False,
        "serverTLSBootstrap": True,
        # For what is no pod: the kubelet, the runtime, the network, this program.
        "systemReserved": {"cpu": "100m", "memory": "384Mi"},
        "tlsMinVersion": "VersionTLS12",
    }


def _taint(text: str) -> dict[str, str]:
    """``key=value:effect``."""
    key, _, rest = text.partition("=")
    value, _, effect = rest.rpartition(":")
    return {"key": key, "value": value, "effect": effect}


def credentials(facts: Facts) -> dict[str, Any]:
    """How images are pulled with the node's own identity."""
    provider = {
        "name": "ecr-credential-provider",
        "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "matchImages": list(facts.registries) or ["*.dkr.ecr.*.amazonaws.com"],
        "defaultCacheDuration": "6h",
    }
    return {"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [provider]}


def proxy(facts: Facts) -> list[str]:
    """The way to services."""
    return [
        "--kubeconfig=/etc/kube-proxy/kubeconfig.json",
        f"--hostname-override={facts.name}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={POD_ADDRESSES}",
        # The node's kernel has them as its image says.
        *(
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0",
        ),
        "--iptables-localhost-nodeports=false",
        "--nodeport-addresses=primary",
    ]


def router(facts: Facts) -> list[str]:
    """What enforces network policies, and nothing else of what it can."""
    return [
        "--kubeconfig=/etc/kube-router/kubeconfig.json",
        f"--hostname-override={facts.name}",
        f"--service-cluster-ip-range={SERVICE_ADDRESSES}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-loadbalancer=false",
        "--metrics-port=0",
        "--health-port=20244",
    ]


def _wait_for_masters(facts: Facts) -> None:
    """A kubelet may be no newer than the API."""
    running = str(api_as(facts, "kube-proxy").get("/version")["gitVersion"])
    if facts.version and versions.minor(facts.version) > versions.minor(running):
        raise ApiError(f"the API has version {running}, this node {facts.version}: it waits until all masters are new")


def _read(parameters: Parameters, name: str) -> str:
    found = parameters.read(name)
    if not found:
        raise ApiError(f"the masters have not made {name} yet")
    return found


def _write(folder: str, files: Mapping[str, str], before: Callable[[], None]) -> None:
    for name, text in files.items():
        write(Path(folder, name), text, "root", before=before)


def _arguments(arguments: Sequence[str]) -> str:
    return f"ARGUMENTS={' '.join(arguments)}\n"
