"""Nomad's units, and the names of ports that ENV and templates refer to."""

NANOSECONDS = 1_000_000_000

MAIN_TASK = "main"
"""The task that runs the service's own program, in every job."""


def nanoseconds(seconds: float) -> int:
    """Nomad's API counts durations in nanoseconds."""
    return round(seconds * NANOSECONDS)


def port_label(port: str) -> str:
    """Nomad's label of a service's port: such a label becomes part of an ENV name."""
    return port.replace("-", "_")


def need_label(need: str) -> str:
    """Nomad's label of the port at which a need is reached.

    No port of a service has such a label: names hold no two hyphens in a row, so labels no two underscores.
    """
    return "need__" + need.replace("-", "_").replace(":", "__")
