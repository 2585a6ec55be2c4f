"""The machine loses power: all processes are gone at once, and ``up`` brings back what ran."""

from tests.engine.harness.leftovers import described, processes_of
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.processes import door
from tests.engine.kubernetes.world import World


def test_up_brings_back_what_ran(world: World) -> None:
    """Whatever is in the namespaces ends with the process at their door; nothing is deployed anew."""
    version = world.version("pods")
    door(world.site).kill()
    until(lambda: not described(processes_of(world.site.state)), "all of the cluster has ended", within=15)
    status = world.site.local("status")
    assert "problem: the cluster's supervisor is not running" in status.output, status
    done = world.site.up()
    assert "nothing to change" in done.output, done
    until(world.all_well, "all services are well again", within=60)
    assert world.version("pods") == version
