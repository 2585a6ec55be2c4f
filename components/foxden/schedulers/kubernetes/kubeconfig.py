"""How a provider reaches the cluster: a kubeconfig made of a connection's plain data (pure)."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Optional


def kubeconfig(address: str, ca: Optional[str], token: Optional[str]) -> str:
    """A kubeconfig as JSON, with one context. ``ca`` is PEM text; None for the machine's own authorities."""
    cluster: dict[str, Any] = {"server": address}
    if ca:
        cluster["certificate-authority-data"] = b64encode(ca.encode()).decode()
    user = {"token": token} if token else {}
    name = "foxden"
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        sort_keys=True,
    )


def kubeconfig_of(options: Mapping[str, str], address: str, ca: Optional[str], token: Optional[str]) -> Optional[str]:
    """The kubeconfig of a connection: the one that its options name, or one made of the rest.

    None where they name a context alone: that is one of the deployer's own file.
    """
    if "kubeconfig" in options or "context" in options:
        return options.get("kubeconfig")
    return kubeconfig(address, ca, token)
