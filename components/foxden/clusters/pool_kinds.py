"""The ways to have a pool: by whoever runs the servers. The one table of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from foxden.clouds.base import BuiltPool, cloud
from foxden.clouds.managed import managed
from foxden.clusters.pool_args import WorkerPoolArgs
from foxden.clusters.read_managed_pool import read_managed_pool
from foxden.clusters.read_pool import read_pool
from foxden.errors import Problem


@dataclass(frozen=True)
class PoolKind:
    """A way to have one."""

    read: Callable[[str, WorkerPoolArgs], tuple[Any, list[Problem]]]
    """What is to be there, with all that is wrong."""
    create: Callable[[Any, WorkerPoolArgs, pulumi.ResourceOptions], BuiltPool]


KINDS: Mapping[bool, PoolKind] = {
    False: PoolKind(read_pool, lambda plan, _, opts: cloud(plan.site.cloud).pool(plan, opts)),
    True: PoolKind(
        read_managed_pool,
        lambda plan, args, opts: managed(plan.site.cloud, args["cluster"]["scheduler"]).pool(plan, opts),
    ),
}
"""Whether the cloud runs the servers, to how."""


def kind_of(args: WorkerPoolArgs) -> PoolKind:
    """The way that its cluster takes."""
    cluster = args.get("cluster") if isinstance(args, Mapping) else None
    return KINDS[isinstance(cluster, Mapping) and cluster.get("control_plane") is not None]
