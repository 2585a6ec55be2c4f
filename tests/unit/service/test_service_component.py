"""The ``Service`` component, on a scheduler of the tests' own."""

from typing import Any

import pulumi
import pytest

import foxden
from tests.fake_scheduler import JOB, ROUTE
from tests.mocks import Recorded, Secret, run

lib: Any = foxden
"""The library without its types: what is given here a type checker would refuse, or not understand."""

SERVICE = "foxden:index:Service"
WEB: dict[str, Any] = {"image": "registry.example.com/pods:1.4.0", "port": 80}


def run_one(cluster: Any, fields: Any = WEB) -> Recorded:
    """A program of one service."""
    return run(lambda: lib.Service("pods", {**fields, "cluster": cluster}))


def test_its_children_are_below_it_and_share_its_providers(cluster: Any) -> None:
    done = run_one(cluster, {**WEB, "routes": [{"host": "a"}, {"host": "b"}]})
    service = done.one(SERVICE)
    assert service.parent == ""
    others = [each for each in done.resources if each is not service]
    assert {(each.type, each.name) for each in others} == {
        ("pulumi:providers:fake", "pods-fake"),
        ("pulumi:providers:other", "pods-other"),
        (JOB, "pods"),
        (ROUTE, "pods-a/"),
        (ROUTE, "pods-b/"),
    }
    assert {each.parent for each in others} == {service.urn}
    assert done.by_urn(done.one(JOB).provider).name == "pods-fake"
    assert {done.by_urn(each.provider).name for each in done.of_type(ROUTE).values()} == {"pods-other"}


def test_its_outputs(cluster: Any) -> None:
    done = run_one(cluster, {**WEB, "routes": [{"host": "api", "path": "/pods"}, {"host": "www.example.com."}, {}]})
    urls = [
        "http://api.demo.foxden.localhost:8080/pods",
        "http://www.example.com:8080/",
        "http://demo.foxden.localhost:8080/",
    ]
    assert done.one(SERVICE).outputs == {
        "url": urls[0],
        "urls": urls,
        "address": "pods.fake",
        "version": "1.4.0",
        "endpoint": {"service": "pods", "protocol": "http"},
    }


def test_every_declared_output_is_registered(cluster: Any) -> None:
    outputs = run_one(cluster).one(SERVICE).outputs
    assert outputs is not None
    assert set(outputs) | {"url", "address", "endpoint"} == set(foxden.Service.__annotations__)


def test_the_outputs_of_what_has_no_port(cluster: Any) -> None:
    outputs = run_one(cluster, {"kind": "worker", "image": "a:1"}).one(SERVICE).outputs
    assert {key: value for key, value in (outputs or {}).items() if value is not None} == {"urls": [], "version": "1"}


@pytest.mark.parametrize(
    ("changed", "url"),
    [
        ({}, "http://a.demo.foxden.localhost:8080/"),
        ({"ingress_port": 80}, "http://a.demo.foxden.localhost/"),
        ({"ingress_port": 443, "ingress_scheme": "https"}, "https://a.demo.foxden.localhost/"),
        ({"ingress_port": None, "ingress_scheme": None}, "https://a.demo.foxden.localhost/"),
        ({"ingress_port": None}, "http://a.demo.foxden.localhost/"),
        ({"ingress_port": 8443.0, "ingress_scheme": "https"}, "https://a.demo.foxden.localhost:8443/"),
        ({"domain": "example.com"}, "http://a.example.com:8080/"),
    ],
)
def test_urls(cluster: Any, changed: Any, url: str) -> None:
    done = run_one({**cluster, **changed}, {**WEB, "routes": [{"host": "a"}]})
    assert (done.one(SERVICE).outputs or {})["url"] == url


def test_two_services_alone_have_providers_of_their_own(cluster: Any) -> None:
    def program() -> None:
        for name in ("pods", "app"):
            lib.Service(name, {**WEB, "cluster": cluster})

    done = run(program)
    assert sorted(each.name for each in done.providers) == ["app-fake", "app-other", "pods-fake", "pods-other"]
    assert {name: done.by_urn(job.provider).name for name, job in done.of_type(JOB).items()} == {
        "pods": "pods-fake",
        "app": "app-fake",
    }


def provider(package: str) -> pulumi.ProviderResource:
    """A provider of the program's own."""
    return pulumi.ProviderResource(package, f"mine-{package}", {})


def test_given_providers_are_used_and_no_others_made(cluster: Any) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(providers=[provider("fake"), provider("other")])
        lib.Service("pods", {**WEB, "routes": [{"host": "a"}], "cluster": cluster}, opts)

    done = run(program)
    assert sorted(each.name for each in done.providers) == ["mine-fake", "mine-other"]
    assert done.by_urn(done.one(JOB).provider).name == "mine-fake"
    assert done.by_urn(done.one(ROUTE).provider).name == "mine-other"


@pytest.mark.parametrize("how", ["provider", "providers"])
def test_the_one_provider_that_is_given_is_used_beside_the_one_that_is_made(cluster: Any, how: str) -> None:
    def program() -> None:
        mine = provider("fake")
        one = how == "provider"
        opts = pulumi.ResourceOptions(provider=mine) if one else pulumi.ResourceOptions(providers=[mine])
        lib.Service("pods", {**WEB, "routes": [{"host": "a"}], "cluster": cluster}, opts)

    done = run(program)
    assert done.by_urn(done.one(JOB).provider).name == "mine-fake"
    assert done.by_urn(done.one(ROUTE).provider).name == "pods-other"


def test_what_it_depends_on_its_children_depend_on(cluster: Any) -> None:
    class Other(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Other", "before")
            self.child = pulumi.CustomResource("test:index:Thing", "thing", {}, pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    done = run(lambda: lib.Service("pods", {**WEB, "cluster": cluster}, pulumi.ResourceOptions(depends_on=[Other()])))
    assert done.one("test:index:Thing").urn in done.one(JOB).depends_on


def test_it_may_be_put_below_another_component(cluster: Any) -> None:
    class Shop(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Shop", "shop")
            lib.Service("pods", {**WEB, "cluster": cluster}, pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    done = run(Shop)
    assert done.one(SERVICE).parent == done.one("test:index:Shop").urn
    assert done.one(JOB).parent == done.one(SERVICE).urn


def test_the_scheduler_gets_the_whole_description_and_no_credential(cluster: Any) -> None:
    manifest = run_one(cluster, {**WEB, "env": {"A": "1"}}).one(JOB).inputs["manifest"]
    assert manifest["spec"]["env"] == {"A": "1"}
    assert manifest["connection"]["domain"] == "demo.foxden.localhost"
    assert "open-sesame" not in str(manifest)


def test_a_token_reaches_the_providers_alone_and_stays_secret(cluster: Any) -> None:
    done = run(lambda: lib.Service("pods", {**WEB, "cluster": {**cluster, "token": pulumi.Output.secret("hush")}}))
    assert {each.inputs["token"] for each in done.providers} == {Secret("hush")}
    rest = [each for each in done.resources if each not in done.providers]
    assert "hush" not in str([(each.inputs, each.outputs) for each in rest])
