"""The cluster that the tests share, with Kubernetes."""

from dataclasses import dataclass

from tests.engine.bootlab.kubernetes.access import Access
from tests.engine.bootlab.world import Built


@dataclass
class World(Built):
    """The one with Kubernetes: its servers are masters."""

    access: Access
