"""Who may talk to whom is enforced: along needs and routes, and nothing else."""

import uuid
from typing import Any

import pytest

from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, World, told

_ASK = """
import time, urllib.request
for _ in range(3):  # the firewall follows a new pod within moments
    try:
        print("reached", urllib.request.urlopen("URL", timeout=3).status)
        break
    except OSError as error:
        print("refused", error)
        time.sleep(1)
"""
PODS = "http://pods.local.svc.cluster.local:80/health"


def asker(world: World, labels: dict[str, str], url: str) -> dict[str, Any]:
    """A pod that may do no more than a service's, and asks for an address."""
    image = next(iter(world.api.pods("pods").values()))["spec"]["containers"][0]["image"]
    container = {
        "name": "main",
        "image": image,
        "command": ["python3", "-c", _ASK.replace("URL", url)],
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


def asked(world: World, environment: str, labels: dict[str, str], url: str) -> str:
    """What such a pod says."""
    pod = asker(world, labels, url)
    path = f"/api/v1/namespaces/{environment}/pods"
    mine = f"{path}/{pod['metadata']['name']}"
    made = world.api.create(path, pod)
    assert made.status_code == 201, made.text
    try:
        done = until(
            lambda: world.api.get(mine)["status"]["phase"] in ("Succeeded", "Failed"), "the pod has asked", within=60
        )
        assert done, told(world.api.get(mine))
        return str(world.api.ask("GET", f"{mine}/log").text)
    finally:
        world.api.ask("DELETE", mine, None, gracePeriodSeconds="0")


@pytest.mark.parametrize(
    ("environment", "labels", "reached"),
    [
        (ENVIRONMENT, {"app.kubernetes.io/name": "meeting-router", "needs.foxden/pods": "true"}, True),
        (ENVIRONMENT, {"app.kubernetes.io/name": "ionic-apps", "needs.foxden/meeting-router": "true"}, False),
        (ENVIRONMENT, {"needs.foxden/pods": "true"}, False),
        (ENVIRONMENT, {}, False),
        ("default", {"needs.foxden/pods": "true"}, False),
    ],
    ids=["who needs it", "who needs another", "who only says so", "anybody", "another namespace"],
)
def test_only_who_needs_a_service_reaches_it(
    world: World, environment: str, labels: dict[str, str], reached: bool
) -> None:
    """By its Service's name, as a caller does."""
    said = asked(world, environment, {**labels, "job": "asker"}, PODS)
    assert ("reached 200" in said) is reached, said


def test_nobody_reaches_the_world_unless_an_endpoint_says_so(world: World) -> None:
    """Not even this machine, or the cluster's own API."""
    for url in ("https://kubernetes.default.svc:443/", "http://10.0.2.2:80/"):
        said = asked(world, ENVIRONMENT, {"app.kubernetes.io/name": "pods", "job": "asker"}, url)
        assert "reached" not in said and "refused" in said, said
