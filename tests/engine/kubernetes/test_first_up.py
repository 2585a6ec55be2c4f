"""``up`` from nothing on Kubernetes, and again when there is nothing to do: what a user sees."""

import re
import subprocess

import pytest

from tests.engine.harness.changes import expires, mistakes_are_told
from tests.engine.harness.isolation import is_isolated
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import QUICK, REPLICAS, SERVICES
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.processes import programs
from tests.engine.kubernetes.world import ENVIRONMENT, World, group_of, told

_LOOK_UP = """
import socket, sys

def sent():
    names, counts = (line.split() for line in open("/proc/net/snmp") if line.startswith("Udp:"))
    return int(counts[names.index("OutDatagrams")])

def looked_up(name):
    before = sent()
    socket.getaddrinfo(name, 80)
    return sent() - before

# A question that is not answered in time is asked again: not three times in a row.
for name in sys.argv[1:]:
    print(name, min(looked_up(name) for _ in range(3)))
"""


def test_up_ends_with_the_same_table_as_on_nomad(world: World) -> None:
    """Service, version, healthy/wanted and URL, as they really are."""
    port = world.site.facts["ingress_port"]
    rows = {
        "pods": r"2/2\s+-",
        "meeting-router": rf"2/2\s+http://api\.foxden\.localhost:{port}/meetings",
        "ionic-apps": rf"2/2\s+http://app\.foxden\.localhost:{port}/",
    }
    for service, rest in rows.items():
        row = rf"^{service}\s+[0-9a-f]{{12}}\s+{rest}\s*$"
        assert re.search(row, world.first.output, re.MULTILINE), f"no row of {service} in:\n{world.first.output}"
    assert re.search(r"'local' is up after \d+\.\d s", world.first.output), world.first.output


def test_one_request_passes_through_all_services(world: World) -> None:
    """Each was told its version, address and secret, and is one of the pods."""
    answer = world.site.get(world.site.url("app")).json()
    router = answer["needs"]["meeting-router"]
    pods = router["needs"]["pods"]
    for service, one in zip(("ionic-apps", "meeting-router", "pods"), (answer, router, pods), strict=True):
        assert one["service"] == service and one["environment"] == ENVIRONMENT, answer
        assert one["instance"] in world.api.pods(service), answer
    assert router["addresses"] == {"PODS_URL": "http://pods.local.svc.cluster.local:80"}, answer
    assert pods["secrets"] == {"API_KEY": True}, answer


def test_a_need_takes_one_question_and_short_names_are_found(world: World) -> None:
    """For an address of each kind, as a program in a pod asks, whose resolver is glibc's."""
    process, *_ = programs(world, "pods")
    names = ("pods.local.svc.cluster.local", "pods.local.svc", "pods.local", "pods")
    words = ["nsenter", f"--target={process.pid}", "--mount", "--net", "--pid", "python3", "-c", _LOOK_UP, *names]
    found = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 0, found
    sent = {name: int(number) for name, number in map(str.split, found.stdout.splitlines())}
    assert set(sent) == set(names) and sent[names[0]] == 2, sent


def test_routes_lead_by_host_and_path(world: World) -> None:
    """What has no route is told so."""
    site = world.site
    assert site.get(site.url("api", "/meetings/today")).json()["service"] == "meeting-router"
    for url in (site.url("api"), site.url("nobody"), site.url("api", "/meetingsroom")):
        assert site.get(url).status == 404, url


def test_a_second_preview_and_a_refresh_find_no_changes(world: World) -> None:
    """Neither in the program nor on the server; and a second ``up`` touches nothing."""
    before = world.ids()
    world.site.pulumi("preview", "--stack", "local", "--expect-no-changes")
    world.site.pulumi("refresh", "--stack", "local", "--preview-only", "--expect-no-changes")
    done = world.site.up()
    assert "nothing to change" in done.output, done
    assert done.seconds < QUICK, done
    assert world.ids() == before


