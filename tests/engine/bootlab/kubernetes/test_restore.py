"""What the runbook says, done on the cluster of the masters' tests: a snapshot is restored."""

from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.scaling import State
from tests.engine.bootlab.services import Deployment
from tests.engine.bootlab.world import NEW_NODE, WORKERS
from tests.engine.harness.waiting import until

CONFIGS = "/api/v1/namespaces/default/configmaps"


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
        assert services.ask(worker.facts.address).status_code == 200, "services don't run on without masters"
    assert new.state is State.LAUNCHING, "masters begin with nothing where there was something"
    new.host.run("foxden-node", "restore", key)
    world.well()
    found = {each["metadata"]["name"] for each in world.access.api.items(CONFIGS)}
    assert "before" in found
    assert "after" not in found
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = until(lambda: services.ask("127.0.0.1"), "the services answer", NEW_NODE)
    # The secret can be decrypted: the key to it outlived the masters.
    assert answer.json()["needs"]["meeting-router"]["needs"]["pods"]["secrets"] == {"API_KEY": True}
    services.up()
    assert services.project.preview() == {}


def _note(world: World, name: str) -> None:
    world.access.api.create(CONFIGS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
