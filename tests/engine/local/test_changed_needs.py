"""A service that needs something else from now on is told so."""

from tests.engine.harness.load import steady_requests
from tests.engine.harness.outside import outside_service
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import environ, tasks
from tests.engine.harness.waiting import until


def test_a_need_changed_to_an_external_endpoint_is_injected_anew(shared: Shared) -> None:
    """The new address arrives, the old one is gone, no other service is touched, no request fails."""
    site = shared.site
    before = jobs_and_instances(site)
    with outside_service("legacy") as legacy:
        described = site.read("stacks/services.py")
        site.write("stacks/services.py", described.replace('"needs": ["pods"]', '"needs": ["legacy"]'))
        site.choose(endpoints={"legacy": {"url": legacy}})
        code = site.read("examples/apps/meeting-router/app.py")
        site.write("examples/apps/meeting-router/app.py", code.replace('needs=("pods",)', 'needs=("legacy",)'))
        with steady_requests(site.url("app")) as stream:
            site.up()
        stream.none_failed()
        answer = site.get(site.url("app")).json()["needs"]["meeting-router"]
        assert answer["addresses"] == {"LEGACY_URL": legacy}, answer
        assert answer["needs"]["legacy"]["service"] == "legacy", answer
        host, port = legacy.removeprefix("http://").split(":")
        _are_told(site, {"LEGACY_URL": legacy, "LEGACY_HOST": host, "LEGACY_PORT": port})
        after = jobs_and_instances(site)
        del after["meeting-router"], before["meeting-router"]
        assert after == before, "other services were touched"
        # Back again while the other end still answers, as a user who changes their mind.
        site.write("examples/apps/meeting-router/app.py", code)
        shared.make_well(doubtful=False)
    answer = site.get(site.url("app")).json()["needs"]["meeting-router"]
    assert list(answer["addresses"]) == ["PODS_URL"], answer


def _are_told(site: Site, wanted: dict[str, str]) -> None:
    """Both instances, once those of the old release have ended."""

    def told() -> bool:
        seen = [_needs(environ(process)) for process in tasks(site, "meeting-router")]
        assert seen == [wanted, wanted], seen
        return True

    until(told, f"both instances of meeting-router are told {wanted}", within=30)


def _needs(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(("PODS_", "LEGACY_"))}
