"""What the runbook says, done on the cluster of the masters' tests: a snapshot is restored."""

from collections.abc import Sequence

from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.kubernetes.access import etcd
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.scaling import Member, State
from tests.engine.bootlab.services import Deployment
from tests.engine.bootlab.world import NEW_NODE, WORKERS
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until

CONFIGS = "/api/v1/namespaces/default/configmaps"


def test_masters_that_still_work_begin_again_together_while_services_answer(world: World, services: Deployment) -> None:
    masters = world.servers()
    old = _clusters(masters)
    assert len(old) == 1
    _note(world, "early")
    key = masters[0].host.run("foxden-node", "snapshot").split()[-1]
    _note(world, "late")
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=5) as stream:
            said = masters[1].host.run("foxden-node", "restore", key)
            until(lambda: not old & _clusters(masters), "all masters are of the new etcd", NEW_NODE, every=1)
            world.well()
    until(lambda: len(_clusters(masters)) == 1, "the new etcd is one", NEW_NODE)
    assert {master.id for master in world.servers()} == {master.id for master in masters}, "one was replaced"
    stream.none_failed(at_least=50)
    assert "-replaced.snap" in said
    for master in masters:
        found = {each["metadata"]["name"] for each in world.access.on(master, world.access.token).items(CONFIGS)}
        assert "early" in found
        assert "late" not in found


def test_a_cluster_that_lost_all_its_masters_is_what_it_was_once_a_snapshot_is_restored(
    world: World, services: Deployment
) -> None:
    lost = world.servers()
    _note(world, "before")
    key = lost[0].host.run("foxden-node", "snapshot").split()[-1]
    _note(world, "after")
    for master in lost:
        master.host.cut()
    for master in lost:  # as EC2's own check says of a machine that is off
        world.lab.cloud.autoscaling.set_instance_health(InstanceId=master.id, HealthStatus="Unhealthy")
    until(lambda: not any(master.live for master in lost), "their group lets them go", 60)
    group = world.cluster.server_group
    new = until(lambda: world.lab.player.of(group, State.LAUNCHING), "new masters come", NEW_NODE)[0]
    new.host.booted(NEW_NODE)
    for worker in world.workers():
        services.answers(worker.facts.address, "services run on without masters")
    assert new.state is State.LAUNCHING, "masters begin with nothing where there was something"
    new.host.run("foxden-node", "restore", key)
    world.well()
    found = {each["metadata"]["name"] for each in world.access.api.items(CONFIGS)}
    assert "before" in found
    assert "after" not in found
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = services.answers("127.0.0.1", "the services answer", NEW_NODE)
    # The secret can be decrypted: the key to it outlived the masters.
    assert answer["needs"]["meeting-router"]["needs"]["pods"]["secrets"] == {"API_KEY": True}
    services.up()
    assert services.project.preview() == {}


def _clusters(masters: Sequence[Member]) -> set[str]:
    """Of which of etcd's clusters the masters are."""
    return {etcd(master, "maintenance/status")["header"]["cluster_id"] for master in masters}


def _note(world: World, name: str) -> None:
    world.access.api.create(CONFIGS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
