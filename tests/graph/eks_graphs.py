"""A cluster whose control plane Amazon runs, as the tests build it, and what Amazon would say of it."""

from collections.abc import Mapping
from typing import Any

from tests.graph.graphs import NETWORK, TAGS, answer, lib
from tests.mocks import Recorded, run

HOST = "ABC.gr7.eu-central-1.eks.amazonaws.com"
RELEASE = "1.34.1-20250920"
CI = "arn:aws:iam::123456789012:role/ci"
CORE: Mapping[str, Any] = {
    "scheduler": "kubernetes",
    "managed": True,
    "pools": ["general", "batch"],
    "administrators": {"ci": CI},
    "tags": TAGS,
}
POOLS: Mapping[str, Mapping[str, Any]] = {
    "general": {"image": RELEASE, "target_groups": {"ingress": "arn:target"}, "tags": TAGS, "min": 2, "max": 6},
    "batch": {"image": RELEASE, "tags": TAGS, "dedicated": True, "on_demand": {"percent": 0}, "min": 0, "max": 4},
}
CLUSTER, GROUP, ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
_ANSWERS: Mapping[str, dict[str, Any]] = {
    CLUSTER: {
        "endpoint": f"https://{HOST}",
        "certificateAuthority": {"data": "UEVN"},
        "arn": "arn:aws:eks:eu-central-1:123456789012:cluster/foxden-dev",
    },
    GROUP: {"resources": [{"autoscalingGroups": [{"name": "eks-general-0"}]}]},
}


def told(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon says of a resource."""
    return {
        "arn": f"arn:aws:x:eu-central-1:123456789012:{name}",
        **answer(kind, name, inputs),
        **_ANSWERS.get(kind, {}),
    }


def up(
    core: Mapping[str, Any] = CORE,
    pools: Mapping[str, Mapping[str, Any]] = POOLS,
    running: str = "",
    more: Any = None,
    preview: bool = False,
    name: str = "dev",
    network: Mapping[str, Any] = NETWORK,
) -> Recorded:
    """A network, the control plane and pools. ``running`` is the version that is there; ``more`` is done with it."""
    kept = {"values": [running] if running else []}

    def program() -> None:
        made = lib.CoreCluster(name, {"network": lib.Network(name, network).facts, **core})
        for pool, args in pools.items():
            lib.WorkerPool(pool, {**args, "cluster": made.facts})
        if more:
            more(made)

    functions = {"aws:ssm/getParametersByPath:getParametersByPath": lambda args: kept}
    return run(program, answer=told, functions=functions, preview=preview)
