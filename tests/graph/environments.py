"""Environments on AWS as the tests compose them, and what Amazon and Nomad would say of their resources."""

from collections.abc import Mapping
from typing import Any

from local import stackfiles
from stacks import dev
from stacks.services import SERVICES
from stacks.settings import Settings, parse_settings
from tests.mocks import Recorded, run

JOB, NAMESPACE = "nomad:index/job:Job", "nomad:index/namespace:Namespace"
VARIABLE = "nomad:index/variable:Variable"
POOL = "foxden:index:WorkerPool"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEPT = {
    "/foxden/qa/operators/kubernetes-token": "kubernetes-secret",
    "/foxden/qa/shared/ca": PEM,
    "/foxden/qa/secrets/pods-api-key": "pods-secret",
    "/foxden/prod/operators/kubernetes-token": "kubernetes-secret",
    "/foxden/prod/shared/ca": PEM,
    "/foxden/prod/secrets/pods-api-key": "pods-secret",
    "/foxden/dev/operators/nomad-token": "nomad-secret",
    "/foxden/dev/operators/consul-token": "consul-secret",
    "/foxden/dev/shared/ca": PEM,
    "/foxden/dev/secrets/pods-api-key": "pods-secret",
}
FUNCTIONS = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {"accountId": "123456789012"},
    "aws:ssm/getParameter:getParameter": lambda args: {"name": args["name"], "value": KEPT[args["name"]]},
    # Nothing runs yet.
    "aws:ssm/getParametersByPath:getParametersByPath": lambda args: {"names": [], "values": []},
}


def answer(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon and Nomad make of it."""
    arn = f"arn:aws:x:eu-central-1:123456789012:{kind.rpartition(':')[2]}/{name}"
    proof = {"resourceRecordName": "a", "resourceRecordType": "CNAME", "resourceRecordValue": "b"}
    made: dict[str, dict[str, Any]] = {
        "aws:ecr/repository:Repository": {"repositoryUrl": f"{HOST}/{inputs.get('name')}"},
        "aws:acm/certificate:Certificate": {"domainValidationOptions": [proof]},
        "aws:lb/loadBalancer:LoadBalancer": {"dnsName": "alb.example", "zoneId": "Z-ALB"},
        "aws:route53/zone:Zone": {"zoneId": "Z-NEW", "nameServers": ["ns1.example"]},
        "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
        JOB: {"modifyIndex": "7"},
    }
    return {
        "id": f"{kind.rpartition(':')[2]}-{name}",
        "arn": arn,
        "name": inputs.get("name", name),
        **made.get(kind, {}),
    }


def settings(environment: str = "dev", base: str = "dev", **changed: Any) -> Settings:
    """What the files of this repository choose, or what inherits from dev."""
    given = {**stackfiles.values(base), "servers": 3, **changed}
    return parse_settings(environment, base, given)


DEV = settings()
QA = settings("qa", "qa")
PROD = settings("prod", "prod")
DEMO = settings("demo", domain="demo.dev.foxden.example", inherits="dev", owner="ana", expires="2030-01-01T00:00:00Z")
EXPORTED = {
    "connection": {
        "scheduler": "nomad",
        "environment": "dev",
        "domain": "dev.foxden.example",
        "address": "https://127.0.0.1:14646",
        "discovery_address": "https://127.0.0.1:18501",
        "token_reference": "aws-ssm:/foxden/dev/operators/nomad-token",
        "discovery_token_reference": "aws-ssm:/foxden/dev/operators/consul-token",
        "ca_reference": "aws-ssm:/foxden/dev/shared/ca",
        "options": {"ingress_port": "8080"},
    },
    "balancer": {"cloud": "aws", "listener": "arn:l", "zone": "Z1", "address": "alb.example", "address_zone": "Z-ALB"},
    "repositories": {name: f"{HOST}/dev/{name}" for name in SERVICES},
}


def up(chosen: Settings = DEV, **given: Any) -> Recorded:
    """Compose an environment."""
    return run(
        lambda: dev.compose(chosen),
        stack=chosen.environment,
        answer=answer,
        functions=FUNCTIONS,
        stacks={"organization/foxden/dev": EXPORTED},
        **given,
    )