def test_mistakes_are_told_in_one_line_each_and_nothing_is_changed(world: World) -> None:
    """Whatever command finds them."""
    before = world.ids()
    mistakes_are_told(world.site)
    assert world.ids() == before


def test_status_and_logs_show_what_runs(world: World) -> None:
    """Services, parts of the cluster, and the last lines of every instance."""
    done = world.site.local("status")
    for service in SERVICES:
        assert re.search(rf"^{service}\s+\S+\s+2/2", done.output, re.MULTILINE), done
    assert re.search(r"^local\s+kube-apiserver\s+ready\s+RUNNING", done.output, re.MULTILINE), done
    assert "problem" not in done.output, done

    def shown() -> bool:
        world.site.get(world.site.url("api", "/meetings/shown"))
        said = world.site.local("logs", "--service", "meeting-router").output
        return all(f" {name.rpartition('-')[2]} |" in said for name in world.api.pods("meeting-router"))

    until(shown, "the logs of both pods are shown", within=15)
    assert "/meetings/shown" in world.site.local("logs", "--service", "ingress").output


def test_another_scheduler_is_refused_while_this_one_runs(world: World) -> None:
    """Its data would be lost."""
    done = world.site.up("--scheduler", "nomad", expect=1)
    assert "run 'make down' first" in done.output, done


def test_every_pod_is_admitted_by_the_restricted_profile(world: World) -> None:
    """It is enforced, and lets no other in."""
    space = world.api.get(f"/api/v1/namespaces/{ENVIRONMENT}")
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted", told(space)
    root = {"name": "root", "image": "foxden/pods:none"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "root"}, "spec": {"containers": [root]}}
    refused = world.api.create(f"/api/v1/namespaces/{ENVIRONMENT}/pods", pod, dryRun="All")
    assert refused.status_code == 403 and "restricted" in refused.text, refused.text
    for service in SERVICES:
        for name, found in world.api.pods(service).items():
            assert found["spec"]["securityContext"]["runAsNonRoot"] is True, told(found)
            assert found["spec"]["automountServiceAccountToken"] is False, name


def test_services_are_isolated(world: World) -> None:
    """As the kernel tells it."""
    for service in SERVICES:
        processes = programs(world, service)
        assert len(processes) == REPLICAS, f"{service}: {processes}"
        for process in processes:
            is_isolated(process, world.site, group_of(world.site), "app/app.py")


def test_a_special_purpose_environment_comes_and_goes_when_its_time_is_over(world: World) -> None:
    """On the same cluster, in a namespace of its own; ``reap`` takes it then, and the others never notice."""
    before = world.ids()
    with steady_requests(world.site.url("app")) as stream:
        expires(world.site, "trial")
    stream.none_failed()
    assert world.api.ask("GET", "/api/v1/namespaces/trial").status_code == 404
    assert world.ids() == before


@pytest.mark.parametrize("name", ["kube-system", "foxden-ingress"])
def test_a_name_that_is_the_clusters_own_is_refused_in_words(world: World, name: str) -> None:
    """Nothing is made of it, and what the cluster has of that name stays."""
    before = sorted(path.name for path in world.site.checkout.iterdir())
    done = world.site.up("--env", name, expect=None)
    assert done.code == 1 and "error: " in done.output and "Traceback" not in done.output, done
    assert sorted(path.name for path in world.site.checkout.iterdir()) == before
    assert f"\n{name}:" not in world.site.local("status").output


def test_what_runs_is_judged_by_the_state_that_pulumi_keeps(world: World) -> None:
    """``audit`` finds nothing that must not be."""
    audited = world.site.local("audit", "--stack", "local", "--refresh").output
    found = re.search(
        r"^'local': (\d+) resources by the levels of local: 0 mandatory, \d+ advisory$", audited, re.MULTILINE
    )
    assert found and int(found[1]) > 10, audited
