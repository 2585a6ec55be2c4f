"""An environment that is taken away leaves no object; the cluster leaves nothing on the machine (see ``a_world``)."""

import re
import signal

from tests.engine.harness.leftovers import processes_of
from tests.engine.harness.shared import QUICK, SERVICES
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.processes import door, part
from tests.engine.kubernetes.world import World


def test_destroy_leaves_no_object(running: World) -> None:
    """Of no kind, anywhere in the cluster; what is the cluster's own stays."""
    assert running.api.ours(), "nothing is deployed: the test is blind"
    running.site.local("down", "--env", "local")
    assert running.api.ours() == []
    spaces = {space["metadata"]["name"] for space in running.api.items("/api/v1/namespaces")}
    assert spaces == {"default", "kube-node-lease", "kube-public", "kube-system"}
    assert not running.api.items("/apis/networking.k8s.io/v1/networkpolicies")
    assert [pod["metadata"]["labels"]["k8s-app"] for pod in running.api.items("/api/v1/pods")] == ["kube-dns"]


def test_up_after_it_brings_all_back(running: World) -> None:
    """On the same cluster, whose namespace and ways are made anew."""
    done = running.site.up()
    assert len(re.findall(r" 2/2 ", done.output)) == len(SERVICES), done
    until(running.all_well, "all services are well", within=30)


def test_a_start_whose_processes_are_all_killed_leaves_nothing_after_down(running: World) -> None:
    """``up`` from nothing in its middle, and whatever holds the cluster; then ``down`` twice."""
    site = running.site
    site.local("down")
    running.machine.left_as_it_was(site)
    with site.start("up", "--scheduler", "kubernetes") as up:
        until(lambda: part(site, "kubelet"), "the cluster's parts are started", within=60)
        up.signal_group(signal.SIGKILL)
        up.wait(10)
    assert processes_of(site.state), "nothing was left to be ended: the test is blind"
    door(site).kill()
    site.local("down")
    running.machine.left_as_it_was(site)
    again = site.local("down")
    assert again.seconds < QUICK, again
