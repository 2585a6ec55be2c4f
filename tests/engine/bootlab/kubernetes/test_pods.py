"""Workers run services in pods, and hand them over before they go. The cluster is that of the masters' tests."""

import pytest

from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.kubernetes.access import is_true
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.scaling import State
from tests.engine.bootlab.search import exposed, holders
from tests.engine.bootlab.services import ENVIRONMENT, Deployment
from tests.engine.bootlab.world import NEW_NODE, POOL, WORKERS
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until

PLACES = (
    *("/etc/foxden/kubernetes/", "/etc/etcd/", "/etc/kube-apiserver/", "/etc/kube-controller-manager/"),
    *("/etc/kube-scheduler/", "/etc/kubelet/", "/etc/kube-proxy/", "/etc/kube-router/", "/var/lib/etcd/"),
    *("/var/lib/kubelet/", "/var/lib/containerd/", "/run/containerd/"),
)
"""Where the secrets of a node belong: with the parts that need them."""


def test_the_services_run_in_pods_and_the_ingress_answers(world: World, services: Deployment) -> None:
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = services.ask("127.0.0.1")
    assert answer.status_code == 200, answer.text
    pods = answer.json()["needs"]["meeting-router"]["needs"]["pods"]
    assert pods["service"] == "pods"
    assert pods["secrets"] == {"API_KEY": True}
    found = world.access.api.items(f"/api/v1/namespaces/{ENVIRONMENT}/pods")
    assert {pod["spec"]["nodeName"] for pod in found} == {f"{POOL}-{worker.id}" for worker in world.workers()}
    assert services.project.preview() == {}


def test_pods_log_and_run_commands_for_operators(world: World, services: Deployment) -> None:
    """The API reaches every kubelet, whose certificate is from the cluster's authority."""
    pods = f"/api/v1/namespaces/{ENVIRONMENT}/pods"
    for pod in world.access.api.items(pods):
        answer = world.access.api.ask("GET", f"{pods}/{pod['metadata']['name']}/log", tailLines="5")
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("why", ["its group ends it", "its spot capacity is taken away"])
def test_a_worker_hands_over_its_pods_before_it_goes(world: World, services: Deployment, why: str) -> None:
    leaving = world.workers()[0]
    name = f"{POOL}-{leaving.id}"
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=10) as stream:
            if why == "its group ends it":
                world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
                    InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
                )
            else:
                world.lab.player.take_spot_capacity(leaving.id, seconds=120)
            until(lambda: leaving.state is State.TERMINATED, "it has gone", NEW_NODE)
            world.workers()
            until(lambda: len(targets.well()) == WORKERS, "the ingress answers on the new worker", NEW_NODE)
    said = [line for line in world.lab.player.story if leaving.id in line]
    assert any("with CONTINUE: it said so" in line for line in said), said
    stream.none_failed(at_least=100)
    until(lambda: name not in world.access.nodes(), "the cluster forgets it", NEW_NODE)


def test_a_budget_holds_a_worker_back_until_another_pod_is_ready(world: World, services: Deployment) -> None:
    """Both pods of a service on one worker: they leave one after the other, and never is there none."""
    space = f"/api/v1/namespaces/{ENVIRONMENT}"
    leaving, staying = world.workers()
    name = f"{POOL}-{staying.id}"
    patch = [{"op": "add", "path": "/spec/unschedulable", "value": True}]
    api, least = world.access.api, [WORKERS]

    def cordon(node: str, wanted: bool) -> None:
        patch[0]["value"] = wanted
        answer = api.change(f"/api/v1/nodes/{node}", patch)
        assert answer.status_code == 200, answer.text

    def ready() -> int:
        found = api.items(f"{space}/pods", labelSelector="app.kubernetes.io/name=pods")
        return sum(is_true(pod, "Ready") for pod in found if not pod["metadata"].get("deletionTimestamp"))

    cordon(name, True)
    for pod in api.items(f"{space}/pods", labelSelector="app.kubernetes.io/name=pods"):
        if pod["spec"]["nodeName"] == name:
            api.delete(f"{space}/pods/{pod['metadata']['name']}")
    until(lambda: ready() == WORKERS, "both pods are on one worker", NEW_NODE)
    cordon(name, False)
    world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
    )

    def gone() -> bool:
        least.append(ready())
        return leaving.state is State.TERMINATED

    until(gone, "it has gone", NEW_NODE, every=0.2)
    assert min(least) >= 1, "for a moment no pod was ready"


def test_a_worker_pulls_an_image_as_itself_before_it_takes_work(world: World) -> None:
    for worker in world.workers():
        assert worker.facts.address in world.lab.registry.pulled


def test_no_secret_is_where_others_can_see_it(world: World, services: Deployment) -> None:
    secrets = {**world.cluster.secrets(), "the service's own": services.secret}
    assert len(secrets) > 8
    shown = [each for member in world.servers() + world.workers() for each in exposed(member.host, secrets)]
    assert shown == []
    for member in world.servers() + world.workers():
        held = holders(member.host, secrets)
        elsewhere = {file for files in held.values() for file in files if not file.startswith(PLACES)}
        assert elsewhere == set(), f"{member.id} has secrets where none belong"
        if member in world.workers():
            assert [name for name, files in held.items() if name.startswith(("servers/", "operators/")) and files] == []
        else:
            assert any(held.values()), "the search finds nothing at all"
