"""Who may talk to whom is enforced: along needs and routes, and nothing else."""

import pytest

from tests.engine.harness.waiting import until
from tests.engine.kubernetes.visitors import pod_of
from tests.engine.kubernetes.world import ENVIRONMENT, World, is_ready, told

_ASK = """
import socket, sys, time

host, port, expected = sys.argv[1:]

def ask():
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        return "reached"
    except socket.gaierror as error:
        return f"no such name: {error}"
    except OSError as error:
        return f"refused: {error}"

# The firewall follows a new pod within moments, and not before it starts.
for _ in range(20):
    first = ask()
    if first.startswith(expected):
        break
    time.sleep(0.5)
print(first)
print(ask())
"""
_SERVE = """
import http.server

http.server.HTTPServer(("", 8089), http.server.BaseHTTPRequestHandler).serve_forever()
"""
PODS = "pods.local.svc.cluster.local 80"
API = "kubernetes.default.svc.cluster.local 443"


def asked(world: World, environment: str, labels: dict[str, str], address: str, expected: str) -> list[str]:
    """What a pod was answered that asks for an address: until it is answered so, then once more."""
    pod = pod_of(world, labels, _ASK, *address.split(), expected)
    path = f"/api/v1/namespaces/{environment}/pods"
    mine = f"{path}/{pod['metadata']['name']}"
    made = world.api.create(path, pod)
    assert made.status_code == 201, made.text
    try:
        done = until(
            lambda: world.api.get(mine)["status"]["phase"] in ("Succeeded", "Failed"), "the pod has asked", within=120
        )
        assert done, told(world.api.get(mine))
        return str(world.api.ask("GET", f"{mine}/log").text).splitlines()
    finally:
        world.api.ask("DELETE", mine, None, gracePeriodSeconds="0")


@pytest.mark.parametrize(
    ("environment", "labels", "expected"),
    [
        (ENVIRONMENT, {"app.kubernetes.io/name": "meeting-router", "needs.foxden/pods": "true"}, "reached"),
        (ENVIRONMENT, {"app.kubernetes.io/name": "ionic-apps", "needs.foxden/meeting-router": "true"}, "refused"),
        (ENVIRONMENT, {"needs.foxden/pods": "true"}, "refused"),
        (ENVIRONMENT, {}, "refused"),
        ("default", {"needs.foxden/pods": "true"}, "refused"),
    ],
    ids=["who needs it", "who needs another", "who only says so", "anybody", "another namespace"],
)
def test_only_who_needs_a_service_reaches_it(
    world: World, environment: str, labels: dict[str, str], expected: str
) -> None:
    """By its Service's name, as a caller does."""
    said = asked(world, environment, {**labels, "job": "asker"}, PODS, expected)
    assert [answer.startswith(expected) for answer in said] == [True, True], said


@pytest.mark.parametrize(("environment", "expected"), [(ENVIRONMENT, "refused"), ("default", "reached")])
def test_no_service_reaches_what_it_does_not_need(world: World, environment: str, expected: str) -> None:
    """Not even the cluster's own API, which whoever is bound by no policy reaches."""
    said = asked(world, environment, {"app.kubernetes.io/name": "pods", "job": "asker"}, API, expected)
    assert [answer.startswith(expected) for answer in said] == [True, True], said


def test_the_ingress_alone_reaches_what_proves_whose_a_host_is(world: World) -> None:
    """A pod like those that cert-manager starts in an environment while an authority asks."""
    pod = pod_of(world, {"acme.cert-manager.io/http01-solver": "true", "job": "solver"}, _SERVE)
    path = f"/api/v1/namespaces/{ENVIRONMENT}/pods"
    mine = f"{path}/{pod['metadata']['name']}"
    made = world.api.create(path, pod)
    assert made.status_code == 201, made.text
    try:
        until(lambda: is_ready(world.api.get(mine)), "the pod has begun", within=60)
        address = f"{world.api.get(mine)['status']['podIP']} 8089"
        for place, expected in (("foxden-ingress", "reached"), ("default", "refused")):
            said = asked(world, place, {"job": "asker"}, address, expected)
            assert [answer.startswith(expected) for answer in said] == [True, True], said
    finally:
        world.api.ask("DELETE", mine, None, gracePeriodSeconds="0")
