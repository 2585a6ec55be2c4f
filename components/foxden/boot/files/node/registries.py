"""The credentials of registries, which the cluster keeps, as whatever pulls images reads them."""

import base64
import json

from .facts import Facts
from .kept import REGISTRIES
from .parameters import Parameters

_NAMES = {"docker.io": "https://index.docker.io/v1/"}
"""What a registry is called in a file of credentials, where that is not its host."""


def auths(facts: Facts, parameters: Parameters) -> dict[str, dict[str, str]]:
    """Registry to what is shown there: the field ``auths`` of Docker's configuration."""
    found = {}
    for host in facts.registry_credentials:
        kept = json.loads(parameters.read(f"{REGISTRIES}/{host.replace(':', '_')}") or "{}")
        text = f"{kept.get('username', '')}:{kept.get('password', '')}"
        found[_NAMES.get(host, host)] = {"auth": base64.b64encode(text.encode()).decode()}
    return found
