"""What is refused before anything is changed."""

from typing import Any

import pytest

from foxden.schedulers.kubernetes.problems import service_problems
from foxden.service.reader import UNKNOWN
from tests.unit.schedulers.kubernetes.samples import spec

CLUSTER: Any = {
    "scheduler": "kubernetes",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "https://127.0.0.1:6443",
}


def problems(cluster: Any = CLUSTER, name: str = "it", **description: Any) -> list[str]:
    """What is said of a service."""
    return [str(problem) for problem in service_problems(spec(name, **description), cluster)]


def test_a_usual_service_is_taken() -> None:
    usual = {"labels": {"team/name": "a.b_c-d", "tier": ""}, "env": {"A": "$(HOME) \t\n\x01 é 猫 😀"}}
    assert problems(**usual) == []


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"labels": {"a/b/c": "x"}}, "labels.a/b/c is no name of a label to Kubernetes"),
        ({"labels": {"Team/name": "x"}}, "labels.Team/name is no name of a label to Kubernetes"),
        ({"labels": {"app.kubernetes.io/name": "x"}}, "labels.app.kubernetes.io/name is kept for the cluster itself"),
        ({"labels": {"needs.foxden/pods": "true"}}, "labels.needs.foxden/pods is kept for the cluster itself"),
        ({"labels": {"foxden/set": "x"}}, "labels.foxden/set is kept for the cluster itself"),
        ({"labels": {"a": "two words"}}, "labels.a must be up to 63 letters, digits and '._-', with one of"),
        (
            {"placement": {"node_class": "two words"}},
            "placement.node_class must be up to 63 letters, digits and '._-', with one",
        ),
        ({"placement": {"meta": {"a": "-"}}}, "placement.meta.a must be up to 63 letters, digits and '._-', with one"),
        ({"env": {"A": "a\x7f"}}, "env.A must not hold the character U+007F with scheduler 'kubernetes'"),
        ({"args": ["a", "\ufffe"]}, "args[1] must not hold the character U+FFFE with scheduler 'kubernetes'"),
        ({"args": ["\x85"]}, "args[0] must not hold the character U+0085 with scheduler 'kubernetes'"),
        ({"env": {"A": "a\u2028b"}}, "env.A must not hold the character U+2028 with scheduler 'kubernetes'"),
        ({"health": {"command": ["\x80"]}}, "health.command[0] must not hold the character U+0080"),
        (
            {"health": {"grace": 60}, "release": {"min_healthy": 10, "deadline": 70}},
            "release.deadline must be above health.grace and release.min_healthy together (70)",
        ),
        (
            {"autoscaling": {"min": 1, "max": 1}, "release": {"strategy": "canary"}},
            "autoscaling.max must be above 1, for release.canaries are apart from the others with scheduler",
        ),
        (
            {"autoscaling": {"min": 1, "max": 2}, "release": {"strategy": "blue-green"}},
            "release.strategy 'blue-green' doesn't go with autoscaling with scheduler 'kubernetes'",
        ),
        ({"routes": [{"path": "/a/../b"}]}, "routes[0].path must not hold '//', '/./', '/../' or '%2F'"),
        ({"routes": [{"path": "/a/.."}]}, "routes[0].path must not hold '//', '/./', '/../' or '%2F'"),
        ({"routes": [{}, {"host": "10.1.2.3.", "path": "/a"}]}, "routes[1].host must be a name and no address"),
        ({"kind": "cron", "schedule": "0 3 * * 7"}, "schedule must be numbers (0 is Sunday, 7 is none)"),
        ({"kind": "cron", "schedule": "0 3 L * *"}, "schedule must be numbers (0 is Sunday, 7 is none)"),
        ({"kind": "cron", "schedule": "0 3 * * 5#2"}, "schedule must be numbers (0 is Sunday, 7 is none)"),
    ],
)
def test_what_kubernetes_would_refuse_or_read_in_another_way(description: dict[str, Any], message: str) -> None:
    (found,) = problems(**description)
    assert found.startswith(f"service 'it': {message}")


@pytest.mark.parametrize("schedule", ["*/5 1,2 1 JAN 0", "0 3 * * MON-FRI", "17 4 7 * *", "0-30/10 1-7 * * *"])
def test_schedules_that_are_taken(schedule: str) -> None:
    assert problems(kind="cron", schedule=schedule) == []


def test_a_prefix_is_taken_away_by_traefik_alone() -> None:
    routed = {"routes": [{"path": "/api", "strip_path": True}]}
    assert problems(**routed) == []
    nginx = {**CLUSTER, "options": {"ingress_class": "nginx"}}
    assert problems(nginx, **routed) == [
        "service 'it': routes[0].strip_path is not possible with the ingress class 'nginx' (possible with: traefik)"
    ]
    assert problems(nginx, routes=[{"path": "/api"}, {"strip_path": True}]) == []


@pytest.mark.parametrize("environment", ["default", "kube-system", "kube-public", "foxden-ingress"])
def test_the_clusters_own_namespaces_are_no_environments(environment: str) -> None:
    (found,) = problems({**CLUSTER, "environment": environment})
    assert found == (
        f"cluster: environment must not be '{environment}' with scheduler 'kubernetes': that namespace is the cluster's"
    )


def test_the_name_of_an_account_that_every_namespace_has_is_no_services() -> None:
    (found,) = problems(name="default")
    assert found == (
        "service 'default': name must not be 'default' with scheduler 'kubernetes': "
        "each namespace has a ServiceAccount of that name from the beginning"
    )


def test_options_of_the_cluster() -> None:
    assert problems({**CLUSTER, "options": {"job_wait": UNKNOWN}}) == []
    (message,) = problems({**CLUSTER, "options": {"contxt": "x"}})
    assert message == "cluster: options.contxt is not a known field, did you mean 'context'?"
