"""A cluster as it is seen from outside, whatever runs services on it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from tests.engine.bootlab.cluster import Cluster
from tests.engine.bootlab.scaling import Member, State


@dataclass
class Seen(ABC):
    """The APIs of a cluster's servers, as its operators reach them."""

    cluster: Cluster
    ca: Path = field(init=False)

    def __post_init__(self) -> None:
        self.ca = self.cluster.lab.directory / "ca.pem"
        self.renew()

    def renew(self) -> None:
        """Trust whom the cluster trusts now."""
        self.ca.write_text(self.cluster.parameter("shared/ca"))

    def servers(self) -> list[Member]:
        """Those in service."""
        return self.cluster.lab.player.of(self.cluster.server_group, State.IN_SERVICE)

    @abstractmethod
    def whole(self) -> bool:
        """Whether exactly the servers in service vote."""

    @abstractmethod
    def ready(self) -> set[str]:
        """The names of the workers that take work."""
