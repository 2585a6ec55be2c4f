"""A service's own token for Consul: its rules, what is refused, and what the engine is told."""

from typing import Any

import pulumi
import pytest

import foxden
from foxden.clouds.consul import Access, rules
from tests.mocks import UNKNOWN, Failed, Recorded, Secret, run

lib: Any = foxden

FUNCTION = "consul:index/getAclTokenSecretId:getAclTokenSecretId"
POLICY = "consul:index/aclPolicy:AclPolicy"
TOKEN = "consul:index/aclToken:AclToken"
PROVIDER = "pulumi:providers:consul"
CLUSTER: dict[str, Any] = {
    "scheduler": "kubernetes",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "https://10.0.0.1:6443",
    "discovery_address": "https://consul.example.com:8501",
    "discovery_token": "management",
}


def access(preview: bool = False, given: Any = CLUSTER, shared: bool = False, **args: Any) -> Recorded:
    """A program of one access, with or without a provider of the cluster's."""
    functions: Any = {
        FUNCTION: lambda asked: {"id": asked["accessorId"], "secretId": f"secret of {asked['accessorId']}"}
    }

    def program() -> None:
        opts = None
        if shared:
            facts = {key: value for key, value in given.items() if key not in ("environment", "domain")}
            cluster = lib.ExistingCluster("cluster", {**facts, "scheduler": "nomad"})
            opts = pulumi.ResourceOptions(providers=cluster.providers)
        made = lib.ConsulAccess("pods", {"cluster": given, "service": "pods", **args}, opts)
        pulumi.export("token", made.token)
        pulumi.export("endpoint", made.endpoint)

    def answer(kind: str, name: str, _inputs: Any) -> dict[str, Any]:
        return {TOKEN: {"id": "7"}, POLICY: {"name": f"{name}-1234567"}}.get(kind, {})

    return run(program, preview=preview, functions=functions, answer=answer)


def test_the_token_is_a_secret_and_has_one_policy() -> None:
    done = access(reads=["shared/"])
    policy, token = done.one(POLICY).inputs, done.one(TOKEN).inputs
    assert done.one(POLICY).name == "foxden-access-pods--demo" and "name" not in policy, "two can't have one name"
    assert policy["rules"] == 'key_prefix "shared/" {\n  policy = "read"\n}\n'
    assert token["policies"] == ["foxden-access-pods--demo-1234567"]
    assert done.exports["token"] == Secret("secret of 7")
    assert done.exports["endpoint"] == {"url": "https://consul.example.com:8501"}


def test_the_provider_is_made_of_the_connection_or_the_one_that_is_there() -> None:
    own = access().one(PROVIDER)
    assert (own.name, own.inputs["address"], own.inputs["scheme"]) == (
        "pods-consul",
        "consul.example.com:8501",
        "https",
    )
    assert own.inputs["token"] == Secret("management")
    assert [each.name for each in access(shared=True).providers if each.type == PROVIDER] == ["cluster-consul"]


def test_nothing_is_asked_for_before_it_is_there() -> None:
    assert access(preview=True).exports["token"] in (UNKNOWN, Secret(UNKNOWN))


def test_rules_are_what_was_said_and_no_more() -> None:
    assert rules(Access("pods", "demo")) == ""
    found = rules(
        Access(
            "pods",
            "demo",
            reads=("a/", "b"),
            writes=("a/", "c"),
            discovers=("rooms",),
            registers=("pods",),
            locks=True,
        )
    )
    lines = [line.removesuffix(" {") for line in found.splitlines() if line.endswith("{")]
    assert lines == [
        'key "b"',
        'key "c"',
        'key_prefix "a/"',
        'node_prefix ""',
        'service "pods"',
        'service "rooms"',
        'session_prefix ""',
    ]
    assert 'key_prefix "a/" {\n  policy = "write"' in found
    assert 'service "rooms" {\n  policy = "read"' in found
    assert rules(Access("pods", "demo", discovers=("*",))).count('prefix ""') == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"reads": ['a" {}']}, "consul access: reads[0] must be a key like 'foxden/pods/', got 'a\" {}'"),
        ({"writes": ["/a"]}, "consul access: writes[0] must be a key like 'foxden/pods/', got '/a'"),
        ({"registers": ["*"]}, "consul access: registers[0] must be a name in Consul, got '*'"),
        ({"service": "Pods"}, "consul access: service must be lower-case letters, digits and hyphens, a letter first"),
        ({"lock": True}, "consul access: lock is not a known field, did you mean 'locks'?"),
        (
            {"cluster": {key: value for key, value in CLUSTER.items() if not key.startswith("discovery")}},
            "cluster: discovery_address must be given: it is where Consul is",
        ),
    ],
)
def test_what_is_wrong_is_said(args: dict[str, Any], message: str) -> None:
    with pytest.raises(Failed) as caught:
        access(**{"given": args.pop("cluster", CLUSTER), **args})
    assert str(caught.value.error).startswith(message)
    assert caught.value.recorded.resources == []
