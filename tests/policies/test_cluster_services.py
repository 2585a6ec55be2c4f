"""The policies over what a cluster runs beside services, with all of it there."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import foxden
from foxden.schedulers.kubernetes.addons.images import IMAGES, OF
from policies.model import Level, Report, Resource
from tests.mocks import run
from tests.policies.judging import CLUSTER, TODAY, judged, of_parts, told
from tests.unit.schedulers.kubernetes.addons.everything import LARGEST, SMALLEST, WHERE, things

lib: Any = foxden

OWN = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/prod/it@sha256:" + "0123456789abcdef" * 4


def without_digest(name: str) -> Iterator[str]:
    """Which images of a cluster service their publisher names by no digest."""
    yield from (image for image in OF[name] if "@" not in IMAGES[image])


def given(services: Mapping[str, Any]) -> dict[str, Any]:
    """Cluster services with images of the environment's own in place of those without digest."""
    return {name: {**chosen, "images": dict.fromkeys(without_digest(name), OWN)} for name, chosen in services.items()}


def deployed(services: Mapping[str, Any], **where: Any) -> Report:
    """What is said of them as a program registers them."""
    recorded = run(lambda: lib.ClusterServices("prod", {"cluster": CLUSTER, **WHERE, **where, **services}))
    return judged(recorded, "prod", pack=of_parts())


def written(services: Mapping[str, Any], **where: Any) -> Report:
    """What is said of their manifests alone."""
    found = []
    for each in things(services, **where):
        version = each["apiVersion"] if "/" in each["apiVersion"] else f"core/{each['apiVersion']}"
        kind, name = f"kubernetes:{version}:{each['kind']}", each["metadata"]["name"]
        found.append(Resource(kind, name, f"urn:pulumi:prod::foxden::{kind}::{name}", each, "urn:of-a-component"))
    return of_parts().judge(found, "prod", TODAY)


@pytest.mark.parametrize("judge", [deployed, written])
@pytest.mark.parametrize("services", [SMALLEST, LARGEST], ids=["smallest", "largest"])
@pytest.mark.parametrize("host_network", [True, False], ids=["on-machines", "in-pods"])
def test_nothing_forbids_cluster_services(judge: Any, services: Any, host_network: bool) -> None:
    report = judge(given(services), host_network=host_network)
    assert told(report, Level.MANDATORY) == []
    assert report.judged > 100


def test_an_image_without_digest_is_told_in_prod() -> None:
    report = deployed(SMALLEST)
    assert {each.rule for each in report.of(Level.MANDATORY)} == {"image-by-digest", "image-from-own-registry"}
    named = "\n".join(told(report, Level.MANDATORY))
    # The one of a short-lived pod, which cert-manager makes by itself, is an argument.
    wanted = {image for name in OF for image in without_digest(name)} - {"certificates-solver"}
    assert wanted and all(IMAGES[image] in named for image in wanted)


def test_a_service_of_somebodys_own_is_allowed_none_of_it() -> None:
    services = {"prometheus": SMALLEST["prometheus"]}
    objects = things(given(services))
    for each in objects:
        if each["kind"] == "DaemonSet":
            each["metadata"]["namespace"] = "mine"
    (workload,) = [each for each in objects if each["kind"] == "DaemonSet"]
    kind = "kubernetes:apps/v1:DaemonSet"
    report = of_parts().judge([Resource(kind, "it", f"urn:{kind}", workload, "urn:of-a-component")], "prod", TODAY)
    assert {each.rule for each in report.violations} >= {"pod-apart-from-host", "pod-volumes-harmless"}
