"""Where ``make connect`` brings a cloud cluster's APIs to this machine: fixed, for a connection has these addresses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Forward:
    """A port of this machine that leads to one of a core server."""

    here: int
    there: int

    @property
    def url(self) -> str:
        """Where the API answers on this machine."""
        return f"https://127.0.0.1:{self.here}"


FORWARDS = {"nomad": Forward(14646, 4646), "consul": Forward(18501, 8501)}
"""Other ports than the local environment's agents have, so that both can be used at once."""
