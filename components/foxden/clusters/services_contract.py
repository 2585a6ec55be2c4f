"""What a scheduler offers that can run services of the cluster itself, beside those of developers."""

from collections.abc import Collection, Mapping
from typing import Any, Optional, Protocol, cast

import pulumi

from foxden.clusters.services_plan import ServicesPlan
from foxden.connection import Connection
from foxden.schedulers.base import SCHEDULERS, scheduler


class ServicesOfClusters(Protocol):
    """A scheduler that can has it as ``cluster_services``."""

    IMAGES: Mapping[str, tuple[str, ...]]
    """Field of :class:`foxden.ClusterServicesArgs` to the names of the images that it takes."""

    def problems(self, options: Mapping[str, Any], wanted: Collection[str]) -> list[str]:
        """What can't run beside what a cluster has by itself.

        ``options`` are its connection's; one that isn't known yet counts as not given.
        """

    def create(
        self,
        name: str,
        structure: ServicesPlan,
        plan: pulumi.Input[ServicesPlan],
        connection: pulumi.Input[Connection],
        opts: pulumi.ResourceOptions,
    ) -> pulumi.Output[list[str]]:
        """Create what is wanted; gives the names of all when they are well.

        ``structure`` decides which resources there are; its unknown texts are known in ``plan`` only. ``name`` is what
        their names begin with; ``opts`` is for every resource alike.
        """


def services_of(name: str) -> Optional[ServicesOfClusters]:
    """What the scheduler of that name offers, or None."""
    return cast(Optional[ServicesOfClusters], getattr(scheduler(name), "cluster_services", None))


def services_problem(name: str) -> str:
    """Why a cluster of the scheduler of that name, which offers none, has no such services."""
    able = [known for known in sorted(SCHEDULERS) if services_of(known)]
    return f"are not possible with scheduler '{name}' (possible with: {', '.join(able)})"
