"""What services become, on a real API server: taken in strict mode without a warning, and kept as it was sent."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from foxden.schedulers.base import unsupported
from foxden.schedulers.kubernetes import SCHEDULER, environment
from foxden.schedulers.kubernetes.ingress import render_ingress
from foxden.schedulers.kubernetes.options import options_of
from foxden.service.parse import parse_service
from local.paths import REPO
from tests.contract.cases import connection_args, known, read, taken
from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.strict import apply, check, path_of
from tests.strategies import descriptions

BOUNDS = {
    "quota_cpu": "8",
    "quota_memory": "4096",
    "quota_pods": "40",
    "container_max_cpu": "128",
    "container_max_memory": "1048576",
    "dns_addresses": "169.254.20.10/32",
}


@pytest.fixture(scope="module")
def demo(judge: Api) -> Iterator[Api]:
    """The server with an environment, and with the kinds of the ingress; without them at the end."""
    bounds = options_of(BOUNDS)
    ingress, namespace = render_ingress(known("kubernetes")), environment.namespace("demo", {"owner": "é 猫 😀"})
    check(judge, namespace, rehearsal=False)
    for thing in (environment.quota("demo", bounds), environment.limit_range("demo", bounds)):
        check(judge, thing)
    for policy in (environment.default_policy, environment.challenge_policy):
        check(judge, policy("demo", bounds), rehearsal=False)
    for version in ("", "0a1b2c3d4e"):
        check(judge, environment.secret("demo", "team/b", version))
    for thing in ingress.values():
        check(judge, thing, rehearsal=False)
    middlewares = "/apis/traefik.io/v1alpha1/namespaces/demo/middlewares"
    until(lambda: judge.get(middlewares), "the kinds of the ingress are there", 30)
    yield judge
    for thing in (*reversed(ingress.values()), namespace):
        judge.delete(path_of(thing))


@pytest.mark.parametrize("case", sorted(taken(SCHEDULER)))
def test_a_case_of_the_contract(demo: Api, case: str) -> None:
    service, targets = read(taken(SCHEDULER)[case])
    for thing in SCHEDULER.render(service, known("kubernetes"), targets)["objects"].values():
        check(demo, thing)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(description=descriptions())
def test_any_service(demo: Api, description: dict[str, Any]) -> None:
    image = {key: value for key, value in description.items() if key not in ("command", "needs")}
    service = parse_service("consumer", {"image": "example.com/it:1", **image})
    if not unsupported(service, {}, SCHEDULER) and not SCHEDULER.problems(service, connection_args("kubernetes")):
        for thing in SCHEDULER.render(service, known("kubernetes"), {})["objects"].values():
            check(demo, thing)


def test_the_documented_role_is_enough_and_without_it_a_rehearsal_says_so(demo: Api) -> None:
    page = (REPO / "docs" / "kubernetes.md").read_text()
    role = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    guest = demo.token[::-1]
    objects = [environment.secret("demo", "a"), environment.quota("demo", options_of(BOUNDS))]
    for case in taken(SCHEDULER).values():
        service, targets = read(case)
        objects += SCHEDULER.render(service, known("kubernetes"), targets)["objects"].values()
    without = [apply(demo, thing, guest) for thing in objects]
    assert {answer.status_code for answer in without} == {403}
    assert 'User "guest" cannot patch resource "secrets"' in without[0].json()["message"]
    group = "rbac.authorization.k8s.io"
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "guest"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role["metadata"]["name"]},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "guest"}],
    }
    for thing in (role, binding):
        check(demo, thing, rehearsal=False)
    try:
        until(lambda: apply(demo, objects[0], guest).status_code < 300, "the role is known to the server", 10)
        answers = [apply(demo, thing, guest) for thing in objects]
        assert [answer.text for answer in answers if answer.status_code >= 300] == []
    finally:
        # Others on this server count on a guest without rights.
        for thing in (binding, role):
            demo.delete(path_of(thing))
