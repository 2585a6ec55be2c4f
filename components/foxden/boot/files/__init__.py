"""What is put on nodes as it lies here: scripts, units, and the node's own program."""

from functools import cache
from importlib.resources import files


@cache
def shipped(name: str) -> str:
    """The text of a file of this package: ``fetch.sh``, ``node/agent.py``."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def shipped_below(folder: str, suffix: str) -> tuple[str, ...]:
    """The names of the files in a folder of this package, sorted."""
    found = files(__name__).joinpath(folder).iterdir()
    return tuple(sorted(f"{folder}/{entry.name}" for entry in found if entry.name.endswith(suffix)))
