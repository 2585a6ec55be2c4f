"""What the library takes for one scheduler or cloud alone: its extras, and what is said where one was not chosen."""

import importlib
import importlib.util
from functools import cache
from types import ModuleType

from foxden.errors import Problem, check

EXTRAS = {
    "aws": ("pulumi_aws",),
    "consul": ("pulumi_consul",),
    "docker": ("pulumi_docker",),
    "kubernetes": ("pulumi_kubernetes",),
    "nomad": ("pulumi_nomad", "pulumi_consul"),
}
"""Extra of the distribution to the modules that come with it."""

_TAKES = {"foxden.clouds.aws": "aws", "foxden.clouds.images": "docker"}
"""Part of the library to the extra without which it can't do anything."""


def need(extra: str) -> None:
    """Raise InvalidInput when an extra is not installed; its modules are not imported by that."""
    missing = [module for module in EXTRAS[extra] if not _installed(module)]
    names = " and ".join(missing)
    told = f"{names} {'are' if missing[1:] else 'is'} not installed: run pip install 'foxden[{extra}]'"
    check([Problem("foxden", told)] if missing else [])


def load(module: str) -> ModuleType:
    """A module that a table names. Raises InvalidInput when it is of the library and its extra is not installed."""
    for part, extra in _TAKES.items():
        if f"{module}.".startswith(f"{part}."):
            need(extra)
    return importlib.import_module(module)


@cache
def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
