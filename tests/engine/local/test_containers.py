"""Where a Docker engine answers, services run as containers."""

from collections.abc import Iterator

import pytest

from tests.engine.harness.containers import Engine, docker_engine
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import SERVICES, all_well
from tests.engine.harness.site import Site, new_site
from tests.engine.harness.waiting import until


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine: a private one as root, else this user's."""
    with docker_engine() as found:
        yield found


@pytest.fixture
def contained(engine: Engine) -> Iterator[Site]:
    """A site that has the engine, and leaves no container in it."""
    before = engine.containers()
    site = new_site(docker=engine.host)
    try:
        with site.gone_at_the_end():
            yield site
    finally:
        left = {name: image for name, image in engine.containers().items() if name not in before}
        assert not left, f"containers are left: {left}"


def test_services_run_as_containers_and_a_new_version_rolls(engine: Engine, contained: Site) -> None:
    """Image by version, the chain answers, no request fails while one service is changed; then all are gone."""
    done = contained.up()
    assert "2/2" in done.output, done
    until(lambda: all_well(contained), "all services are well", within=60)
    answer = contained.get(contained.url("app")).json()
    assert answer["needs"]["meeting-router"]["needs"]["pods"]["secrets"] == {"API_KEY": True}, answer
    _run_as_containers(engine, contained)
    with steady_requests(contained.url("app")) as stream:
        contained.new_version("meeting-router")
        contained.up()
    stream.none_failed()
    new = contained.get(contained.url("app")).json()["needs"]["meeting-router"]["version"]
    assert new != answer["needs"]["meeting-router"]["version"], "the old version still runs"
    _run_as_containers(engine, contained)


def _run_as_containers(engine: Engine, site: Site) -> None:
    """Nomad names a container by its task and allocation."""
    running = engine.containers()
    for service in SERVICES:
        job = site.nomad.job(service, "local")
        task = next(task for task in job["TaskGroups"][0]["Tasks"] if task["Name"] == "main")
        image = f"foxden/{service}:{job['Meta']['version']}"
        assert task["Driver"] == "docker" and task["Config"]["image"] == image, task
        wanted = {f"main-{instance}": image for instance in site.nomad.instances(service, "local")}
        assert len(wanted) == 2 and wanted.items() <= running.items(), f"{service}: {wanted} are not all in {running}"
