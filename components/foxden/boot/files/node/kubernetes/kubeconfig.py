"""How a part reaches the API (pure)."""

import json
from collections.abc import Mapping

from .api import LOCAL


def kubeconfig(folder: str, base: str = LOCAL, user: Mapping[str, str] | None = None) -> str:
    """How a part reaches the API: with the certificate in its folder, unless it is said otherwise."""
    shown = user or {"client-certificate": f"{folder}/cert.pem", "client-key": f"{folder}/key.pem"}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "own", "cluster": {"server": base, "certificate-authority": f"{folder}/ca.pem"}}],
            "users": [{"name": "own", "user": dict(shown)}],
            "contexts": [{"name": "own", "context": {"cluster": "own", "user": "own"}}],
            "current-context": "own",
        },
        indent=1,
        sort_keys=True,
    )
