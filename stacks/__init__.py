"""Environments, composed from the library. A stack is an environment; its file holds choices and nothing else."""

from collections.abc import Callable

import pulumi

from stacks import dev, local
from stacks.settings import Settings, read_settings

ENVIRONMENTS: dict[str, Callable[[Settings], None]] = {
    "dev": dev.compose,
    "local": local.compose,
    "prod": dev.compose,
    "qa": dev.compose,
}
"""Environment to what composes it. A special-purpose one is composed as the one that it inherits from."""


def main() -> None:
    """Compose the environment of the current stack."""
    settings = read_settings(pulumi.get_stack())
    compose = ENVIRONMENTS.get(settings.base)
    if compose is None:
        known = ", ".join(sorted(ENVIRONMENTS))
        raise pulumi.RunError(
            f"environment '{settings.environment}': is none of {known} and inherits from none of them; "
            f"set foxden:inherits in Pulumi.{settings.environment}.yaml"
        )
    compose(settings)
