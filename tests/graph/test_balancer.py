"""The way from the world to the workers."""

from collections.abc import Mapping
from typing import Any

import pytest

import foxden
from tests.mocks import UNKNOWN, Failed, Recorded, run, unknown_output

lib: Any = foxden

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
EXTRA = "aws:lb/listenerCertificate:ListenerCertificate"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
ZONE = "aws:route53/zone:Zone"

NETWORK: dict[str, Any] = {
    "cloud": "aws",
    "id": "vpc-1",
    "cidr": "10.20.0.0/16",
    "zones": {f"eu-central-1{x}": {"private": f"subnet-private-{x}", "public": f"subnet-public-{x}"} for x in "ab"},
}
ARGS: dict[str, Any] = {
    "network": NETWORK,
    "workers_security_group": "sg-workers",
    "domain": "dev.foxden.example",
    "zone": "Z1",
    "logs": "dev-access-logs-1",
    "tags": {"environment": "dev"},
}


def answer(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon makes of it."""
    made: dict[str, dict[str, Any]] = {
        BALANCER: {"arn": "arn:alb", "dnsName": "alb.example", "zoneId": "Z-ALB"},
        TARGETS: {"arn": "arn:targets"},
        LISTENER: {"arn": f"arn:listener-{inputs.get('port', 0):.0f}"},
        ZONE: {"zoneId": "Z-NEW", "nameServers": ["ns1.example", "ns2.example"]},
        RECORD: {"fqdn": str(inputs.get("name"))},
    }
    if kind == CERTIFICATE:
        proof = {"domainName": inputs["domainName"], "resourceRecordName": f"_a.{inputs['domainName']}"}
        options = [{**proof, "resourceRecordType": "CNAME", "resourceRecordValue": "_b.acm.example"}]
        return {"arn": "arn:certificate", "domainValidationOptions": options}
    return made.get(kind, {})


def balancer(args: Any = ARGS, **given: Any) -> Recorded:
    """A balancer with these args."""
    return run(lambda: lib.Balancer("dev", args() if callable(args) else args), answer=answer, **given)


def refused(program: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        run(program)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


def test_the_balancer() -> None:
    done = balancer()
    made = done.one(BALANCER).inputs
    assert made["subnets"] == ["subnet-public-a", "subnet-public-b"]
    assert made["dropInvalidHeaderFields"] is True
    assert made["enableDeletionProtection"] is True
    assert made["internal"] is False
    assert made["accessLogs"] == {"bucket": "dev-access-logs-1", "prefix": "dev", "enabled": True}
    assert made["tags"] == {"environment": "dev", "component": "balancer", "Name": "foxden-dev"}
    assert done.one("foxden:index:Balancer").outputs == {
        "target_group": "arn:targets",
        "security_group": done.one(BALANCER).inputs["securityGroups"][0],
        "address": "alb.example",
        "zone": "Z1",
        "name_servers": [],
    }


def test_who_may_talk_to_whom() -> None:
    done = balancer()
    own = done.one(BALANCER).inputs["securityGroups"][0]

    def told(kind: str) -> set[tuple[Any, ...]]:
        fields = ("securityGroupId", "cidrIpv4", "referencedSecurityGroupId", "ipProtocol", "fromPort", "toPort")
        return {tuple(each.inputs.get(field) for field in fields) for each in done.of_type(kind).values()}

    assert told(INGRESS) == {
        (own, "0.0.0.0/0", None, "tcp", 80, 80),
        (own, "0.0.0.0/0", None, "tcp", 443, 443),
        ("sg-workers", None, own, "tcp", 8080, 8080),
    }
    assert told(EGRESS) == {(own, None, "sg-workers", "tcp", 8080, 8080)}
    group = done.one(GROUP).inputs
    assert "ingress" not in group and "egress" not in group


def test_without_tls_one_is_only_told_where_there_is() -> None:
    listeners = balancer().of_type(LISTENER)
    (redirect,) = listeners["dev-http"].inputs["defaultActions"]
    assert redirect == {
        "type": "redirect",
        "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"},
    }
    secure = listeners["dev-https"].inputs
    assert (secure["port"], secure["protocol"]) == (443, "HTTPS")
    assert secure["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert secure["defaultActions"] == [{"type": "forward", "targetGroupArn": "arn:targets"}]


def test_the_certificate_is_proven_before_it_is_used() -> None:
    done = balancer()
    certificate = done.one(CERTIFICATE).inputs
    assert (certificate["domainName"], certificate["validationMethod"]) == ("dev.foxden.example", "DNS")
    assert certificate["subjectAlternativeNames"] == ["*.dev.foxden.example"]
    proof = done.one(RECORD, "dev-proof").inputs
    assert (proof["zoneId"], proof["type"], proof["records"]) == ("Z1", "CNAME", ["_b.acm.example"])
    assert done.one(VALIDATION).inputs["validationRecordFqdns"] == ["_a.dev.foxden.example"]
    assert done.one(VALIDATION).urn in done.one(LISTENER, "dev-https").depends_on


def test_the_domain_and_all_hosts_in_it_lead_to_the_balancer() -> None:
    records = balancer().of_type(RECORD)
    target = [{"name": "alb.example", "zoneId": "Z-ALB", "evaluateTargetHealth": False}]
    for name, host in (("dev-apex", "dev.foxden.example"), ("dev-hosts", "*.dev.foxden.example")):
        assert records[name].inputs == {"zoneId": "Z1", "name": host, "type": "A", "aliases": target}


def test_a_zone_is_made_where_there_is_none() -> None:
    done = balancer({key: value for key, value in ARGS.items() if key not in ("zone", "logs")})
    assert done.one(ZONE).inputs["name"] == "dev.foxden.example"
    assert done.one(ZONE).protect
    outputs = done.one("foxden:index:Balancer").outputs or {}
    assert (outputs["zone"], outputs["name_servers"]) == ("Z-NEW", ["ns1.example", "ns2.example"])
    assert "accessLogs" not in done.one(BALANCER).inputs


def test_what_can_be_taken_away() -> None:
    done = balancer({**{key: value for key, value in ARGS.items() if key != "zone"}, "protect": False})
    assert done.one(BALANCER).inputs["enableDeletionProtection"] is False
    assert not done.one(ZONE).protect


def test_workers_are_asked_whether_they_are_well_at_the_port_of_their_ingress() -> None:
    made = balancer({**ARGS, "ingress_port": 9090}).one(TARGETS).inputs
    assert (made["port"], made["protocol"], made["vpcId"]) == (9090, "HTTP", "vpc-1")
    assert made["healthCheck"]["matcher"] == "200,404"
    assert "name" not in made


def test_a_network_that_is_not_there_yet() -> None:
    def late() -> dict[str, Any]:
        zones = {zone: dict.fromkeys(("private", "public"), unknown_output()) for zone in NETWORK["zones"]}
        return {**ARGS, "network": {**NETWORK, "id": unknown_output(), "zones": zones}, "zone": unknown_output()}

    made = balancer(late, preview=True).one(BALANCER).inputs
    assert made["subnets"] in (UNKNOWN, [UNKNOWN, UNKNOWN])


def test_everything_belongs_to_the_component_and_has_tags() -> None:
    done = balancer()
    component = done.one("foxden:index:Balancer").urn
    custom = [each for each in done.resources if each.custom]
    assert {each.parent for each in custom} == {component}
    untagged = {each.type for each in custom if "tags" not in each.inputs}
    assert untagged == {RECORD, VALIDATION}


# Further domains

FACTS = {"cloud": "aws", "listener": "arn:l", "zone": "Z1", "address": "alb.example", "address_zone": "Z-ALB"}


def domain(args: Any) -> Recorded:
    """A further domain."""
    return run(lambda: lib.BalancerDomain("demo", args), answer=answer)


def test_a_further_domain_has_a_certificate_and_names_of_its_own() -> None:
    done = domain({"balancer": FACTS, "domain": "demo.dev.foxden.example"})
    extra = done.one(EXTRA)
    assert extra.inputs["listenerArn"] == "arn:l"
    assert done.one(VALIDATION).urn in extra.depends_on
    assert done.one(CERTIFICATE).inputs["domainName"] == "demo.dev.foxden.example"
    assert done.one(RECORD, "demo-hosts").inputs["name"] == "*.demo.dev.foxden.example"
    assert done.of_type(BALANCER) == {}


def test_a_balancers_facts_are_what_a_further_domain_takes() -> None:
    def program() -> None:
        first = lib.Balancer("dev", ARGS)
        lib.BalancerDomain("demo", {"balancer": first.facts, "domain": "demo.dev.foxden.example"})

    assert run(program, answer=answer).one(EXTRA).inputs["listenerArn"] == "arn:listener-443"


# What is refused


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"domain": None}, "domain must be given"),
        ({"domain": "Dev"}, "domain must be a host name in lower case, got 'Dev'"),
        ({"network": None}, "network must be given"),
        ({"workers_security_group": None}, "workers_security_group must be given"),
        ({"ingress_port": 0}, "ingress_port must be from 1 to 65535, got 0"),
        ({"idle": 5000}, "idle must be from 1 to 4000, got 5000"),
        ({"protect": "yes"}, "protect must be true or false, got 'yes'"),
        ({"zones": "Z1"}, "zones is not a known field, did you mean 'zone'?"),
        (
            {"network": {**NETWORK, "zones": {"eu-central-1a": NETWORK["zones"]["eu-central-1a"]}}},
            "network.zones must have a public subnet in 2 zones at least, got 1",
        ),
        ({"network": {**NETWORK, "cloud": "gcp"}}, "network.cloud must be one of aws, got 'gcp'"),
    ],
)
def test_bad_args_of_a_balancer(changed: Any, line: str) -> None:
    assert refused(lambda: lib.Balancer("dev", {**ARGS, **changed})) == [f"balancer 'dev': {line}"]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"domain": "a.b"}, "balancer must be given"),
        ({"balancer": {**FACTS, "listener": None}, "domain": "a.b"}, "balancer.listener must be given"),
        ({"balancer": {**FACTS, "cloud": "gcp"}, "domain": "a.b"}, "balancer.cloud must be one of aws, got 'gcp'"),
        ({"balancer": FACTS}, "domain must be given"),
    ],
)
def test_bad_args_of_a_further_domain(args: Any, line: str) -> None:
    assert refused(lambda: lib.BalancerDomain("demo", args)) == [f"domain 'demo': {line}"]
