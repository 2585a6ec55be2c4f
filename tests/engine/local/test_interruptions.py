"""``up`` is cut short."""

import signal

import pytest

from tests.engine.harness.changes import cut_short
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import Shared, all_well
from tests.engine.harness.waiting import until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl_c", "kill"])
def test_after_up_was_cut_short_in_its_middle_the_next_up_succeeds(shared: Shared, number: signal.Signals) -> None:
    """A release was on its way: it is finished the next time, and nobody notices."""
    site = shared.site
    before = site.nomad.version("pods", "local")
    site.new_version("pods")
    with steady_requests(site.url("app")) as stream:
        cut_short(site, number, lambda: site.nomad.version("pods", "local") > before)
        again = site.up()
        assert "2/2" in again.output, again
    stream.none_failed()
    until(lambda: all_well(site), "all services are well", within=20)
    site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")
    shared.keep()
