"""The local environment as a whole: what `pulumi up` is asked to make."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pulumi
import pytest

import stacks
from local import secrets
from local.paths import cluster_file
from local.stackfiles import stack_file
from stacks import local
from stacks.services import SERVICES
from stacks.settings import Settings
from tests.local_cluster import CLUSTER, put_on_paper
from tests.mocks import Failed, Recorded, Secret, reveal, run, without_secrets
from tests.policies.judging import judged

JOB, VARIABLE, NAMESPACE = "nomad:index/job:Job", "nomad:index/variable:Variable", "nomad:index/namespace:Namespace"
LOCAL = Settings("local", "local", "foxden.localhost")
DEMO = Settings("demo", "local", "demo.foxden.localhost", notes={"owner": "ana"})


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cluster that was started and services that were built, on paper."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path))
    put_on_paper(tmp_path)
    return tmp_path


def up(settings: Settings = LOCAL) -> Recorded:
    """Compose an environment."""
    token = {"consul:index/getAclTokenSecretId:getAclTokenSecretId": lambda _: {"secretId": "token-of-pods"}}
    return run(lambda: local.compose(settings), stack=settings.environment, functions=token)


def message_of(settings: Settings = LOCAL) -> str:
    """What is said when it can't be composed."""
    with pytest.raises(Failed) as caught:
        up(settings)
    assert isinstance(caught.value.error, pulumi.RunError), caught.value.error
    return str(caught.value)


def jobspec(done: Recorded, name: str) -> Any:
    """The job as Nomad is told it."""
    return json.loads(done.of_type(JOB)[name].inputs["jobspec"])


def test_the_whole_environment() -> None:
    done = up()
    assert set(done.of_type(JOB)) >= set(SERVICES)
    assert set(done.of_type(NAMESPACE)) == {"local"}
    assert len(done.of_type("foxden:index:Ingress")) == 1
    assert done.exports["urls"] == {
        "pods": None,
        "meeting-router": "http://api.foxden.localhost:8080/meetings",
        "ionic-apps": "http://app.foxden.localhost:8080/",
    }
    assert done.exports["versions"] == {name: f"{name}-1" for name in SERVICES}
    assert done.exports["dashboards"] == dict(CLUSTER.dashboards)
    assert len(done.providers) == 2
    assert {done.by_urn(each.provider) in done.providers for each in done.resources if each.provider} == {True}


def test_every_resource_is_managed_by_the_clusters_own_providers() -> None:
    custom = [each for each in up().resources if each.custom and not each.type.startswith("pulumi:providers:")]
    assert all(each.provider for each in custom)


def test_services_come_after_their_environment() -> None:
    done = up()
    environment = {each.urn for each in done.resources if each.type in (NAMESPACE, VARIABLE)}
    assert environment
    for name in SERVICES:
        assert environment <= done.of_type(JOB)[name].depends_on


def test_another_environment_on_the_same_cluster_has_no_ingress_of_its_own() -> None:
    done = up(DEMO)
    assert done.of_type("foxden:index:Ingress") == {}
    assert set(done.of_type(JOB)) == set(SERVICES)
    assert done.one(NAMESPACE).name == "demo"
    assert done.one(NAMESPACE).inputs["meta"] == {"owner": "ana"}
    assert done.exports["urls"]["ionic-apps"] == "http://app.demo.foxden.localhost:8080/"
    assert jobspec(done, "pods")["Namespace"] == "demo"


def test_no_credential_and_no_secret_is_plain_anywhere() -> None:
    done = up()
    (variable,) = done.of_type(VARIABLE).values()
    value = reveal(variable.inputs["items"])["value"]
    assert isinstance(variable.inputs["items"], Secret)
    assert len(value) > 30
    for hidden in (CLUSTER.token, CLUSTER.discovery_token, value):
        for each in done.resources:
            assert hidden not in str(without_secrets([each.inputs, each.outputs])), each.urn
        assert hidden not in str(without_secrets(done.exports))


def test_secrets_are_the_same_the_next_time_and_others_elsewhere() -> None:
    first, second, other = (reveal(up(each).one(VARIABLE).inputs["items"]) for each in (LOCAL, LOCAL, DEMO))
    assert first == second != other


def test_the_same_twice_is_the_same() -> None:
    first, second = up(), up()
    assert {each.urn: each.inputs for each in first.resources} == {each.urn: each.inputs for each in second.resources}


def test_the_connection_is_exported_whole_and_secret() -> None:
    exported = up(DEMO).exports["connection"]
    assert isinstance(exported, Secret)
    assert reveal(exported) == {**CLUSTER.connection(), "environment": "demo", "domain": "demo.foxden.localhost"}


