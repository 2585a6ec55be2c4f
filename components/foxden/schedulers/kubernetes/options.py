"""What only this scheduler needs to know of a cluster: the connection's ``options``, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from foxden.errors import Problem
from foxden.naming import label_problem
from foxden.service.reader import Reader, Unknown

SUBJECT = "cluster"

NO_INGRESS = "none"
"""The value of the option ``ingress`` for a cluster that has its own already."""

QUOTAS = {"quota_cpu", "quota_memory", "quota_pods", "container_max_cpu", "container_max_memory"}
"""The options that bound an environment."""

KNOWN = (
    "kubeconfig",
    "context",
    "cluster_domain",
    "dns_addresses",
    "ingress",
    "ingress_class",
    "ingress_namespace",
    "ingress_addresses",
    "ingress_hostname",
    "ingress_image",
    "ingress_port",
    "trusted_proxies",
    "pull_secret",
    "run_as_user",
    "root_filesystem",
    "job_wait",
    "provides",
    *sorted(QUOTAS),
)
"""All options there are."""

_LARGEST = 1_000_000_000


@dataclass(frozen=True)
class KubernetesOptions:
    """The options, with their defaults. docs/kubernetes.md lists them for users."""

    kubeconfig: str = ""
    """Path of a kubeconfig, or its text. '' for the connection's own address, authority and token."""
    context: str = ""
    """Context of that kubeconfig, or of the deployer's own where none is named. '' for the current one."""
    cluster_domain: str = "cluster.local"
    dns_addresses: tuple[str, ...] = ()
    """Where else than in kube-system names are asked for, as CIDRs: a cache on each node."""
    own_ingress: bool = True
    """Whether the component Ingress makes one; otherwise the cluster has it already."""
    ingress_class: str = "traefik"
    ingress_namespace: str = "foxden-ingress"
    """Whose pods may reach the routes' services."""
    ingress_addresses: tuple[str, ...] = ()
    """Who else may, as CIDRs: an ingress in its nodes' network."""
    ingress_hostname: str = ""
    """What objects of routes have as their address, for who makes DNS records: that of a balancer. '' for none."""
    # As four projects that have nothing to do with each other pin it.
    ingress_image: str = "traefik:v3.6.12@sha256:171c9c3565b29f6c133f1c1b43c5d4e5853415198e9e1078c001f8702ff66aec"
    ingress_port: int | None = None
    """The port of the ingress on each node. None: the one that users connect to; another is behind a balancer."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of balancers before the ingress, as CIDRs: what they say of their clients is passed on."""
    pull_secret: str = ""
    """Name of a Secret of the environment's namespace that images are pulled with. '' for the nodes' own rights."""
    run_as_user: int = 65532
    writable_root: bool = False
    provides: tuple[str, ...] = ()
    """What of :class:`foxden.ClusterServices` the cluster has by itself."""
    job_wait: int = 600
    """Seconds that ``up`` waits for a job's end; 0 to not wait."""
    quota_cpu: int | None = None
    quota_memory: int | None = None
    quota_pods: int | None = None
    container_max_cpu: int | None = None
    container_max_memory: int | None = None


def read_options(given: Mapping[str, Any]) -> tuple[KubernetesOptions, list[Problem]]:
    """The options of a connection; a value that isn't known yet counts as not given."""
    problems: list[Problem] = []
    known = {key: value for key, value in given.items() if not isinstance(value, Unknown)}
    reader = Reader(SUBJECT, known, "options", problems)
    reader.only(KNOWN)
    ingress = _choice(reader, "ingress", ("own", NO_INGRESS))
    root = _choice(reader, "root_filesystem", ("read-only", "writable"))
    options = KubernetesOptions(
        kubeconfig=reader.text("kubeconfig", ""),
        context=reader.text("context", ""),
        cluster_domain=reader.text("cluster_domain", KubernetesOptions.cluster_domain),
        dns_addresses=_blocks(reader, "dns_addresses"),
        own_ingress=ingress != NO_INGRESS,
        ingress_class=_name(reader, "ingress_class", KubernetesOptions.ingress_class),
        ingress_namespace=_name(reader, "ingress_namespace", KubernetesOptions.ingress_namespace),
        ingress_addresses=_blocks(reader, "ingress_addresses"),
        ingress_hostname=reader.text("ingress_hostname", ""),
        ingress_image=reader.text("ingress_image", KubernetesOptions.ingress_image),
        ingress_port=_number(reader, "ingress_port", 1, 65_535),
        trusted_proxies=_blocks(reader, "trusted_proxies"),
        pull_secret=reader.text("pull_secret", ""),
        provides=tuple(filter(None, map(str.strip, reader.text("provides", "").split(",")))),
        # Nobody is root in a pod that is held to the restricted profile.
        run_as_user=_number(reader, "run_as_user", 1, 2**31 - 1) or KubernetesOptions.run_as_user,
        writable_root=root == "writable",
        job_wait=_or(_number(reader, "job_wait", 0, 24 * 3600), KubernetesOptions.job_wait),
        **{key: _number(reader, key, 1, _LARGEST) for key in QUOTAS},
    )
    return options, problems


def options_of(given: Mapping[str, str]) -> KubernetesOptions:
    """The options of a connection that was checked before."""
    return read_options(given)[0]


def _or(number: int | None, default: int) -> int:
    return default if number is None else number


def _number(reader: Reader, key: str, least: int, most: int) -> int | None:
    """A whole number as a text, for all options are texts."""
    text = reader.text(key)
    if text is None or (text.isascii() and text.isdigit() and least <= int(text) <= most):
        return None if text is None else int(text)
    reader.complain(key, f"must be a whole number from {least} to {most}, got {text!r}")
    return None


def _choice(reader: Reader, key: str, allowed: tuple[str, ...]) -> str:
    text: str = reader.text(key, allowed[0])
    if text not in allowed:
        reader.complain(key, f"must be one of {', '.join(allowed)}, got {text!r}")
    return text


def _name(reader: Reader, key: str, default: str) -> str:
    text: str = reader.text(key, default)
    wrong = label_problem(text, 63) if text else None
    if wrong:
        reader.complain(key, wrong)
    return text


def _blocks(reader: Reader, key: str) -> tuple[str, ...]:
    blocks = [block.strip() for block in reader.text(key, "").split(",")] if reader.has(key) else []
    if not all(map(_is_block, blocks)):
        reader.complain(key, f"must be CIDRs joined by ',', got {reader.given[key]!r}")
    return tuple(blocks)


def _is_block(text: str) -> bool:
    try:
        return "/" in text and bool(ip_network(text))
    except ValueError:
        return False
