"""The Pulumi resources, as the engine is told them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

import foxden
from tests.mocks import UNKNOWN, Recorded, Secret, run

lib: Any = foxden

JOB = "nomad:index/job:Job"
POLICY = "nomad:index/aclPolicy:AclPolicy"
VARIABLE = "nomad:index/variable:Variable"
NAMESPACE = "nomad:index/namespace:Namespace"
KEYS = "consul:index/keys:Keys"

CLUSTER: dict[str, Any] = {
    "scheduler": "nomad",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "https://nomad.example.com:4646",
    "token": "nomad-token",
    "discovery_address": "https://consul.example.com:8501",
    "discovery_token": "consul-token",
    "ingress_scheme": "http",
    "ingress_port": 8080,
    "options": {"command_driver": "raw_exec", "caddy": "/opt/caddy"},
}
SERVICE: dict[str, Any] = {
    "image": "example.com/pods:7",
    "port": 8080,
    "secrets": {"KEY": "pods-key"},
    "routes": [{"host": "pods"}, {"host": "app", "path": "/pods"}],
}


def services(preview: bool = False, cluster: Mapping[str, Any] = CLUSTER, **described: Any) -> Recorded:
    """A program of one service for each name; a description that is a function is called in it, to make outputs."""

    def answer(kind: str, _name: str, _inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {} if preview or kind != JOB else {"modifyIndex": "7"}

    def program() -> None:
        for name, description in described.items():
            given = description() if callable(description) else description
            made = lib.Service(name, {**given, "cluster": cluster})
            pulumi.export(f"{name}-version", made.version)
            pulumi.export(f"{name}-address", made.address)

    return run(program, preview=preview, answer=answer)


def test_a_job_is_waited_for_and_leaves_nothing_behind() -> None:
    job = services(pods=SERVICE).one(JOB, "pods").inputs
    assert {key: job[key] for key in ("json", "detach", "purgeOnDestroy")} == {
        "json": True,
        "detach": False,
        "purgeOnDestroy": True,
    }
    assert json.loads(job["jobspec"])["ID"] == "pods"


def test_policy_before_job_before_routes() -> None:
    done = services(pods=SERVICE)
    policy, job, routes = done.one(POLICY), done.one(JOB), done.one(KEYS)
    assert policy.urn in job.depends_on
    assert job.urn in routes.depends_on
    assert (policy.name, routes.name) == ("pods-secrets", "pods-routes")


def test_the_policy_is_for_this_job_alone() -> None:
    policy = services(pods=SERVICE).one(POLICY).inputs
    assert policy["jobAcl"] == {"namespace": "demo", "jobId": "pods"}
    assert policy["name"] == "foxden-secrets-pods--demo"
    assert policy["rulesHcl"].count('path "') == 1


def test_routes_are_removed_with_the_service() -> None:
    keys = services(pods=SERVICE).one(KEYS).inputs["keys"]
    assert [key["delete"] for key in keys] == [True, True]
    assert {json.loads(key["value"])["host"] for key in keys} == {
        "pods.demo.foxden.localhost",
        "app.demo.foxden.localhost",
    }


def test_a_plain_service_is_a_job_and_nothing_else() -> None:
    done = services(pods={"image": "example.com/pods:7", "port": 80})
    assert [each.type for each in done.resources if each.custom and ":providers:" not in each.type] == [JOB]


def test_providers_get_the_addresses_and_keep_the_tokens_secret() -> None:
    done = services(pods=SERVICE)
    nomad, consul = done.one("pulumi:providers:nomad").inputs, done.one("pulumi:providers:consul").inputs
    assert nomad["address"] == "https://nomad.example.com:4646"
    assert nomad["secretId"] == Secret("nomad-token")
    assert (consul["scheme"], consul["address"]) == ("https", "consul.example.com:8501")
    assert consul["token"] == Secret("consul-token")


def test_two_services_alone_have_providers_of_their_own() -> None:
    done = services(pods=SERVICE, rooms={**SERVICE, "secrets": {}, "routes": []})
    assert {each.name for each in done.providers} == {"pods-nomad", "pods-consul", "rooms-nomad", "rooms-consul"}


def test_the_version_is_known_when_it_runs_and_not_before() -> None:
    assert services(pods=SERVICE).exports == {"pods-version": "7", "pods-address": "pods--demo.service.consul"}
    before = services(preview=True, pods=SERVICE).exports
    assert before["pods-version"] == UNKNOWN


def test_an_image_of_another_resource_is_waited_for() -> None:
    done = services(pods=lambda: {**SERVICE, "image": pulumi.Output.from_input("example.com/pods:9")})
    job = json.loads(done.one(JOB).inputs["jobspec"])
    assert job["TaskGroups"][0]["Tasks"][0]["Config"]["image"] == "example.com/pods:9"


def test_an_environment_is_a_namespace_with_its_secrets() -> None:
    def program() -> None:
        given = {"cluster": CLUSTER, "secrets": {"pods-key": "s3cret"}, "notes": {"owner": "me"}}
        lib.Environment("demo", given)

    done = run(program)
    namespace, variable = done.one(NAMESPACE), done.one(VARIABLE)
    assert (namespace.inputs["name"], namespace.inputs["meta"]) == ("demo", {"owner": "me"})
    assert variable.inputs["path"] == "foxden/secrets/pods-key"
    assert variable.inputs["items"] in (Secret({"value": "s3cret"}), {"value": Secret("s3cret")})
    assert namespace.urn in variable.depends_on


def test_the_ingress_is_a_job_on_every_node() -> None:
    done = run(lambda: lib.Ingress("ingress", {"cluster": CLUSTER}))
    job = json.loads(done.one(JOB, "ingress").inputs["jobspec"])
    assert (job["Type"], job["Namespace"]) == ("system", "default")
    (network,) = job["TaskGroups"][0]["Networks"]
    assert network["ReservedPorts"] == [{"Label": "http", "Value": 8080}]


def test_the_ingress_comes_before_services_where_a_node_is_full() -> None:
    """Nomad takes room from jobs whose priority is ten below a system job's; services have its usual 50."""
    done = run(lambda: lib.Ingress("ingress", {"cluster": CLUSTER}))
    assert json.loads(done.one(JOB, "ingress").inputs["jobspec"])["Priority"] >= 60
    assert "Priority" not in json.loads(services(pods=SERVICE).one(JOB, "pods").inputs["jobspec"])


def limits(program: Callable[[], object]) -> Any:
    """How long the only job that a program makes is waited for."""
    found: list[Any] = []

    def look(made: pulumi.ResourceTransformationArgs) -> None:
        if made.type_ == JOB:
            found.append(made.opts.custom_timeouts)

    def watched() -> None:
        pulumi.runtime.register_stack_transformation(look)
        program()

    run(watched)
    (only,) = found
    return only


def test_the_ingress_of_many_nodes_has_time_to_be_replaced() -> None:
    """One node after the other, each half a minute at most."""
    told = limits(lambda: lib.Ingress("ingress", {"cluster": CLUSTER}))
    assert int(told.update.removesuffix("s")) >= 100 * (30 + 5)
    assert int(told.create.removesuffix("s")) <= 300


def test_instances_may_take_their_time_to_leave() -> None:
    slow = {"termination_grace": 3600, "release": {"deadline": 3600}}
    told = limits(lambda: lib.Service("pods", {**SERVICE, **slow, "cluster": CLUSTER}))
    assert int(told.delete.removesuffix("s")) > 3600
    assert told.create == told.update