def test_an_environment_may_run_another_image_than_the_one_that_was_built() -> None:
    own = {"pods": {"image": "registry.example.com/pods:9", "replicas": 1}}
    done = up(Settings("local", "local", "foxden.localhost", overrides=own))
    assert done.exports["versions"]["pods"] == "9"
    assert jobspec(done, "pods")["TaskGroups"][0]["Count"] == 1


def test_what_is_needed_from_outside_comes_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVICES["pods"], "needs", ["db"])
    assert message_of() == "service 'pods': needs 'db', which nobody provides"
    settings = Settings("local", "local", "foxden.localhost", endpoints={"db": {"url": "postgres://db.example.com/x"}})
    assert "postgres://db.example.com/x" in up(settings).of_type(JOB)["pods"].inputs["jobspec"]


def test_nothing_was_built(state: Path) -> None:
    file = state / "artifacts.json"
    remedy = "run 'make up'; each takes examples/apps/<its name>/app.py, or an image or a command of its own"
    file.write_text(json.dumps({"pods": {"version": "1", "command": ["x"]}}))
    assert message_of() == f"nothing was built for meeting-router, ionic-apps (see {file}): {remedy}"
    file.unlink()
    assert message_of() == f"nothing was built for pods, meeting-router, ionic-apps (see {file}): {remedy}"
    file.write_text("{")
    assert message_of().startswith(f"cannot read {file} (Expecting property name")


def test_the_cluster_was_not_started() -> None:
    cluster_file().unlink()
    assert message_of() == "the local cluster was not started: run 'make up'"
    cluster_file().write_text(json.dumps({**asdict(CLUSTER), "more": 1}))
    assert "is of another version of this checkout" in message_of()


def test_secrets_that_cannot_be_kept_are_said_without_a_traceback(state: Path) -> None:
    (state / "secrets").write_text("in the way")
    assert "secrets" in message_of()


def test_bad_secret_names_are_left_for_the_service_to_refuse(state: Path) -> None:
    own: dict[str, dict[str, Any]] = {"pods": {"secrets": {"A": "No Name", "B": 5}}, "ionic-apps": {"secrets": ["x"]}}
    lines = message_of(Settings("local", "local", "foxden.localhost", overrides=own)).splitlines()
    assert [line.split(" must")[0] for line in lines] == [
        "service 'pods': secrets.A",
        "service 'pods': secrets.B",
        "service 'ionic-apps': secrets",
    ]


@pytest.mark.parametrize("environment", ["local", "demo", "elsewhere"])
def test_the_stack_decides_who_composes(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Settings] = []
    base = "somewhere" if environment == "elsewhere" else "local"
    monkeypatch.setattr(stacks, "read_settings", lambda name: Settings(name, base, f"{name}.localhost"))
    monkeypatch.setattr(stacks, "ENVIRONMENTS", {"local": found.append})
    if base == "local":
        run(stacks.main, stack=environment)
        assert [each.environment for each in found] == [environment]
    else:
        with pytest.raises(Failed) as caught:
            run(stacks.main, stack=environment)
        assert isinstance(caught.value.error, pulumi.RunError)
        assert str(caught.value) == (
            "environment 'elsewhere': is none of local and inherits from none of them; "
            f"set foxden:inherits in {stack_file('elsewhere').name}"
        )


@pytest.mark.parametrize("settings", [LOCAL, DEMO], ids=lambda settings: settings.environment)
def test_the_policies_have_nothing_against_it(settings: Settings) -> None:
    report = judged(up(settings), "local")
    assert (report.violations, report.column) == ((), "local")


def test_a_consul_elsewhere_is_reached_with_a_token_that_this_machine_keeps() -> None:
    there = {"discovery_address": "http://127.0.0.1:9500", "discovery_token_reference": "local:/consul-token"}
    own = {"pods": {"consul": {"writes": ["foxden/pods/"]}}}
    settings = Settings("local", "local", "foxden.localhost", overrides=own, consul=there)
    assert message_of(settings).startswith("environment 'local' has no secret 'consul-token'")
    secrets.store("local", "consul-token", "hush-4711")
    done = up(settings)
    [elsewhere] = [each for each in done.providers if each.name == "pods-consul-consul"]
    assert elsewhere.inputs["token"] == Secret("hush-4711") and elsewhere.inputs["address"] == "127.0.0.1:9500"


def test_a_service_that_moved_is_needed_where_it_is_now() -> None:
    moved = {"pods": {"url": "https://pods.example.com"}}
    done = up(Settings("local", "local", "foxden.localhost", endpoints=moved))
    assert "pods" not in done.of_type(JOB)
    assert "https://pods.example.com" in done.of_type(JOB)["meeting-router"].inputs["jobspec"]
