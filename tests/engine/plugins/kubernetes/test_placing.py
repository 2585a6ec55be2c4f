"""Where a real scheduler puts the instances of a service."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from foxden.schedulers.kubernetes import SCHEDULER
from foxden.service.parse import parse_service
from tests.contract.cases import known
from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api, Json
from tests.engine.plugins.kubernetes.node import node_status
from tests.engine.plugins.kubernetes.strict import check

SPACE, NODES = "placing", "/api/v1/nodes"
ZONES = {"a-1": "a", "a-2": "a", "a-3": "a", "b-1": "b", "c-1": "c"}
"""Node to its zone: whoever looks at nodes alone seldom finds all three."""
INSTANCES = 3


@pytest.fixture
def machines(api: Api) -> Iterator[Api]:
    """Nodes in three zones, beside one that says of none; nobody starts what is placed on them."""
    api.post("/api/v1/namespaces", {"metadata": {"name": SPACE}})
    for name, zone in ZONES.items():
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
        api.post(NODES, {"metadata": {"name": name, "labels": labels}})
        api.patch(f"{NODES}/{name}/status", {"status": node_status(10250)})
    yield api
    api.delete(f"/api/v1/namespaces/{SPACE}")
    until(lambda: not _forgotten(api), "nothing is left on the nodes", 30)
    for name in ZONES:
        api.delete(f"{NODES}/{name}")


def _pods(api: Api) -> list[Json]:
    return list(api.get(f"/api/v1/namespaces/{SPACE}/pods")["items"])


def _forgotten(api: Api) -> list[Json]:
    """What was still there: no kubelet says that it has ended."""
    left = _pods(api)
    for pod in left:
        api.delete(f"/api/v1/namespaces/{SPACE}/pods/{pod['metadata']['name']}")
    return left


def _placed(api: Api, image: str) -> list[str]:
    """The zones of the instances of a version that have a node."""
    found = [pod["spec"] for pod in _pods(api) if pod["spec"]["containers"][0]["image"] == image]
    return sorted(ZONES.get(pod["nodeName"], "none") for pod in found if pod.get("nodeName"))


def test_each_version_of_a_service_is_in_all_zones(machines: Api) -> None:
    """Also while the one before, which is in all of them, too, is still there."""
    for image in ("slow:1", "slow:2"):
        release = {"max_parallel": INSTANCES}
        service = parse_service("web", {"image": image, "port": 8080, "replicas": INSTANCES, "release": release})
        rendered = SCHEDULER.render(service, replace(known("kubernetes"), environment=SPACE), {})["objects"]
        for key in ("account", "workload"):
            check(machines, rendered[key], rehearsal=False)
        until(lambda image=image: len(_placed(machines, image)) == INSTANCES, "all have a node", 30)  # type: ignore[misc]
        assert _placed(machines, image) == ["a", "b", "c"]
    assert _placed(machines, "slow:1") == ["a", "b", "c"]
