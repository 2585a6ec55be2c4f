"""The ``Services`` component: a whole environment."""

from typing import Any

import pulumi
import pytest

import foxden
from tests.fake_scheduler import JOB, ROUTE
from tests.mocks import UNKNOWN, Failed, Recorded, run, unknown_output

lib: Any = foxden
"""The library without its types: what is given here a type checker would refuse, or not understand."""

SERVICES = "foxden:index:Services"
SERVICE = "foxden:index:Service"
WEB: dict[str, Any] = {"image": "a:1", "port": 80}
THREE: dict[str, Any] = {
    "pods": {**WEB, "image": "pods:3"},
    "meeting-router": {**WEB, "needs": ["pods"], "routes": [{"host": "api"}]},
    "ionic-apps": {**WEB, "needs": ["meeting-router"], "routes": [{"host": "app"}]},
}


def run_all(cluster: Any, services: Any = THREE, opts: Any = None, preview: bool = False, **more: Any) -> Recorded:
    """A program of one environment."""
    return run(
        lambda: lib.Services("services", {"cluster": cluster, "services": services, **more}, opts), preview=preview
    )


def refused(cluster: Any, **args: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        run(lambda: lib.Services("services", {"cluster": cluster, **args}))
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


def test_all_services_share_one_pair_of_providers(cluster: Any) -> None:
    done = run_all(cluster)
    services = done.one(SERVICES)
    assert [(each.name, each.parent) for each in done.providers] == [
        ("services-fake", services.urn),
        ("services-other", services.urn),
    ]
    assert {done.by_urn(each.provider).name for each in done.of_type(JOB).values()} == {"services-fake"}
    assert {done.by_urn(each.provider).name for each in done.of_type(ROUTE).values()} == {"services-other"}


def test_a_stack_of_several_components_shares_the_clusters_providers(cluster: Any) -> None:
    def program() -> None:
        facts = {key: value for key, value in cluster.items() if key not in ("environment", "domain")}
        existing = lib.ExistingCluster("cluster", facts)
        shared = pulumi.ResourceOptions(providers=existing.providers)
        connection = existing.connection("demo", "demo.foxden.localhost")
        lib.Ingress("ingress", {"cluster": connection}, shared)
        environment = lib.Environment("environment", {"cluster": connection}, shared)
        opts = pulumi.ResourceOptions(providers=existing.providers, depends_on=[environment])
        lib.Services("services", {"cluster": connection, "services": THREE}, opts)

    done = run(program)
    assert sorted(each.name for each in done.providers) == ["cluster-fake", "cluster-other"]
    below = {each.type: done.by_urn(each.provider).name for each in done.resources if each.provider}
    assert below == {
        "fake:index:Ingress": "cluster-fake",
        "fake:index:Namespace": "cluster-fake",
        JOB: "cluster-fake",
        ROUTE: "cluster-other",
    }


def test_every_service_is_a_child_that_is_named_by_what_it_is(cluster: Any) -> None:
    done = run_all(cluster)
    services = done.one(SERVICES)
    assert {name: each.parent for name, each in done.of_type(SERVICE).items()} == dict.fromkeys(THREE, services.urn)
    for name, job in done.of_type(JOB).items():
        assert done.by_urn(job.parent).name == name


def test_names_are_the_same_in_any_order(cluster: Any) -> None:
    forward = run_all(cluster, THREE)
    backward = run_all(cluster, dict(reversed(THREE.items())))
    fewer = run_all(cluster, {name: THREE[name] for name in ("pods",)})
    urns = [{each.urn: each.inputs for each in done.resources} for done in (forward, backward, fewer)]
    assert urns[0] == urns[1]
    assert urns[2].items() <= urns[0].items()


def test_outputs(cluster: Any) -> None:
    assert run_all(cluster).one(SERVICES).outputs == {
        "urls": {
            "pods": None,
            "meeting-router": "http://api.demo.foxden.localhost:8080/",
            "ionic-apps": "http://app.demo.foxden.localhost:8080/",
        },
        "versions": {"pods": "3", "meeting-router": "1", "ionic-apps": "1"},
    }
    assert run_all(cluster, {}).one(SERVICES).outputs == {"urls": {}, "versions": {}}


def test_urls_of_a_cluster_that_is_not_there_yet(cluster: Any) -> None:
    def program(domain: Any) -> Recorded:
        return run(lambda: lib.Services("s", {"cluster": {**cluster, "domain": domain()}, "services": THREE}))

    plain = program(lambda: "demo.foxden.localhost").one(SERVICES).outputs
    assert program(lambda: pulumi.Output.from_input("demo.foxden.localhost")).one(SERVICES).outputs == plain
    late = run(
        lambda: lib.Services("s", {"cluster": {**cluster, "domain": unknown_output()}, "services": THREE}), preview=True
    )
    assert (late.one(SERVICES).outputs or {})["urls"] is UNKNOWN


def test_the_components_are_there_by_name(cluster: Any) -> None:
    found: dict[str, Any] = {}

    def program() -> None:
        found.update(lib.Services("services", {"cluster": cluster, "services": THREE}).services)
        pulumi.export("version", found["pods"].version)

    assert run(program).exports == {"version": "3"}
    assert {name: type(service) for name, service in found.items()} == dict.fromkeys(THREE, foxden.Service)


def test_each_service_is_told_of_its_needs_alone(cluster: Any) -> None:
    endpoints = {"db": {"url": "postgres://db/x"}, "cache": {"url": "redis://cache"}}
    services = {**THREE, "pods": {**WEB, "needs": ["db"]}}
    jobs = run_all(cluster, services, endpoints=endpoints).of_type(JOB)
    needs = {name: job.inputs["manifest"]["needs"] for name, job in jobs.items()}
    assert {name: set(found) for name, found in needs.items()} == {
        "pods": {"db"},
        "meeting-router": {"pods"},
        "ionic-apps": {"meeting-router"},
    }
    assert needs["pods"]["db"]["port"] == 5432


def test_a_change_of_one_service_changes_that_one_alone(cluster: Any) -> None:
    before = run_all(cluster).of_type(JOB)
    after = run_all(cluster, {**THREE, "pods": {**THREE["pods"], "image": "pods:4", "replicas": 3}}).of_type(JOB)
    assert [name for name in before if before[name].inputs != after[name].inputs] == ["pods"]


def test_what_they_depend_on_every_child_depends_on(cluster: Any) -> None:
    def program() -> None:
        first = pulumi.CustomResource("test:index:Thing", "thing", {})
        args: Any = {"cluster": cluster, "services": THREE}
        lib.Services("services", args, pulumi.ResourceOptions(depends_on=[first]))

    done = run(program)
    thing = done.one("test:index:Thing").urn
    assert [thing in job.depends_on for job in done.of_type(JOB).values()] == [True] * 3
    assert [thing in route.depends_on for route in done.of_type(ROUTE).values()] == [True] * 2


def test_needs_are_no_dependencies(cluster: Any) -> None:
    """A need's address is stable: the services of an environment are deployed side by side."""
    assert {job.depends_on for job in run_all(cluster).of_type(JOB).values()} == {frozenset()}


def test_outputs_reach_the_service_they_belong_to(cluster: Any) -> None:
    def program() -> None:
        build = pulumi.CustomResource("test:index:Build", "build", {})
        url = build.urn.apply(lambda _: "postgres://db.example.com/x")
        services = {
            "pods": {**WEB, "image": build.urn.apply(lambda _: "pods:9")},
            "app": {**WEB, "needs": ["db"]},
        }
        lib.Services("services", {"cluster": cluster, "services": services, "endpoints": {"db": {"url": url}}})

    jobs = run(program).of_type(JOB)
    assert jobs["pods"].inputs["manifest"]["version"] == "9"
    assert jobs["app"].inputs["manifest"]["needs"]["db"]["host"] == "db.example.com"


def test_what_is_unknown_at_preview_is_unknown_for_one_service_alone(cluster: Any) -> None:
    def program() -> None:
        services = {"pods": {**WEB, "image": unknown_output()}, "app": {**WEB, "needs": ["pods"]}}
        lib.Services("services", {"cluster": cluster, "services": services})

    done = run(program, preview=True)
    jobs = done.of_type(JOB)
    assert jobs["pods"].inputs["manifest"] is UNKNOWN
    assert jobs["app"].inputs["manifest"]["version"] == "1"
    # Pulumi has one answer for a whole mapping.
    assert (done.one(SERVICES).outputs or {})["versions"] is UNKNOWN


def test_all_problems_at_once_before_anything_is_registered(cluster: Any) -> None:
    services = {
        "pods": {**WEB, "replicas": -1},
        "app": {**WEB, "needs": ["podz"], "cpu_limit": 1},
        "disliked": WEB,
        "web": {**WEB, "secrets": {"A": "key"}},
    }
    assert refused({**cluster, "domain": None}, services=services, endpoint={}, secrets=[]) == [
        "environment: endpoint is not a known field, did you mean 'endpoints'?",
        "cluster: domain must be given",
        "service 'pods': replicas must be from 0 to 1000, got -1",
        "service 'app': needs 'podz', which nobody provides, did you mean 'pods'?",
        "service 'web': secrets.A names 'key', which the environment doesn't have",
    ]
    assert refused(cluster, services=services) == [
        "service 'pods': replicas must be from 0 to 1000, got -1",
        "service 'app': needs 'podz', which nobody provides, did you mean 'pods'?",
        "service 'app': cpu_limit is not possible with scheduler 'fake' (possible with: kubernetes)",
        "service 'disliked': is a name that scheduler 'fake' dislikes",
    ]


def test_two_routes_that_are_one_in_this_domain(cluster: Any) -> None:
    routes: Any = {"a": [{"host": "app"}], "b": [{"host": "app.demo.foxden.localhost."}]}
    services = {name: {**WEB, "routes": given} for name, given in routes.items()}
    assert refused(cluster, services=services) == [
        "service 'b': routes[0] is taken by service 'a': host 'app.demo.foxden.localhost.', path '/'"
    ]
    run_all({**cluster, "domain": "example.com"}, services)


@pytest.mark.parametrize(
    ("args", "lines"),
    [
        ({}, ["environment: services must be given"]),
        ({"services": []}, ["environment: services must be a mapping, got []"]),
        ({"services": THREE, "endpoints": [1]}, ["environment: endpoints must be a mapping, got [1]"]),
        ({"services": THREE, "secrets": "key"}, ["environment: secrets must be a list, got 'key'"]),
        ({"services": THREE, "cluster": None}, ["environment: cluster must be given"]),
        ({"services": THREE, "cluster": 5}, ["cluster: must be a mapping, got 5"]),
    ],
)
def test_args_that_are_none(cluster: Any, args: Any, lines: list[str]) -> None:
    assert refused(**{"cluster": cluster, **args}) == lines


def test_no_args_at_all(cluster: Any) -> None:
    with pytest.raises(Failed, match="environment: must be a mapping, got None"):
        run(lambda: lib.Services("services", None))


def test_each_service_is_told_the_versions_of_its_own_secrets_alone(cluster: Any) -> None:
    def versions(given: Any) -> dict[str, Any]:
        described = {"pods": {**THREE["pods"], "secrets": {"A": "a"}}, "quiet": {"kind": "worker", "image": "a:1"}}

        def program() -> None:
            lib.Services("s", {"cluster": cluster, "services": described, "secret_versions": given()})

        jobs = run(program).of_type(JOB)
        return {name: job.inputs["manifest"]["secret_versions"] for name, job in jobs.items()}

    plain: Any = {"a": "1", "b": "2"}
    assert versions(lambda: plain) == {"pods": {"a": "1"}, "quiet": {}}
    assert versions(lambda: pulumi.Output.from_input(plain)) == {"pods": {"a": "1"}, "quiet": {}}
    assert versions(lambda: {"a": pulumi.Output.from_input("1")}) == {"pods": {"a": "1"}, "quiet": {}}
    assert versions(lambda: None) == {"pods": {}, "quiet": {}}


def test_versions_of_secrets_that_are_none(cluster: Any) -> None:
    with pytest.raises(Failed) as caught:
        run(lambda: lib.Services("s", {"cluster": cluster, "services": THREE, "secret_versions": {"a": 1}}))
    assert str(caught.value.error) == "environment: secret_versions.a must be a text, got 1"
