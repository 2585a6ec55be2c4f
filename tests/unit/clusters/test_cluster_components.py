"""``Environment``, ``Ingress`` and ``ExistingCluster``, on a scheduler of the tests' own."""

from typing import Any

import pulumi
import pytest

import foxden
from foxden.connection import Connection, shared_connection
from foxden.service.prepare import known_connection
from tests.fake_scheduler import INGRESS, NAMESPACE
from tests.mocks import UNKNOWN, Failed, Secret, reveal, run, unknown_output

lib: Any = foxden
"""The library without its types: what is given here a type checker would refuse, or not understand."""

REFERENCE_RULE = "must be like 'aws-ssm:/path', with one of aws-ssm in front"
API_RULE = "must be like 'https://host:port'"
SECRET_RULE = "must be the name of a secret: up to 100 lower-case letters, digits and single '-' and '/' between"


def refused(program: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        run(program)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


def existing(cluster: Any, **changed: Any) -> Any:
    """The args of an ``ExistingCluster``."""
    facts = {key: value for key, value in cluster.items() if key not in ("environment", "domain")}
    return {**facts, **changed}


# Environment


def test_an_environment_is_a_namespace_of_its_name(cluster: Any) -> None:
    done = run(lambda: lib.Environment("environment", {"cluster": cluster, "notes": {"owner": "ana", "x": None}}))
    environment, namespace = done.one("foxden:index:Environment"), done.one(NAMESPACE)
    assert (namespace.name, namespace.parent) == ("demo", environment.urn)
    assert namespace.inputs == {"secrets": {}, "notes": {"owner": "ana"}}
    assert environment.outputs == {"name": "demo", "secret_versions": {}}
    assert done.by_urn(namespace.provider).name == "environment-fake"
    assert {each.parent for each in done.providers} == {environment.urn}


def test_secrets_of_an_environment_are_secret_whether_marked_or_not(cluster: Any) -> None:
    def program() -> None:
        secrets = {"a": "hush", "b/c": pulumi.Output.secret("shush"), "d": pulumi.Output.from_input("tush")}
        lib.Environment("environment", {"cluster": cluster, "secrets": secrets})

    done = run(program)
    assert done.one(NAMESPACE).inputs["secrets"] == {"a": Secret("hush"), "b/c": Secret("shush"), "d": Secret("tush")}
    assert done.one("foxden:index:Environment").inputs == {}


def test_versions_of_secrets_are_told_and_no_secrets(cluster: Any) -> None:
    def program() -> None:
        environment = lib.Environment("environment", {"cluster": cluster, "secrets": {"a": "hush", "b/c": "shush"}})
        pulumi.export("versions", environment.secret_versions)

    assert run(program).exports["versions"] == {"a": "4", "b/c": "5"}


def test_an_environment_depends_on_what_it_is_told(cluster: Any) -> None:
    def program() -> None:
        first = pulumi.CustomResource("test:index:Thing", "thing", {})
        lib.Environment("environment", {"cluster": cluster}, pulumi.ResourceOptions(depends_on=[first]))

    done = run(program)
    assert done.one(NAMESPACE).depends_on == {done.one("test:index:Thing").urn}


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"secrets": ["key"]}, "environment: secrets must be a mapping, got ['key']"),
        ({"secrets": {"API KEY": "hush"}}, f"environment: secrets.API KEY {SECRET_RULE}"),
        ({"secrets": {"key": None}}, "environment: secrets.key must be a text"),
        ({"secrets": {"key": 12345}}, "environment: secrets.key must be a text"),
        ({"secrets": {"key": b"hush"}}, "environment: secrets.key must be a text"),
        ({"secrets": {"key": {"value": "hush"}}}, "environment: secrets.key must be a text"),
        ({"notes": "mine"}, "environment: notes must be a mapping, got 'mine'"),
        ({"notes": {"owner": 5}}, "environment: notes.owner must be a text, got 5"),
        ({"note": {}}, "environment: note is not a known field, did you mean 'notes'?"),
        ({"cluster": None}, "environment: cluster must be given"),
    ],
)
def test_bad_args_of_an_environment(cluster: Any, args: Any, line: str) -> None:
    lines = refused(lambda: lib.Environment("environment", {"cluster": cluster, **args}))
    assert lines == [line]
    assert "hush" not in line and "12345" not in line


def test_an_environment_without_args(cluster: Any) -> None:
    assert refused(lambda: lib.Environment("e", None)) == ["environment: must be a mapping, got None"]


