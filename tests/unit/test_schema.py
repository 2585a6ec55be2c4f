"""What a plugin host makes of the components: a schema, from nothing but types and docstrings."""

import inspect
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

import foxden
from tests.graph import graphs
from tests.mocks import Recorded, run

COMPONENTS = [
    kind
    for kind in (getattr(foxden, name) for name in foxden.__all__)
    if inspect.isclass(kind) and issubclass(kind, pulumi.ComponentResource)
]
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
