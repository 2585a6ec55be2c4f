"""Whether the local cluster is there, whatever it runs services with."""

from typing import Protocol

from local.agents.cluster import Cluster, load
from local.agents.supervise import Supervisor


class Supervised(Protocol):
    """A plan whose processes have a supervisor."""

    @property
    def socket(self) -> str:
        """The supervisor's control socket."""


def started(plan: Supervised | None) -> Cluster | None:
    """The cluster, when it has been started by this plan and its supervisor is there; else None.

    Does not ask the processes themselves.
    """
    cluster = load()
    if cluster is None or plan is None or Supervisor(plan.socket).pid() is None:
        return None
    return cluster
