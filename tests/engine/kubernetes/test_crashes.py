"""Things that die are back by themselves, and services are reachable meanwhile."""

import pytest

from tests.engine.harness.killing import BACK_WITHIN, failed_briefly, killed
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import REPLICAS, SERVICES
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.processes import of_a_pod, part, programs
from tests.engine.kubernetes.world import World

USERS = 6
ONLY_ONE_GAP = 20.0
"""Seconds for which requests may fail after the only ingress was killed, or the only node looks at its pods anew."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_instance_is_back_and_requests_fail_for_a_moment_at_most(world: World, service: str) -> None:
    """In the same pod. Until the node has noticed, callers connect to it: nobody stands between two services."""
    before = world.ids()
    victim = programs(world, service)[0]
    with steady_requests(world.site.url("app"), users=USERS) as stream:
        at = killed(stream, victim, lambda: len(programs(world, service)) == REPLICAS, service)
        until(world.all_well, "all services are well", BACK_WITHIN)
        failed_briefly(stream, at)
    assert world.ids() == before
    # What reached no pod, the ingress sends elsewhere: one of each user's was being worked on at most.
    assert service != "ionic-apps" or len(stream.failed) <= USERS, str(stream)


@pytest.mark.parametrize("program", ["traefik", "coredns"])
def test_a_killed_way_is_back_within_seconds(world: World, program: str) -> None:
    """The way in, and who tells services where others are: the gap is bounded, and afterwards nothing fails."""
    site = world.site
    with steady_requests(site.url("app")) as stream:
        at = killed(stream, of_a_pod(site, program), lambda: of_a_pod(site, program), program)
        failed_briefly(stream, at, within=ONLY_ONE_GAP)


@pytest.mark.parametrize("name", ["etcd", "containerd", "kube-apiserver", "kube-scheduler", "kube-proxy"])
def test_a_killed_part_of_the_cluster_is_back_and_no_request_fails(world: World, name: str) -> None:
    """The services' pods go on, and are the same afterwards."""
    before, victim = world.ids(), part(world.site, name)
    with steady_requests(world.site.url("app")) as stream:
        killed(stream, victim, lambda: part(world.site, name), name)
        until(world.site.is_whole, "the cluster is well", BACK_WITHIN, every=0.5)
        until(world.all_well, "all services are well", BACK_WITHIN)
    stream.none_failed()
    assert world.ids() == before


def test_a_killed_kubelet_is_back_and_requests_fail_for_a_moment_at_most(world: World) -> None:
    """The pods go on. It asks all of them anew before it calls them ready: among them the one that looks up names."""
    before = world.ids()
    with steady_requests(world.site.url("app")) as stream:
        at = killed(stream, part(world.site, "kubelet"), lambda: part(world.site, "kubelet"), "kubelet")
        until(world.site.is_whole, "the cluster is well", BACK_WITHIN, every=0.5)
        until(world.all_well, "all services are well", BACK_WITHIN)
        failed_briefly(stream, at, within=ONLY_ONE_GAP)
    assert world.ids() == before
