"""Which tools and plugins the local environment of each scheduler takes. Quick: every ``pulumi`` call needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from local.paths import cluster_file
from local.toolchain.catalog import PLUGINS, TOOLS, Plugin, Program
from local.toolchain.kubernetes import CLUSTER, KUBERNETES_PLUGIN


@dataclass(frozen=True)
class Set:
    """What one scheduler takes."""

    tools: Mapping[str, Program]
    """Those that make a cluster of this machine, too."""
    indispensable: tuple[str, ...]
    """Without these nothing can be done, wherever the cluster is."""
    plugins: tuple[Plugin, ...]


_ON_KUBERNETES = (*(plugin for plugin in PLUGINS if plugin.name != "nomad"), KUBERNETES_PLUGIN)
"""Services there may still be bound to a Consul elsewhere."""

CONTEXT = "context"
"""The name of what a cluster takes that a context of a kubeconfig leads to: next to nothing."""

SETS: Mapping[str, Set] = {
    "nomad": Set(TOOLS, tuple(TOOLS), PLUGINS),
    "kubernetes": Set({"pulumi": TOOLS["pulumi"], **CLUSTER}, ("pulumi",), _ON_KUBERNETES),
    CONTEXT: Set({"pulumi": TOOLS["pulumi"]}, ("pulumi",), _ON_KUBERNETES),
}
"""Scheduler, or that a Kubernetes is there already -> what the local environment takes."""

DEFAULT = "nomad"

EVERY: Mapping[str, Program] = {name: tool for each in SETS.values() for name, tool in each.tools.items()}
"""Every tool by name."""


def in_use() -> str:
    """The scheduler of this checkout's cluster; the default one where there is none."""
    try:
        scheduler = json.loads(cluster_file().read_text())["scheduler"]
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT
    return scheduler if scheduler in SETS else DEFAULT