# The connection


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            {"environment": "Demo"},
            "environment must be lower-case letters, digits and hyphens, a letter first and no hyphen last, got 'Demo'",
        ),
        ({"environment": "a--b"}, "environment must not hold '--', got 'a--b'"),
        ({"environment": "e" * 21}, "environment must have at most 20 characters, got 21"),
        ({"environment": ""}, "environment must be a text that is not empty, got ''"),
        ({"environment": 5}, "environment must be a text, got 5"),
        ({"scheduler": "nomd"}, "scheduler must be one of fake, kubernetes, nomad, got 'nomd', did you mean 'nomad'?"),
        ({"scheduler": ["nomad"]}, "scheduler must be a text, got ['nomad']"),
        ({"scheduler": None}, "scheduler must be given"),
        ({"domain": "Foxden"}, "domain must be a host name in lower case, got 'Foxden'"),
        ({"domain": "foxden.localhost."}, "domain must be a host name in lower case, got 'foxden.localhost.'"),
        ({"domain": "http://x"}, "domain must be a host name in lower case, got 'http://x'"),
        ({"address": "127.0.0.1:4646"}, f"address {API_RULE}, got '127.0.0.1:4646'"),
        ({"address": "https://"}, f"address {API_RULE}, got 'https://'"),
        ({"address": ""}, "address must be a text that is not empty, got ''"),
        ({"discovery_address": "consul"}, f"discovery_address {API_RULE}, got 'consul'"),
        ({"token": 12345}, "token must be a text"),
        ({"discovery_token": ["hush"]}, "discovery_token must be a text"),
        ({"ingress_scheme": "htpp"}, "ingress_scheme must be http or https, got 'htpp'"),
        ({"ingress_port": 0}, "ingress_port must be from 1 to 65535, got 0"),
        ({"ingress_port": "80"}, "ingress_port must be a whole number, got '80'"),
        ({"options": ["x"]}, "options must be a mapping, got ['x']"),
        ({"options": {"core_mhz": 5}}, "options.core_mhz must be a text, got 5"),
        ({"ca": "/etc/ssl/ca.pem"}, "ca must be a certificate as PEM text, got '/etc/ssl/ca.pem'"),
        ({"ca": 5}, "ca must be a text, got 5"),
        ({"ca_reference": "/foxden/ca"}, f"ca_reference {REFERENCE_RULE}, got '/foxden/ca'"),
        ({"token": None, "token_reference": "ssm:/a"}, f"token_reference {REFERENCE_RULE}, got 'ssm:/a'"),
        ({"token_reference": "aws-ssm:/a"}, "token must not be given beside token_reference"),
        ({"tokn": "hush"}, "tokn is not a known field, did you mean 'token'?"),
    ],
)
def test_bad_connections(cluster: Any, changed: Any, line: str) -> None:
    lines = refused(lambda: lib.Ingress("ingress", {"cluster": {**cluster, **changed}}))
    assert lines == [f"cluster: {line}"]


def test_a_connection_that_is_an_output_is_sent_to_the_right_place(cluster: Any) -> None:
    line = "cluster: must be a plain value, got an output: see foxden.shared_connection"
    assert refused(lambda: lib.Ingress("ingress", {"cluster": pulumi.Output.from_input(cluster)})) == [line]


def test_what_must_be_known_of_a_connection(cluster: Any) -> None:
    lines = refused(lambda: lib.Ingress("i", {"cluster": {**cluster, "environment": pulumi.Output.from_input("a")}}))
    assert lines == ["cluster: environment must be a plain value, got an output of a resource"]


def test_a_known_connection() -> None:
    least = {"scheduler": "fake", "environment": "demo", "domain": "d", "address": "http://a"}
    assert known_connection(least) == Connection("fake", "demo", "d", "http://a", None, "https", 443, {})
    assert known_connection({**least, "ingress_scheme": "http"}).ingress_port == 80
    assert known_connection({**least, "options": None, "discovery_address": None}) == known_connection(least)
    assert known_connection({**least, "options": {"a": "b"}}).options == {"a": "b"}


@pytest.mark.parametrize(
    ("scheme", "port", "suffix"),
    [("http", 80, ""), ("https", 443, ""), ("http", 443, ":443"), ("https", 80, ":80"), ("http", 8080, ":8080")],
)
def test_a_url_names_the_port_where_it_is_not_the_schemes_own(scheme: str, port: int, suffix: str) -> None:
    assert Connection("s", "e", "d", "a", None, scheme, port).ingress_authority_suffix == suffix


