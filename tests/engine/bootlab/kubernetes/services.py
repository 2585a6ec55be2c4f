"""What runs on the lab's Kubernetes: the services of every environment, in pods of images from the lab's registry."""

from collections.abc import Mapping
from typing import Any

from local.kubernetes.system import objects
from stacks.services import SERVICES
from tests.engine.bootlab.kubernetes.access import PORT, Access
from tests.engine.bootlab.kubernetes.supplies import cluster_service, services
from tests.engine.bootlab.world import WORKERS

NAMES = "100.64.0.10"
"""Where pods ask for names."""


def in_pods(access: Access) -> Mapping[str, Any]:
    """On Kubernetes: images, by their digests."""
    registry = access.cluster.lab.registry
    images = services()
    return {
        "services": {
            name: {**service, "image": registry.pinned(images[name]), "version": images[name].name.rpartition(":")[2]}
            for name, service in SERVICES.items()
        },
        "connection": {
            "scheduler": "kubernetes",
            "address": f"https://127.0.0.1:{PORT}",
            "token": access.token,
            "ca": access.ca.read_text(),
            "ingress_scheme": "http",
            "ingress_port": access.cluster.ingress_port,
            "options": {"ingress_image": registry.named(cluster_service("traefik"))},
        },
    }


def names_are_looked_up(access: Access) -> None:
    """Have CoreDNS in the cluster, as every cluster has it, unless it is there."""
    api = access.api
    image = access.cluster.lab.registry.named(cluster_service("coredns"))
    for path, thing in objects(image, NAMES, replicas=WORKERS):
        answer = api.ask("POST", path, thing)
        assert answer.status_code in (201, 409), f"{path}: {answer.status_code} {answer.text}"
