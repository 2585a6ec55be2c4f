"""What a ``Service`` makes of outputs of other resources, and how it says what is wrong."""

from typing import Any

import pulumi
import pytest

import foxden
from tests.fake_scheduler import JOB
from tests.mocks import UNKNOWN, Failed, Recorded, Secret, reveal, run, unknown_output

lib: Any = foxden
"""The library without its types: what is given here a type checker would refuse, or not understand."""

SERVICE = "foxden:index:Service"
WEB: dict[str, Any] = {"image": "registry.example.com/pods:1.4.0", "port": 80}


def test_outputs_of_other_resources_are_taken(cluster: Any) -> None:
    def program() -> None:
        build = pulumi.CustomResource("test:index:Build", "build", {})
        tag = build.urn.apply(lambda _: "pods:7")
        env = {"BUILD": build.urn.apply(lambda _: "nightly"), "PLAIN": "x"}
        lib.Service("pods", {"image": tag, "port": 80, "env": env, "cluster": cluster})

    done = run(program)
    spec = done.one(JOB).inputs["manifest"]["spec"]
    assert (spec["image"], spec["version"], spec["env"]) == ("pods:7", "7", {"BUILD": "nightly", "PLAIN": "x"})
    assert (done.one(SERVICE).outputs or {})["version"] == "7"
    assert done.one("test:index:Build").urn in done.one(JOB).depends_on


def test_what_is_not_known_at_preview_makes_the_manifest_unknown_and_nothing_else(cluster: Any) -> None:
    def program() -> None:
        args = {**WEB, "image": unknown_output(), "routes": [{"host": "a"}], "cluster": cluster}
        lib.Service("pods", args)

    done = run(program, preview=True)
    assert done.one(JOB).inputs["manifest"] is UNKNOWN
    outputs = done.one(SERVICE).outputs or {}
    assert outputs["version"] is UNKNOWN
    assert outputs["url"] == "http://a.demo.foxden.localhost:8080/"
    assert outputs["endpoint"]["service"] == "pods"


def test_a_connection_may_hold_outputs(cluster: Any) -> None:
    def program() -> None:
        facts = {key: pulumi.Output.from_input(cluster[key]) for key in ("domain", "address", "ingress_port")}
        lib.Service("pods", {**WEB, "routes": [{"host": "a"}], "cluster": {**cluster, **facts}})

    done = run(program)
    assert (done.one(SERVICE).outputs or {})["url"] == "http://a.demo.foxden.localhost:8080/"
    assert done.one(JOB).inputs["manifest"]["connection"]["ingress_port"] == 8080


def test_a_connection_of_another_stack(cluster: Any) -> None:
    def program() -> None:
        exported = pulumi.Output.secret({**cluster, "token": "hush"})
        shared = foxden.shared_connection(exported, "fake", "demo")
        lib.Service("pods", {**WEB, "routes": [{"host": "a"}], "cluster": shared})

    done = run(program)
    assert (done.one(SERVICE).outputs or {})["url"] == "http://a.demo.foxden.localhost:8080/"
    assert {each.inputs["token"] for each in done.providers} == {Secret("hush")}
    assert "hush" not in str(reveal(done.one(JOB).inputs))


def test_a_service_needs_another_by_its_endpoint(cluster: Any) -> None:
    def program() -> None:
        pods = lib.Service("pods", {**WEB, "cluster": cluster})
        endpoints = {"pods": pods.endpoint, "db": {"url": pulumi.Output.from_input("postgres://db/x")}}
        lib.Service("app", {**WEB, "needs": ["pods", "db"], "endpoints": endpoints, "cluster": cluster})

    needs = run(program).of_type(JOB)["app"].inputs["manifest"]["needs"]
    assert needs["pods"] == {
        "service": "pods",
        "port": "",
        "protocol": "http",
        "inside": True,
    }
    assert needs["db"] == {"url": "postgres://db/x", "host": "db", "port": 5432, "inside": False}


def failure(program: Any, preview: bool = False) -> tuple[str, Recorded]:
    """The message of a program that ends with bad input, and what it did before."""
    with pytest.raises(Failed) as caught:
        run(program, preview=preview)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert isinstance(caught.value.error, pulumi.RunError)
    return str(caught.value), caught.value.recorded


REFUSED = "is a Pulumi secret, and others could read it there; give it to the environment, and name it under secrets"


