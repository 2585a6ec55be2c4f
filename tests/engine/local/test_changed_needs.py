"""A service that needs something else from now on is told so."""

from tests.engine.harness.changes import needs_legacy, told
from tests.engine.harness.load import steady_requests
from tests.engine.harness.outside import outside_service
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.tasks import tasks


def test_a_need_changed_to_an_external_endpoint_is_injected_anew(shared: Shared) -> None:
    """The new address arrives, the old one is gone, no other service is touched, no request fails."""
    site = shared.site
    before = jobs_and_instances(site)
    code = site.read("examples/apps/meeting-router/app.py")
    with outside_service("legacy") as legacy:
        needs_legacy(site, legacy)
        with steady_requests(site.url("app")) as stream:
            site.up()
        stream.none_failed()
        answer = site.get(site.url("app")).json()["needs"]["meeting-router"]
        assert answer["addresses"] == {"LEGACY_URL": legacy}, answer
        assert answer["needs"]["legacy"]["service"] == "legacy", answer
        host, port = legacy.removeprefix("http://").split(":")
        wanted = {"LEGACY_URL": legacy, "LEGACY_HOST": host, "LEGACY_PORT": port}
        told(lambda: tasks(site, "meeting-router"), wanted, "PODS_", "LEGACY_")
        after = jobs_and_instances(site)
        del after["meeting-router"], before["meeting-router"]
        assert after == before, "other services were touched"
        # Back again while the other end still answers, as a user who changes their mind.
        site.write("examples/apps/meeting-router/app.py", code)
        shared.make_well(doubtful=False)
    answer = site.get(site.url("app")).json()["needs"]["meeting-router"]
    assert list(answer["addresses"]) == ["PODS_URL"], answer
