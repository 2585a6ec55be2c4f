"""Workers run services in pods, and hand them over before they go. The cluster is that of the masters' tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.kubernetes.access import is_true
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.scaling import Member, State
from tests.engine.bootlab.search import search
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

PODS = f"/api/v1/namespaces/{ENVIRONMENT}/pods"
OF_PODS = "app.kubernetes.io/name=pods"
"""The label of one of the services, which is called so."""


def test_the_services_run_in_pods_and_the_ingress_answers(world: World, services: Deployment) -> None:
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = services.answers("127.0.0.1", "the services answer")
    pods = answer["needs"]["meeting-router"]["needs"]["pods"]
    assert pods["service"] == "pods"
    assert pods["secrets"] == {"API_KEY": True}
    found = world.access.api.items(PODS)
    assert {pod["spec"]["nodeName"] for pod in found} == {f"{POOL}-{worker.id}" for worker in world.workers()}
    assert services.project.preview() == {}


def test_pods_tell_operators_what_they_log(world: World, services: Deployment) -> None:
    """The API reaches every kubelet, whose certificate is from the cluster's authority."""
    for pod in world.access.api.items(PODS):
        answer = world.access.api.ask("GET", f"{PODS}/{pod['metadata']['name']}/log", None, tailLines="5")
        assert answer.status_code == 200, answer.text


def test_a_worker_takes_no_pods_before_its_policies_are_in_force(world: World, services: Deployment) -> None:
    """As after a reboot: what was in memory is gone, and nothing of what enforces policies is there."""
    worker = world.workers()[0]
    name, run = f"{POOL}-{worker.id}", worker.host.run

    def waited() -> int:
        said = run("journalctl", "--no-pager", "--output=cat", "--boot", "--unit", "foxden-network")
        return said.count("waiting: kube-router enforces no policies yet: no pod may begin")

    run("systemctl", "stop", "kube-router", "foxden-network")
    run("iptables", "-w", "-F", "KUBE-ROUTER-FORWARD")
    run("rm", "/run/foxden-network/10-foxden.conflist")
    before = waited()
    run("systemctl", "start", "foxden-network")
    until(lambda: not is_true(world.access.nodes()[name], "Ready"), "it takes no pods", NEW_NODE)
    until(lambda: waited() > before, "it says what it waits for", NEW_NODE)
    run("systemctl", "start", "kube-router")
    world.well()


def test_a_worker_with_a_spot_notice_hands_over_its_pods(world: World, services: Deployment) -> None:
    leaving = world.workers()[0]
    with _requests_meanwhile(world, services):
        world.lab.player.take_spot_capacity(leaving.id, seconds=120)
        until(lambda: leaving.state is State.TERMINATED, "it has gone", NEW_NODE)
    _went_by_itself(world, leaving)
    name = f"{POOL}-{leaving.id}"
    until(lambda: name not in world.access.nodes(), "the cluster forgets it", NEW_NODE)


def test_a_budget_holds_a_worker_back_until_another_pod_is_ready(world: World, services: Deployment) -> None:
    """Both pods of a service are on a worker that its group ends: they go one after the other."""
    leaving, staying = world.workers()
    name, api, least = f"{POOL}-{staying.id}", world.access.api, []
    _take_pods(world, name, False)
    for pod in api.items(PODS, labelSelector=OF_PODS):
        if pod["spec"]["nodeName"] == name:
            api.delete(f"{PODS}/{pod['metadata']['name']}")
    until(lambda: _ready(world) == WORKERS, "both pods are on one worker", NEW_NODE)
    _take_pods(world, name, True)

    def gone() -> bool:
        least.append(_ready(world))
        return leaving.state is State.TERMINATED

    with _requests_meanwhile(world, services):
        world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
        )
        until(gone, "it has gone", NEW_NODE, every=0.2)
    _went_by_itself(world, leaving)
    assert min(least) >= 1, "for a moment no pod was ready"


@contextmanager
def _requests_meanwhile(world: World, services: Deployment) -> Iterator[None]:
    """None through the ingress fails while the block runs, and until all workers are there again."""
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=10) as stream:
            yield
            world.workers()
            until(lambda: len(targets.well()) == WORKERS, "the ingress answers on the new worker", NEW_NODE)
    stream.none_failed(at_least=100)


def _went_by_itself(world: World, member: Member) -> None:
    said = [line for line in world.lab.player.story if member.id in line]
    assert any("leaves Terminating:Wait with CONTINUE: it said so" in line for line in said), said


def _take_pods(world: World, node: str, wanted: bool) -> None:
    """Whether new pods may come to a node."""
    patch = [{"op": "add", "path": "/spec/unschedulable", "value": not wanted}]
    answer = world.access.api.change(f"/api/v1/nodes/{node}", patch)
    assert answer.status_code == 200, answer.text


def _ready(world: World) -> int:
    """How many pods of the service 'pods' take requests."""
    found = world.access.api.items(PODS, labelSelector=OF_PODS)
    return sum(is_true(pod, "Ready") for pod in found if not pod["metadata"].get("deletionTimestamp"))


def test_a_worker_pulls_an_image_as_itself_before_it_takes_work(world: World) -> None:
    registry, nodes = world.lab.registry, world.access.nodes()
    for worker in world.workers():
        assert worker.facts.address in registry.pulled
        assert registry.image in worker.host.run("ctr", "--namespace", "k8s.io", "images", "list", "--quiet").split()
        pulled = float(worker.host.run("stat", "--format", "%Y", "/var/lib/foxden/pulled"))
        joined = datetime.fromisoformat(nodes[f"{POOL}-{worker.id}"]["metadata"]["creationTimestamp"])
        assert pulled <= joined.timestamp()


def test_no_secret_is_where_others_can_see_it(world: World, services: Deployment) -> None:
    secrets = {**world.cluster.secrets(), "the service's own": services.secret}
    assert len(secrets) > 8
    found = [(member, search(member.host, secrets)) for member in world.servers() + world.workers()]
    assert [shown for _, each in found for shown in each.exposed] == []
    for member, each in found:
        held = each.holders
        elsewhere = {file for files in held.values() for file in files if not file.startswith(PLACES)}
        assert elsewhere == set(), f"{member.id} has secrets where none belong"
        if member in world.workers():
            assert [name for name, files in held.items() if name.startswith(("servers/", "operators/")) and files] == []
        else:
            assert any(held.values()), "the search finds nothing at all"
