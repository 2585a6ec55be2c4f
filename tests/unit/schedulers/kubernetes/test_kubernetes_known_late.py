"""What a preview doesn't know yet, and what nobody but a provider may know."""

from typing import Any

import pulumi
import pytest

import foxden
from tests.mocks import Failed, Secret, reveal, run, unknown_output
from tests.unit.schedulers.kubernetes.test_kubernetes_resources import CLUSTER, DEPLOYMENT, SECRET, WEB, services

lib: Any = foxden


def test_what_is_called_after_content_that_is_not_known_yet_is_told_apart() -> None:
    """A preview refuses two resources of one name, whichever services they are of."""

    def late(**more: Any) -> dict[str, Any]:
        return {**WEB, "image": unknown_output(), **more}

    sets = {"release": {"strategy": "blue-green"}}
    jobs = {"kind": "job", "port": None}
    done = services(
        preview=True,
        web=lambda: late(**sets),
        api=lambda: late(**sets),
        load=lambda: late(**jobs),
        migrate=lambda: late(**jobs),
    )
    urns = [each.urn for each in done.resources]
    assert sorted(urns) == sorted(set(urns))
    assert len(done.of_type(DEPLOYMENT)) == len(done.of_type("kubernetes:batch/v1:Job")) == 2


def test_secrets_that_are_not_known_yet_are_told_apart() -> None:
    def program() -> None:
        values = {name: pulumi.Output.secret(unknown_output()) for name in ("key", "team/key")}
        lib.Environment("environment", {"cluster": CLUSTER, "secrets": values})

    urns = [each.urn for each in run(program, preview=True).resources if each.type == SECRET]
    assert len(urns) == len(set(urns)) == 4


@pytest.mark.parametrize("value", [5, None, "key-\udc80"])
def test_a_secret_that_turns_out_to_be_no_text_is_told_and_not_repeated(value: Any) -> None:
    def program() -> None:
        lib.Environment("environment", {"cluster": CLUSTER, "secrets": {"key": pulumi.Output.from_input(value)}})

    with pytest.raises(Failed) as caught:
        run(program)
    assert isinstance(caught.value.__cause__, foxden.InvalidInput)
    assert str(caught.value) == "environment: secrets.key must be a text that UTF-8 can hold"


@pytest.mark.parametrize("options", [{"quota_pods": "40"}, {"container_max_cpu": "2"}, None])
def test_nobody_waits_for_a_quota_that_bounds_nothing(options: Any) -> None:
    """The official plugin waits until its bounds are in force, and takes none for not yet; None is known late."""

    def program() -> None:
        late = pulumi.Output.from_input({"cluster_domain": "c.example"})
        lib.Environment("environment", {"cluster": {**CLUSTER, "options": late if options is None else options}})

    quota = run(program).one("kubernetes:core/v1:ResourceQuota").inputs
    waits = quota["metadata"].get("annotations", {}).get("pulumi.com/skipAwait") != "true"
    assert waits == bool(quota["spec"]["hard"])


@pytest.mark.parametrize("preview", [True, False])
def test_the_text_of_a_kubeconfig_may_be_a_secret(preview: bool) -> None:
    """It holds a credential, and nothing but the provider reads it."""

    def program() -> None:
        cluster = {**CLUSTER, "options": {"kubeconfig": pulumi.Output.secret("{}"), "cluster_domain": "c.example"}}
        lib.Environment("environment", {"cluster": cluster})
        lib.Ingress("ingress", {"cluster": cluster})
        lib.Services("services", {"cluster": cluster, "services": {"pods": {**WEB, "routes": [{}]}}})

    done = run(program, preview=preview)
    for each in done.resources:
        if each in done.providers:
            assert reveal(each.inputs["kubeconfig"]) == "{}" and isinstance(each.inputs["kubeconfig"], Secret)
        elif each.custom:
            assert not isinstance(each.inputs["metadata"], Secret)
            assert not isinstance(each.inputs.get("spec"), Secret)
