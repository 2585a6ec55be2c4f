"""Workers run services, and hand them over before they go. The cluster is that of the servers' tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.cluster import group_name
from tests.engine.bootlab.registry import Registry
from tests.engine.bootlab.scaling import State
from tests.engine.bootlab.search import search
from tests.engine.bootlab.services import ENVIRONMENT, Deployment
from tests.engine.bootlab.world import NEW_NODE, POOL, WORKERS, World
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until

PLACES = ("/etc/consul.d/", "/etc/nomad.d/", "/etc/foxden/docker/", "/var/lib/consul/", "/var/lib/nomad/")
"""Where the secrets of a node belong: with the agents that need them."""

ASKS_FOR_IDENTITY = (
    *("curl", "--silent", "--show-error", "--max-time", "10", "--request", "PUT"),
    *("--header", "X-aws-ec2-metadata-token-ttl-seconds: 60", "http://169.254.169.254/latest/api/token"),
)
"""For a token of the metadata service, with which its role is got."""
REFUSED = "Failed to connect to 169.254.169.254"
PROGRAMS = [f"--volume={folder}:{folder}:ro" for folder in ("/bin", "/lib", "/lib64", "/usr")]

SHORT = 60
"""Seconds in which a worker that can pull images has come to work, also on a machine with much else to do."""


def test_the_services_run_as_commands_and_the_ingress_answers(world: World, services: Deployment) -> None:
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = services.answers("127.0.0.1", "the services answer")
    pods = answer["needs"]["meeting-router"]["needs"]["pods"]
    assert pods["service"] == "pods"
    assert pods["secrets"] == {"API_KEY": True}
    assert services.project.preview() == {}


@pytest.mark.parametrize(
    "why", ["its group ends it", "its spot capacity is taken away", "its spot capacity is at risk"]
)
def test_a_worker_hands_over_its_work_before_it_goes(world: World, services: Deployment, why: str) -> None:
    leaving = world.workers()[0]
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=10) as stream:
            if why == "its group ends it":
                world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
                    InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
                )
            elif why == "its spot capacity is taken away":
                world.lab.player.take_spot_capacity(leaving.id, seconds=120)
            else:
                world.lab.player.advise_rebalance(leaving.id)
                name = f"{POOL}-{leaving.id}"
                until(lambda: name not in world.access.ready(), "it takes no work any more", 60)
                assert leaving.state is State.IN_SERVICE, "it was its group that let it go"
            until(lambda: leaving.state is State.TERMINATED, "it has gone", NEW_NODE)
            world.workers()
            until(lambda: len(targets.well()) == WORKERS, "the ingress answers on the new worker", NEW_NODE)
    said = [line for line in world.lab.player.story if leaving.id in line]
    assert any("leaves Terminating:Wait with CONTINUE: it said so" in line for line in said), said
    stream.none_failed(at_least=100)


def test_a_worker_pulls_an_image_as_itself_before_it_takes_work(world: World) -> None:
    registry = world.lab.registry
    for worker in world.workers():
        assert worker.facts.address in registry.pulled
        assert registry.image in worker.host.run("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
        config = json.loads(worker.host.run("cat", "/etc/foxden/docker/config.json"))
        assert config == {"auths": {}, "credHelpers": {registry.host: "ecr-login"}}, "it has a credential of its own"


def test_nothing_that_nomad_starts_can_be_its_machine(world: World, services: Deployment) -> None:
    within = ("alloc", "exec", "-namespace", ENVIRONMENT, "-task", "main", "-job", "pods")
    service = world.servers()[0].host.tried("foxden-node", "run", "nomad", *within, *ASKS_FOR_IDENTITY)
    assert REFUSED in service.stdout + service.stderr, service
    for worker in world.workers():
        # With its machine's network, as Nomad starts it, root for its user, and programs to ask with.
        container = ("docker", "run", "--rm", "--network=host", "--user=0", *PROGRAMS, world.lab.registry.image)
        contained = worker.host.tried(*container, *ASKS_FOR_IDENTITY)
        assert REFUSED in contained.stdout + contained.stderr, contained
        own = worker.host.run("systemd-run", "--quiet", "--collect", "--pipe", "--wait", *ASKS_FOR_IDENTITY)
        assert own, "its own services are refused, too"


def test_a_worker_that_can_pull_no_image_takes_no_work_and_is_replaced(world: World) -> None:
    player, group = world.lab.player, group_name(POOL)
    leaving, before = world.workers()[0], set(player.members)

    def abandoned() -> list[str]:
        over = "leaves Pending:Wait with ABANDON: the hook's heartbeat is over"
        return [line for line in player.story if over in line and not any(known in line for known in before)]

    with _closed(world.lab.registry):
        with _launch_hook(world, seconds=SHORT):
            world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
            )
            until(abandoned, "the group gives a new worker up", NEW_NODE)
        failed = next(each for each in player.all() if each.group == group and each.id in abandoned()[0])
        # It tries to pull as long as it is there.
        until(lambda: failed.state is State.TERMINATED and not failed.host.running, "it goes", NEW_NODE)
    assert failed.facts.address not in world.lab.registry.pulled
    assert f"{POOL}-{failed.id}" not in {
        each["Name"] for each in world.access.nomad(world.servers()[0]).get("/v1/nodes")
    }
    assert not {leaving.id, failed.id} & {worker.id for worker in world.workers()}


@contextmanager
def _closed(registry: Registry) -> Iterator[None]:
    """Nobody can pull anything of the account's own while the block runs."""
    registry.is_open = False
    try:
        yield
    finally:
        registry.is_open = True


@contextmanager
def _launch_hook(world: World, seconds: int) -> Iterator[None]:
    """New workers have so many seconds to come to work while the block runs."""
    hook = world.lab.cloud.hook(group_name(POOL), "LAUNCHING")
    assert hook is not None
    names = ("AutoScalingGroupName", "LifecycleHookName", "LifecycleTransition", "DefaultResult")
    same = {name: hook[name] for name in names}
    world.lab.cloud.autoscaling.put_lifecycle_hook(**same, HeartbeatTimeout=seconds)
    try:
        yield
    finally:
        world.lab.cloud.autoscaling.put_lifecycle_hook(**same, HeartbeatTimeout=hook["HeartbeatTimeout"])


def test_no_secret_is_where_others_can_see_it(world: World, services: Deployment) -> None:
    secrets = {**world.cluster.secrets(), "the service's own": services.secret}
    assert len(secrets) > 8
    found = [(member, search(member.host, secrets)) for member in world.servers() + world.workers()]
    assert [shown for _, each in found for shown in each.exposed] == []
    for member, each in found:
        held = each.holders
        assert held["shared/consul-gossip"], "the search finds nothing at all"
        elsewhere = {file for files in held.values() for file in files if not file.startswith(PLACES)}
        assert elsewhere == set(), f"{member.id} has secrets where none belong"
        if member in world.workers():
            assert [name for name, files in held.items() if name.startswith(("servers/", "operators/")) and files] == []
