"""What a lab with Kubernetes has of the world outside."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from local.artifacts.containers import image_of
from local.artifacts.images import image_name
from local.artifacts.sources import read_sources
from local.kubernetes.images import Image, of_program, pause
from local.toolchain.hosts import HOSTS
from tests.engine.bootlab.lab import Supplies
from tests.engine.bootlab.mirror import Archive, archive, found

_SERVER = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
_NODE = ("kubelet", "kube-proxy")
_ETCD = ("etcd", "etcdutl")
_ECR = "ecr-credential-provider"
_CLUSTER_SERVICES = ("coredns", "traefik")


def supplies() -> Supplies:
    """Programs as they are published, the images of all that runs in pods, and the one that every pod has."""
    images = [*services().values(), *(cluster_service(name) for name in _CLUSTER_SERVICES)]
    return Supplies(_archives(), images, {"registry.k8s.io": [replace(pause(), name="pause:3.10.1")]})


def services() -> dict[str, Image]:
    """Service -> its image, by a name that names no registry."""
    return {
        source.service: replace(image_of(source), name=image_name(source.service, source.version))
        for source in read_sources()
    }


def cluster_service(name: str) -> Image:
    """What runs beside services: CoreDNS, Traefik."""
    tool = found((name,))[name]
    return of_program(f"{name}:{tool.version}", Path(tool.path))


def _archives() -> Sequence[Archive]:
    tools = found(tuple(HOSTS))
    version, etcd = tools["kube-apiserver"].version, tools["etcd"].version
    ecr, router = tools[_ECR], tools["kube-router"]

    def packed(name: str, version: str, file: str, folder: str, programs: Sequence[str]) -> Archive:
        return archive(name, version, file, {f"{folder}{each}": tools[each].path for each in programs})

    return [
        *(
            packed(
                f"kubernetes-{part}", version, f"kubernetes-{part}-linux-amd64.tar.gz", f"kubernetes/{part}/bin/", all_
            )
            for part, all_ in (("server", _SERVER), ("node", _NODE))
        ),
        packed("etcd", etcd, f"etcd-v{etcd}-linux-amd64.tar.gz", f"etcd-v{etcd}-linux-amd64/", _ETCD),
        packed("kube-router", router.version, f"kube-router_{router.version}_linux_amd64.tar.gz", "", ["kube-router"]),
        packed(_ECR, ecr.version, f"{_ECR}-linux-amd64", "", [_ECR]),
    ]
