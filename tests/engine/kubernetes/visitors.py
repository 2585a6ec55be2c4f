"""Pods that a test starts itself, beside those of services."""

import uuid
from typing import Any

from tests.engine.kubernetes.world import World


def pod_of(world: World, labels: dict[str, str], *words: str) -> dict[str, Any]:
    """A pod that may do no more than a service's, and runs Python with these words."""
    image = next(iter(world.api.pods("pods").values()))["spec"]["containers"][0]["image"]
    container = {
        "name": "main",
        "image": image,
        "command": ["python3", "-c", *words],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"visitor-{uuid.uuid4().hex[:8]}", "labels": labels},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
        },
    }
