"""How each part, and the administrator, reaches the API (pure, but for writing it down)."""

import json
from collections.abc import Mapping
from typing import Any

from local.agents.ports import LOOPBACK
from local.kubernetes import certificates
from local.kubernetes.certificates import AUTHORITY
from local.kubernetes.places import API_PORT, NODE_ADDRESS, certificate_of, key_of, kubeconfig_of
from local.kubernetes.plan import Plan
from local.paths import kubeconfig_file
from local.toolchain.layout import write_atomically

_INSIDE = f"https://{NODE_ADDRESS}:{API_PORT}"


def write_kubeconfigs(plan: Plan) -> None:
    """Write them all, mode 0600."""
    outside = f"https://{LOOPBACK}:{plan.ports['kubernetes api']}"
    found = {kubeconfig_file(): _kubeconfig("admin", outside, {"token": plan.token})}
    for name in (subject.name for subject in certificates.SUBJECTS):
        who = {"client-certificate": str(certificate_of(name)), "client-key": str(key_of(name))}
        found[kubeconfig_of(name)] = _kubeconfig(name, _INSIDE, who)
    for file, content in found.items():
        write_atomically(file, json.dumps(content, indent=2) + "\n", mode=0o600)


def _kubeconfig(name: str, url: str, who: Mapping[str, str]) -> dict[str, Any]:
    there = {"server": url, "certificate-authority": str(certificate_of(AUTHORITY))}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": there}],
        "users": [{"name": name, "user": dict(who)}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": name}}],
        "current-context": "local",
    }