def test_a_shared_connection_has_plain_names_and_keeps_its_credentials_secret(cluster: Any) -> None:
    def program() -> None:
        shared = shared_connection(pulumi.Output.secret(cluster), "fake", "qa")
        assert (shared["scheduler"], shared["environment"]) == ("fake", "qa")
        assert shared.keys() == foxden.ConnectionArgs.__annotations__.keys()
        pulumi.export("shared", shared)

    assert run(program).exports["shared"] == {
        "scheduler": "fake",
        "environment": "qa",
        "domain": "demo.foxden.localhost",
        "address": "http://127.0.0.1:4646",
        "token": Secret("open-sesame"),
        "token_reference": None,
        "discovery_address": None,
        "discovery_token": Secret(None),
        "discovery_token_reference": None,
        "ca": None,
        "ca_reference": None,
        "ingress_scheme": "http",
        "ingress_port": 8080,
        "options": None,
    }


# Ingress


def test_an_ingress(cluster: Any) -> None:
    done = run(lambda: lib.Ingress("ingress", {"cluster": cluster}))
    ingress, job = done.one("foxden:index:Ingress"), done.one(INGRESS)
    assert job.parent == ingress.urn
    assert job.inputs == {"domain": "demo.foxden.localhost"}
    assert ingress.outputs == {"url": "http://demo.foxden.localhost:8080/"}


def test_an_ingress_of_a_cluster_that_is_not_there_yet(cluster: Any) -> None:
    def program() -> None:
        lib.Ingress("ingress", {"cluster": {**cluster, "domain": unknown_output()}})

    done = run(program, preview=True)
    assert done.one(INGRESS).inputs == {"domain": UNKNOWN}
    assert done.one("foxden:index:Ingress").outputs == {"url": UNKNOWN}


def test_unknown_args_of_an_ingress(cluster: Any) -> None:
    lines = refused(lambda: lib.Ingress("ingress", {"cluster": cluster, "port": 80}))
    assert lines == ["ingress: port is not a known field"]


# ExistingCluster


def test_an_existing_cluster_has_providers_and_creates_nothing_else(cluster: Any) -> None:
    done = run(lambda: lib.ExistingCluster("cluster", existing(cluster)))
    component = done.one("foxden:index:ExistingCluster")
    assert component.outputs == {"address": "http://127.0.0.1:4646"}
    assert [(each.name, each.parent) for each in done.providers] == [
        ("cluster-fake", component.urn),
        ("cluster-other", component.urn),
    ]
    assert len(done.resources) == 3


def test_credentials_of_an_existing_cluster_are_secret_whether_marked_or_not(cluster: Any) -> None:
    def program() -> None:
        args = existing(cluster, discovery_token="hush", options={"a": "b"})
        pulumi.export("connection", lib.ExistingCluster("cluster", args).connection("qa", "qa.example.com"))

    done = run(program)
    assert done.exports["connection"] == {
        **cluster,
        "environment": "qa",
        "domain": "qa.example.com",
        "token": Secret("open-sesame"),
        "discovery_token": Secret("hush"),
        "options": {"a": "b"},
    }
    assert {each.inputs["token"] for each in done.providers} == {Secret("open-sesame")}
    assert "open-sesame" not in str([each.inputs for each in done.resources if each not in done.providers])


def test_an_existing_cluster_without_credentials(cluster: Any) -> None:
    def program() -> None:
        args = existing(cluster, token=None)
        pulumi.export("connection", lib.ExistingCluster("cluster", args).connection("qa", "qa.example.com"))

    assert reveal(run(program).exports["connection"])["token"] is None


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({"address": None}, ["cluster: address must be given"]),
        (
            {"scheduler": "nomd"},
            ["cluster: scheduler must be one of fake, kubernetes, nomad, got 'nomd', did you mean 'nomad'?"],
        ),
        ({"domain": "d"}, ["cluster: domain is not a known field"]),
        (
            {"adress": "x", "ingress_port": -1},
            [
                "cluster: adress is not a known field, did you mean 'address'?",
                "cluster: ingress_port must be from 1 to 65535, got -1",
            ],
        ),
    ],
)
def test_bad_args_of_an_existing_cluster(cluster: Any, changed: Any, lines: list[str]) -> None:
    assert refused(lambda: lib.ExistingCluster("cluster", existing(cluster, **changed))) == lines
