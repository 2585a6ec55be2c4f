"""Services that are still bound to Consul, on Nomad with its own and on Kubernetes with one elsewhere."""

from typing import Any

import pytest

from local import stackfiles
from stacks import dev
from stacks.settings import Settings
from tests.graph.environments import FUNCTIONS, KEPT, answer, settings
from tests.mocks import Failed, Recorded, Secret, run

TOKEN, POLICY = "consul:index/aclToken:AclToken", "consul:index/aclPolicy:AclPolicy"
ELSEWHERE = {
    "discovery_address": "https://consul.example:8501",
    "discovery_token_reference": "aws-ssm:/foxden/dev/operators/consul-token",
    "ca_reference": "aws-ssm:/foxden/dev/shared/ca",
}


def bound(base: str, **more: Any) -> Settings:
    """An environment whose pods read and write keys."""
    services = dict(stackfiles.values(base)["services"])
    services["pods"] = {**services["pods"], "consul": {"writes": ["foxden/pods/"]}}
    return settings(base, base, services=services, wait=False, **more)


def up(chosen: Settings) -> Recorded:
    """Compose it."""
    secret = {"consul:index/getAclTokenSecretId:getAclTokenSecretId": lambda _: {"secretId": "token-of-pods"}}
    return run(lambda: dev.compose(chosen), stack=chosen.environment, answer=answer, functions={**FUNCTIONS, **secret})


def test_on_nomad_it_is_the_clusters_own() -> None:
    done = up(bound("dev"))
    assert done.one(POLICY).inputs["rules"] == 'key_prefix "foxden/pods/" {\n  policy = "write"\n}\n'
    assert done.by_urn(done.one(TOKEN).provider).name == "dev-consul"
    job = str(done.of_type("nomad:index/job:Job")["pods"].inputs)
    assert "CONSUL_HTTP_TOKEN" in job and "CONSUL_URL" in job and "token-of-pods" not in job
    kept = [each.inputs["items"] for each in done.of_type("nomad:index/variable:Variable").values()]
    assert Secret({"value": "token-of-pods"}) in kept
    assert "CONSUL_HTTP_TOKEN" not in str(done.of_type("nomad:index/job:Job")["meeting-router"].inputs)


def test_on_kubernetes_it_is_elsewhere() -> None:
    done = up(bound("qa", consul=ELSEWHERE))
    provider = done.by_urn(done.one(TOKEN).provider)
    assert (provider.name, provider.inputs["address"]) == ("pods-consul-consul", "consul.example:8501")
    assert provider.inputs["token"] == Secret(KEPT["/foxden/dev/operators/consul-token"])
    pods = str(done.of_type("kubernetes:apps/v1:Deployment")["pods"].inputs)
    assert "CONSUL_HTTP_TOKEN" in pods and "https://consul.example:8501" in pods and "token-of-pods" not in pods


def test_the_clusters_authority_and_credentials_are_not_for_a_consul_elsewhere() -> None:
    done = up(bound("qa", consul={"discovery_address": "https://consul.example:8501"}))
    provider = done.by_urn(done.one(TOKEN).provider)
    assert provider.inputs["address"] == "consul.example:8501" and not {"caPem", "token"} & provider.inputs.keys()


def test_the_environment_may_say_by_which_address_services_find_it() -> None:
    endpoints = {"consul": {"url": "https://inside.example:8501"}}
    done = up(bound("qa", consul=ELSEWHERE, endpoints=endpoints))
    assert done.by_urn(done.one(TOKEN).provider).inputs["address"] == "consul.example:8501"
    pods = str(done.of_type("kubernetes:apps/v1:Deployment")["pods"].inputs)
    assert "https://inside.example:8501" in pods and "consul.example" not in pods


def test_without_any_consul_it_is_said() -> None:
    with pytest.raises(Failed, match="discovery_address must be given: it is where Consul is"):
        up(bound("qa"))


def test_what_it_does_there_is_a_mapping() -> None:
    services = {**stackfiles.values("dev")["services"], "pods": {"version": "1", "consul": "yes"}}
    with pytest.raises(Failed, match="service 'pods': consul must be a mapping, got 'yes'"):
        up(settings(services=services, wait=False))
