"""The local cluster: Consul and Nomad agents on loopback, supervised, all state below one directory."""

from local.agents.cluster import Cluster
from local.agents.health import Agent, Health, Member, health, running
from local.agents.runtime import interpreter
from local.agents.shape import ClusterShape, Kind
from local.agents.start import start
from local.agents.stop import stop

__all__ = [
    "Agent",
    "Cluster",
    "ClusterShape",
    "Health",
    "Kind",
    "Member",
    "health",
    "interpreter",
    "running",
    "start",
    "stop",
]
