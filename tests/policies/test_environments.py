"""The policies over services on Kubernetes, with all kinds of them, as they are composed."""

from typing import Any

import pytest

import foxden
from policies.model import Level
from tests.mocks import run
from tests.policies.judging import CLUSTER, judged, of_parts, told

lib: Any = foxden

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/qa/it@sha256:" + "0123456789abcdef" * 4
SERVICES: dict[str, dict[str, Any]] = {
    "pods": {"port": 8080, "replicas": 2, "secrets": {"API_KEY": "pods-api-key"}},
    "router": {"port": 8080, "replicas": 3, "needs": ["pods"], "routes": [{}], "release": {"strategy": "canary"}},
    "scaled": {"port": 8080, "autoscaling": {"min": 2, "max": 5}},
    "colours": {"port": 8080, "replicas": 2, "release": {"strategy": "blue-green"}},
    "night": {"kind": "cron", "schedule": "0 3 * * *"},
    "once": {"kind": "job"},
    "work": {"kind": "worker", "replicas": 2},
}


def compose(**services: Any) -> None:
    """An environment on a Kubernetes that is there."""
    described = {name: {"image": IMAGE, **each} for name, each in (services or SERVICES).items()}
    lib.Ingress("ingress", {"cluster": CLUSTER})
    lib.Environment("environment", {"cluster": CLUSTER, "secrets": {"pods-api-key": "open-sesame"}})
    lib.Services("services", {"cluster": CLUSTER, "secrets": ["pods-api-key"], "services": described})


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
def test_nothing_forbids_services_on_kubernetes(preview: bool) -> None:
    report = judged(run(compose, stack="qa", preview=preview), "qa", pack=of_parts())
    assert told(report, Level.MANDATORY) == []
    assert report.judged > 50


def test_a_choice_that_is_none_is_told() -> None:
    lone = {"port": 8080, "replicas": 1, "env": {"DB_PASSWORD": "hunter2"}, "image": "pods:latest"}
    report = judged(run(lambda: compose(pods=lone), stack="prod"), "prod")
    assert {each.rule for each in report.of(Level.MANDATORY)} >= {
        "enough-replicas",
        "no-secret-in-pod",
        "image-pinned",
        "image-from-own-registry",
        "image-by-digest",
    }
