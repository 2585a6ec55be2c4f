"""Who may talk to whom is enforced: along needs and routes, and nothing else."""

import uuid
from typing import Any

import pytest

from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, World, told

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
PODS = "pods.local.svc.cluster.local 80"
API = "kubernetes.default.svc.cluster.local 443"


def asker(world: World, labels: dict[str, str], address: str, expected: str) -> dict[str, Any]:
    """A pod that may do no more than a service's, and asks for an address: until it is answered so, then once more."""
    image = next(iter(world.api.pods("pods").values()))["spec"]["containers"][0]["image"]
    container = {
        "name": "main",
        "image": image,
        "command": ["python3", "-c", _ASK, *address.split(), expected],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"asker-{uuid.uuid4().hex[:8]}", "labels": labels},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
        },
    }


def asked(world: World, environment: str, labels: dict[str, str], address: str, expected: str) -> list[str]:
    """What such a pod was answered, the last two times."""
    pod = asker(world, labels, address, expected)
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