@pytest.mark.parametrize("preview", [False, True])
def test_a_pulumi_secret_is_refused_where_others_could_read_it(cluster: Any, preview: bool) -> None:
    def program() -> None:
        env = {"A": "x", "KEY": pulumi.Output.secret("hush"), "LATE": unknown_output()}
        lib.Service("pods", {**WEB, "image": pulumi.Output.secret("a:1"), "env": env, "cluster": cluster})

    message, done = failure(program, preview)
    assert message == f"service 'pods': image {REFUSED}\nservice 'pods': env.KEY {REFUSED}"
    assert "hush" not in str(done)
    assert done.of_type(JOB) == {}


def test_what_is_wrong_with_an_output_is_said_when_it_is_known(cluster: Any) -> None:
    message, done = failure(
        lambda: lib.Service("pods", {**WEB, "image": pulumi.Output.from_input("No Image"), "cluster": cluster})
    )
    assert message == "service 'pods': image must be like 'registry.example.com/team/name:tag', got 'No Image'"
    assert done.of_type(JOB) == {}


def test_what_the_scheduler_dislikes_of_a_connection_is_said_when_it_is_known(cluster: Any) -> None:
    options = {"bad": "x"}
    for given in (lambda: options, lambda: pulumi.Output.from_input(options)):
        message, done = failure(
            lambda given=given: lib.Service("pods", {**WEB, "cluster": {**cluster, "options": given()}})
        )
        assert message == "cluster: options.bad is what scheduler 'fake' dislikes"
        assert done.of_type(JOB) == {}


def test_an_endpoint_that_becomes_known_is_held_to_what_the_scheduler_can(cluster: Any) -> None:
    rpc = pulumi.Output.from_input
    message, _ = failure(
        lambda: lib.Service(
            "app",
            {
                **WEB,
                "needs": ["rpc"],
                "endpoints": {"rpc": rpc({"service": "rpc", "protocol": "grpc"})},
                "cluster": cluster,
            },
        )
    )
    assert message.startswith("service 'app': needs 'rpc' over grpc is not possible with scheduler 'fake'")


@pytest.mark.parametrize(
    ("args", "lines"),
    [
        (None, ["service 'pods': must be a mapping, got None"]),
        ([], ["service 'pods': must be a mapping, got []"]),
        (WEB, ["service 'pods': cluster must be given"]),
        (
            {**WEB, "cluster": {}, "replicsa": 1},
            [
                "service 'pods': replicsa is not a known field, did you mean 'replicas'?",
                "cluster: address must be given",
                "cluster: domain must be given",
                "cluster: environment must be given",
                "cluster: scheduler must be given",
            ],
        ),
        ({**WEB, "cluster": "nomad"}, ["cluster: must be a mapping, got 'nomad'"]),
        ({**WEB, "cluster": ..., "endpoints": ["db"]}, ["service 'pods': endpoints must be a mapping, got ['db']"]),
        ({**WEB, "cluster": ..., "needs": ["db"]}, ["service 'pods': needs 'db', which nobody provides"]),
        (
            {**WEB, "cluster": ..., "env": {"PORT": "1"}},
            ["service 'pods': env.PORT clashes with the one set by the scheduler"],
        ),
        (
            {"command": ["a"], "port": 80, "cluster": ...},
            [
                "service 'pods': command is not possible with scheduler 'fake' (possible with: nomad)",
            ],
        ),
    ],
)
def test_bad_input_is_told_before_anything_is_registered(cluster: Any, args: Any, lines: list[str]) -> None:
    if isinstance(args, dict) and args.get("cluster") is ...:
        args = {**args, "cluster": cluster}
    message, done = failure(lambda: lib.Service("pods", args))
    assert message.splitlines() == lines
    assert done.resources == []


def test_a_scheduler_has_its_own_say(cluster: Any) -> None:
    message, done = failure(lambda: lib.Service("disliked", {**WEB, "cluster": cluster}))
    assert message == "service 'disliked': is a name that scheduler 'fake' dislikes"
    assert done.resources == []


def test_the_args_are_left_as_they_were(cluster: Any) -> None:
    args = {**WEB, "env": {"A": "1"}, "needs": ["db"], "endpoints": {"db": {"url": "http://x"}}, "cluster": cluster}
    before = repr(args)
    run(lambda: lib.Service("pods", args))
    assert repr(args) == before
