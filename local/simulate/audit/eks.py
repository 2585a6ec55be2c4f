"""Rules about control planes that Amazon runs."""

from collections.abc import Iterator
from typing import Any

from local.simulate.inventory import Clients

NEEDED = ("coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni")
WORLD = "0.0.0.0/0"


def _clusters(clients: Clients) -> Iterator[Any]:
    eks = clients("eks")
    for name in eks.list_clusters()["clusters"]:
        yield eks.describe_cluster(name=name)["cluster"]


def closed(clients: Clients, facts: Any) -> Iterator[str]:
    """The API is in the network, and open outside to none or to those that are named."""
    for cluster in _clusters(clients):
        access = cluster["resourcesVpcConfig"]
        if not access.get("endpointPrivateAccess"):
            yield f"{cluster['name']}: not in the network"
        if access.get("endpointPublicAccess") and WORLD in access.get("publicAccessCidrs", [WORLD]):
            yield f"{cluster['name']}: open to the world"


def encrypted(clients: Clients, facts: Any) -> Iterator[str]:
    """Secrets are encrypted with a key of the account's own."""
    for cluster in _clusters(clients):
        if not [each for each in cluster.get("encryptionConfig", []) if "secrets" in each["resources"]]:
            yield str(cluster["name"])


def audited(clients: Clients, facts: Any) -> Iterator[str]:
    """Who did what is written down."""
    for cluster in _clusters(clients):
        logging = cluster.get("logging", {}).get("clusterLogging", [])
        if not [each for each in logging if each.get("enabled") and "audit" in each.get("types", [])]:
            yield str(cluster["name"])


def entries(clients: Clients, facts: Any) -> Iterator[str]:
    """Who may do what in it is listed at Amazon, and nowhere else."""
    eks = clients("eks")
    for cluster in _clusters(clients):
        name = cluster["name"]
        if cluster.get("accessConfig", {}).get("authenticationMode") != "API":
            yield f"{name}: {cluster.get('accessConfig')}"
        if not eks.list_access_entries(clusterName=name)["accessEntries"]:
            yield f"{name}: nobody may do anything in it"


def addons(clients: Clients, facts: Any) -> Iterator[str]:
    """What nodes and pods need is there, and network policies are enforced."""
    eks = clients("eks")
    for cluster in _clusters(clients):
        name = cluster["name"]
        there = eks.list_addons(clusterName=name)["addons"]
        yield from (f"{name}: no {addon}" for addon in NEEDED if addon not in there)
        if "vpc-cni" in there:
            addon = eks.describe_addon(clusterName=name, addonName="vpc-cni")["addon"]
            if '"enableNetworkPolicy": "true"' not in addon.get("configurationValues", ""):
                yield f"{name}: network policies are not enforced"


def pinned_nodes(clients: Clients, facts: Any) -> Iterator[str]:
    """Groups of nodes start a release that was said, of the cluster's version."""
    eks = clients("eks")
    for cluster in _clusters(clients):
        for name in eks.list_nodegroups(clusterName=cluster["name"])["nodegroups"]:
            group = eks.describe_nodegroup(clusterName=cluster["name"], nodegroupName=name)["nodegroup"]
            if not group.get("releaseVersion", "").startswith(f"{cluster['version']}."):
                yield f"{name}: {group.get('releaseVersion')} in a cluster of {cluster['version']}"
            if not str(group.get("launchTemplate", {}).get("version", "")).isdigit():
                yield f"{name}: {group.get('launchTemplate')}"
