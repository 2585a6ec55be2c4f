"""``up`` from nothing, and again when there is nothing to do: what a user sees."""

import re
import time
import uuid

import pytest

from tests.engine.harness.shared import QUICK, SERVICES, Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until


def test_up_ends_with_a_table_the_dashboards_and_the_time(shared: Shared) -> None:
    """Service, version, healthy/wanted and URL, as they really are."""
    port = shared.site.facts["ingress_port"]
    rows = {
        "pods": r"2/2\s+-",
        "meeting-router": rf"2/2\s+http://api\.foxden\.localhost:{port}/meetings",
        "ionic-apps": rf"2/2\s+http://app\.foxden\.localhost:{port}/",
    }
    for service, rest in rows.items():
        assert re.search(rf"^{service}\s+[0-9a-f]{{12}}\s+{rest}\s*$", shared.first.output, re.MULTILINE), (
            f"no row of {service} in:\n{shared.first.output}"
        )
    for url in shared.site.facts["dashboards"].values():
        assert url in shared.first.output, shared.first.output
    assert re.search(r"'local' is up after \d+\.\d s", shared.first.output), shared.first.output


def test_one_request_passes_through_all_services(site: Site) -> None:
    """ionic-apps asks meeting-router, which asks pods; each was told its version, address and secret."""
    answer = site.get(site.url("app")).json()
    router = answer["needs"]["meeting-router"]
    pods = router["needs"]["pods"]
    chain = [answer, router, pods]
    assert [one["service"] for one in chain] == ["ionic-apps", "meeting-router", "pods"], answer
    assert all(one["environment"] == "local" for one in chain), answer
    assert all(re.fullmatch(r"[0-9a-f]{12}", one["version"]) for one in chain), answer
    assert list(answer["addresses"]) == ["MEETING_ROUTER_URL"] and list(router["addresses"]) == ["PODS_URL"], answer
    assert pods["secrets"] == {"API_KEY": True}, answer
    for one in chain:
        running = site.nomad.instances(one["service"], "local")
        assert one["instance"] in running, f"{one['instance']} is none of {sorted(running)}"


def test_routes_lead_by_host_and_path(site: Site) -> None:
    """A browser gets a page; what has no route is told so."""
    page = site.get(site.url("app"), accept="text/html")
    assert page.status == 200 and page.body.startswith("<!doctype html>") and "pods" in page.body, page
    assert site.get(site.url("api", "/meetings/today")).json()["service"] == "meeting-router"
    for url in (site.url("api"), site.url("nobody"), site.url("api", "/meetingsroom")):
        answer = site.get(url)
        assert answer.status == 404 and "no service has a route" in answer.body, f"{url}: {answer}"


def test_the_ingress_logs_each_request(site: Site) -> None:
    """One line for each, in the log of its instance."""
    path = f"/meetings/{uuid.uuid4()}"
    site.get(site.url("api", path))
    instance = next(iter(site.nomad.instances("ingress", "default")))
    where = {"task": "main", "type": "stdout", "plain": "true", "origin": "end", "offset": "20000"}

    def logged() -> bool:
        log = site.nomad.ask("GET", f"/v1/client/fs/logs/{instance}", **where).text
        return any(path in line and '"status":200' in line for line in log.splitlines())

    until(logged, f"the access log has a line of {path}", within=10)


@pytest.mark.parametrize("dashboard", ["consul", "nomad"])
def test_the_dashboards_answer(site: Site, dashboard: str) -> None:
    """Each URL leads to a page."""
    url = site.facts["dashboards"][dashboard]
    answer = site.nomad.ask("GET", url.removeprefix(site.nomad.address)) if dashboard == "nomad" else None
    answer = answer or site.consul.ask("GET", url.removeprefix(site.consul.address))
    assert answer.status_code == 200 and "<html" in answer.text.lower(), f"{url}: {answer.status_code}"


def test_a_second_preview_finds_no_changes(site: Site) -> None:
    """Neither in the program nor on the servers."""
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")
    site.pulumi("refresh", "--stack", "local", "--preview-only", "--expect-no-changes")


def test_a_second_up_changes_nothing_and_is_quick(site: Site) -> None:
    """The same jobs, the same instances."""
    before = jobs_and_instances(site)
    done = site.up()
    assert "nothing to change" in done.output, done
    assert done.seconds < QUICK, done
    assert jobs_and_instances(site) == before


def test_status_shows_environments_services_and_agents(site: Site) -> None:
    """What runs, at a glance."""
    done = site.local("status")
    for service in SERVICES:
        assert re.search(rf"^{service}\s+\S+\s+2/2", done.output, re.MULTILINE), done
    assert re.search(r"^local\b", done.output, re.MULTILINE), done


def test_logs_show_the_last_lines_of_every_instance(site: Site) -> None:
    """Each instance is named, with what it said."""
    path = f"/meetings/{time.time_ns()}"
    site.get(site.url("api", path))

    def shown() -> bool:
        done = site.local("logs", "--service", "meeting-router")
        named = all(instance[:8] in done.output for instance in site.nomad.instances("meeting-router", "local"))
        return named and path in done.output

    until(shown, f"the logs of both instances show {path}", within=15)
