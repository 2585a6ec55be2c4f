"""A service is changed while it is used: only it is touched, and nobody notices."""

import uuid

from tests.engine.harness.changes import told
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import tasks


def _only_changed(site: Site, service: str, before: dict[str, tuple[int, set[str]]]) -> None:
    """Its job was changed once and all its instances replaced; all others are as they were."""
    after = jobs_and_instances(site)
    version, instances = before.pop(service)
    changed, replaced = after.pop(service)
    assert after == before, f"other services than {service} were touched"
    assert changed == version + 1, f"the job of {service} was changed {changed - version} times"
    assert not instances & replaced, f"old instances of {service} are still there"


def test_new_code_of_the_last_service_rolls_in_without_a_failed_request(shared: Shared) -> None:
    """``pods`` is reached through the proxies of its callers alone."""
    site = shared.site
    before = jobs_and_instances(site)
    old = site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]["version"]
    site.new_version("pods")
    with steady_requests(site.url("app")) as stream:
        done = site.up()
    stream.none_failed()
    _only_changed(site, "pods", before)
    new = site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]["version"]
    assert new != old and new in done.output, f"was {old}, is {new}: {done}"
    assert "1 change" in done.output, done
    shared.keep()


def test_new_code_of_the_first_service_rolls_in_without_a_failed_request(shared: Shared) -> None:
    """``ionic-apps`` is reached through the ingress."""
    site = shared.site
    before = jobs_and_instances(site)
    old = site.get(site.url("app")).json()["version"]
    site.new_version("ionic-apps")
    with steady_requests(site.url("app")) as stream:
        site.up()
    stream.none_failed()
    _only_changed(site, "ionic-apps", before)
    new = site.get(site.url("app")).json()["version"]
    assert set(stream.answers) == {old, new} and new != old, f"these versions answered: {dict(stream.answers)}"
    shared.keep()


def test_a_changed_env_rolls_in_without_a_failed_request(shared: Shared) -> None:
    """Only the environment's choices are changed; every instance is told the new value."""
    site = shared.site
    before = jobs_and_instances(site)
    colour = f"colour-{uuid.uuid4()}"
    site.choose(services={"meeting-router": {"env": {"COLOUR": colour}}})
    with steady_requests(site.url("app")) as stream:
        site.up()
    stream.none_failed()
    _only_changed(site, "meeting-router", before)
    told(lambda: tasks(site, "meeting-router"), {"COLOUR": colour}, "COLOUR")
    shared.keep()
