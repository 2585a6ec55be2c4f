"""``up`` is cut short."""

import signal

import pytest

from tests.engine.harness.changes import cut_short
from tests.engine.harness.load import steady_requests
from tests.engine.kubernetes.world import World


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl_c", "kill"])
def test_after_up_was_cut_short_in_its_middle_the_next_up_succeeds(world: World, number: signal.Signals) -> None:
    """A release was on its way: it is finished the next time, and nobody notices."""
    site, begun, old = world.site, world.generation("pods"), world.version("pods")
    site.new_version("pods")
    with steady_requests(site.url("app")) as stream:
        cut_short(site, number, lambda: world.generation("pods") > begun)
        again = site.up()
        assert "2/2" in again.output, again
        assert world.awaited_version("pods", old) in again.output, again
    stream.none_failed()
    world.keep()
    site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")
