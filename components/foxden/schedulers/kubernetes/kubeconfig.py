"""How a provider reaches the cluster: a kubeconfig made of a connection's plain data (pure)."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from foxden.errors import Problem, check
from foxden.schedulers.kubernetes.options import SUBJECT


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


def kubeconfig_by_program(address: str, ca: str, program: Sequence[str], server_name: Optional[str] = None) -> str:
    """A kubeconfig as JSON whose credential a program of the deployer's machine gives out.

    ``server_name`` is whom the certificate is of, where that is not the address's host: at the end of a tunnel.
    """
    found = json.loads(kubeconfig(address, ca, None))
    if server_name:
        found["clusters"][0]["cluster"]["tls-server-name"] = server_name
    found["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": program[0],
            "args": list(program[1:]),
            "interactiveMode": "Never",
        }
    }
    return json.dumps(found, sort_keys=True)


def kubeconfig_of(options: Mapping[str, str], address: str, ca: Optional[str], token: Optional[str]) -> str:
    """The kubeconfig of a connection: the one that its options name, or one made of the rest.

    Raises InvalidInput for a context alone, which is one of the deployer's own file: that must be known before.
    """
    if "kubeconfig" in options:
        return options["kubeconfig"]
    check([_CONTEXT_ALONE] if "context" in options else [])
    return kubeconfig(address, ca, token)


_CONTEXT_ALONE = Problem(SUBJECT, "options.context must be a plain value, or have options.kubeconfig beside it")
