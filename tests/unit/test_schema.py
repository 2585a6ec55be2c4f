"""What a plugin host makes of the components: a schema, from nothing but types and docstrings."""

import inspect
import json
from enum import StrEnum
from typing import Any, is_typeddict

import pulumi
import pytest
from pulumi.errors import InputPropertiesError
from pulumi.provider.experimental.analyzer import Analyzer

import foxden
from foxden.plugin import Host, components
from local.commands.schema import FILE
from tests.graph import graphs
from tests.mocks import Recorded, run

COMPONENTS = components()
NEVER_GIVEN = {foxden.InvalidInput, foxden.Problem, foxden.HealthCheck}
"""Public, and no part of any description."""
WEB: dict[str, Any] = {"image": "a:1", "port": 80, "routes": [{"host": "a"}]}

NETWORK: dict[str, Any] = {
    "cloud": "aws",
    "id": "vpc-1",
    "cidr": "10.20.0.0/16",
    "zones": {
        f"eu-central-1{letter}": {"private": f"subnet-{letter}", "public": f"subnet-{letter}"} for letter in "ab"
    },
}
FUNCTIONS = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {"accountId": "123456789012"},
    "consul:index/getAclTokenSecretId:getAclTokenSecretId": lambda _: {"secretId": "x"},
}


def answer(kind: str, _name: str, _inputs: Any) -> dict[str, Any]:
    """What Amazon adds."""
    proof = {"resourceRecordName": "a", "resourceRecordType": "CNAME", "resourceRecordValue": "b"}
    own = {"domainValidationOptions": [proof]} if kind == "aws:acm/certificate:Certificate" else {}
    return {
        **own,
        "arn": "arn:aws:x:eu-central-1:123456789012:y/z",
        "dnsName": "alb.example",
        "zoneId": "Z1",
        "latestVersion": 1,
    }


def test_all_components_have_one_schema_together() -> None:
    found = Analyzer("foxden").analyze(COMPONENTS)
    assert len(COMPONENTS) >= 5
    assert found["component_definitions"].keys() == {component.__name__ for component in COMPONENTS}
    assert found["type_definitions"].keys() >= {"HealthArgs", "ConnectionArgs", "ServiceDescription", "ServiceKind"}


@pytest.mark.parametrize("component", COMPONENTS)
def test_everything_in_the_schema_is_described(component: type[pulumi.ComponentResource]) -> None:
    found = Analyzer("foxden").analyze([component])
    silent = [f"{name}" for name, entry in found["component_definitions"].items() if not entry.description]
    for name, entry in found["component_definitions"].items():
        silent += [f"{name}.{key}" for key, value in entry.outputs.items() if not value.description]
    for kind, form in found["type_definitions"].items():
        silent += [kind] if not form.description else []
        silent += [f"{kind}.{value.name}" for value in form.enum or () if not value.description]
    assert silent == []


@pytest.fixture(scope="module")
def hosted() -> dict[str, Any]:
    """The schema as the plugin gives it out."""
    found: dict[str, Any] = json.loads(Host().schema or "")
    return found


def test_the_schema_is_the_committed_one(hosted: dict[str, Any]) -> None:
    committed = json.loads(FILE.read_text())
    for part in ("version", "resources", "types"):
        assert _without_gaps(hosted[part]) == _without_gaps(committed[part]), "run 'make schema' and look at its diff"


def _without_gaps(value: Any) -> Any:
    """The engine leaves out what is empty."""
    if isinstance(value, dict):
        items = {key: _without_gaps(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item not in (None, [], {})}
    return value


def test_every_public_component_type_and_field_is_in_the_schema_and_described() -> None:
    committed = json.loads(FILE.read_text())
    args = {inspect.signature(kind.__init__).parameters["args"].annotation for kind in COMPONENTS}
    public = {getattr(foxden, name) for name in foxden.__all__ if name[0].isupper()} - args - NEVER_GIVEN
    forms = {kind for kind in public if is_typeddict(kind) or issubclass(kind, StrEnum)}
    assert set(committed["resources"]) == {f"foxden:index:{kind.__name__}" for kind in COMPONENTS}
    assert set(committed["types"]) == {f"foxden:index:{kind.__name__}" for kind in forms}
    entries = {**committed["resources"], **committed["types"]}
    fields = {
        f"{entry}.{name}": field
        for entry, found in entries.items()
        for part in ("inputProperties", "properties")
        for name, field in found.get(part, {}).items()
    }
    choices = {f"{entry}.{one['name']}": one for entry, found in entries.items() for one in found.get("enum", [])}
    assert [name for name, one in (entries | fields | choices).items() if not one.get("description")] == []


def test_fields_that_args_inherit_keep_their_description(hosted: dict[str, Any]) -> None:
    given = hosted["resources"]["foxden:index:Service"]["inputProperties"]
    assert given["needs"] == hosted["types"]["foxden:index:ServiceDescription"]["properties"]["needs"]


def test_a_component_of_another_language_is_told_all_that_is_wrong(cluster: Any) -> None:
    args = {"image": "a:1", "port": 80.0, "replicas": -1.0, "health": {"path": "health"}, "cluster": cluster}
    with pytest.raises(InputPropertiesError) as told:
        Host().construct("pods", "foxden:index:Service", args)
    assert told.value.message.splitlines() == [
        "service 'pods': health.path must begin with '/', got 'health'",
        "service 'pods': replicas must be from 0 to 1000, got -1.0",
    ]


def existing(cluster: Any) -> dict[str, Any]:
    """The args of an ``ExistingCluster``."""
    return {key: value for key, value in cluster.items() if key not in ("environment", "domain")}


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_output_of_the_schema_is_registered_and_no_other(component: Any, cluster: Any) -> None:
    args = {
        "Service": {**WEB, "cluster": cluster},
        "Services": {"cluster": cluster, "services": {"pods": WEB}},
        "Environment": {"cluster": cluster},
        "Ingress": {"cluster": cluster},
        "ClusterServices": {"cluster": cluster, "coredns": {}},
        "ExistingCluster": existing(cluster),
        "Balancer": {
            "network": NETWORK,
            "workers_security_group": "sg-1",
            "domain": "foxden.example",
            "zone": "Z1",
        },
        "BalancerDomain": {
            "balancer": {"cloud": "aws", "listener": "l", "zone": "z", "address": "a", "address_zone": "y"},
            "domain": "demo.foxden.example",
        },
        "ConsulAccess": {"cluster": {**cluster, "discovery_address": "http://127.0.0.1:8500"}, "service": "pods"},
        "Bucket": {"cloud": "aws", "purpose": "snapshots"},
        "PrivateZone": {"network": NETWORK, "domain": "foxden.internal"},
        "RegistryAuth": {"kind": "ghcr", "repositories": ["pods"]},
        "Network": graphs.NETWORK,
        "ExistingNetwork": graphs.SITE,
        "CoreCluster": {**graphs.CORE, "network": graphs.SITE},
        "WorkerPool": {"image": graphs.IMAGE, "cluster": {**graphs.FACTS, "pools": ["pods"]}},
    }[component.__name__]
    done: Recorded = run(lambda: component("pods", args), answer=answer, functions=FUNCTIONS)
    definition = Analyzer("foxden").analyze([component])["component_definitions"][component.__name__]
    registered = done.one(f"foxden:index:{component.__name__}").outputs or {}
    assert set(registered) == set(definition.outputs_mapping.values())
