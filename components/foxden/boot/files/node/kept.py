"""Where the cluster's secrets are kept, as far as that is the same whatever runs services."""

import json

from .parameters import Parameters

AUTHORITY = "servers/ca-key"
PUBLIC_AUTHORITY = "shared/ca"
POOLS = "servers/pools"
"""The names of all pools of workers, a JSON list that is not secret."""
REGISTRIES = "shared/registries"


def pool_secret(pool: str, name: str) -> str:
    """Where a secret of a pool's workers is kept."""
    return f"pools/{pool}/{name}"


def pools(parameters: Parameters) -> list[str]:
    """The names of the pools that workers may belong to."""
    return [str(name) for name in json.loads(parameters.read(POOLS) or "[]")]
