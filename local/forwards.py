"""Where ``make connect`` brings a cloud cluster's APIs to this machine: fixed, for a connection has these addresses."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Forward:
    """A port of this machine that leads to one of a core server."""

    here: int
    there: int
    field: str = "address"
    """The field of a connection that has its URL."""
    page: str = ""
    """What follows the URL where people look at it. '' where there is nothing for people."""

    @property
    def url(self) -> str:
        """Where the API answers on this machine."""
        return f"https://127.0.0.1:{self.here}"


FORWARDS: dict[str, Mapping[str, Forward]] = {
    "kubernetes": {"kubernetes": Forward(16443, 6443)},
    "nomad": {
        "nomad": Forward(14646, 4646, page="/ui"),
        "consul": Forward(18501, 8501, "discovery_address", "/ui"),
    },
}
"""Scheduler to the APIs of its clusters. Other ports than the local environment's agents have, so that both can be used
at once."""


def urls(scheduler: str) -> dict[str, str]:
    """Field of a connection to the end of the way that it is reached by."""
    return {forward.field: forward.url for forward in FORWARDS[scheduler].values()}


def pages(scheduler: str, reached: Mapping[str, str]) -> dict[str, str]:
    """What people look at, by name; ``reached`` has a URL for each field of a connection."""
    return {name: f"{reached[each.field]}{each.page}" for name, each in FORWARDS[scheduler].items() if each.page}
