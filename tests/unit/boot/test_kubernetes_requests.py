"""To which kubelets certificates are given."""

import base64
import ipaddress
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foxden.boot.files.node.kubernetes import instances, requests
from foxden.boot.files.node.kubernetes.operators import BOOTSTRAPPERS, pool_group
from foxden.boot.files.node.kubernetes.requests import Worker, decide, problem, worker
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeApi, facts

CLIENT, SERVING = "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"
NODE = "general-i-0abc"
PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"


def asked(name: str = NODE, group: str = "system:nodes", names: tuple[str, ...] = (), addresses: tuple[str, ...] = ()):
    subject = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)]
    subject.append(x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{name}"))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    known_as: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    known_as += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    if known_as:
        builder = builder.add_extension(x509.SubjectAlternativeName(known_as), critical=False)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()


def new_kubelet(pool: str = "general", **more: Any) -> dict[str, Any]:
    """Of a worker that has a token only."""
    groups = [BOOTSTRAPPERS, pool_group(pool), "system:authenticated"]
    return {"signerName": CLIENT, "username": "system:bootstrap:abc123", "groups": groups, "request": asked(), **more}


def serving(**more: Any) -> dict[str, Any]:
    request = asked(names=(NODE,), addresses=("10.0.0.5",))
    return {"signerName": SERVING, "username": f"system:node:{NODE}", "groups": [], "request": request, **more}


def judged(spec: dict[str, Any], *well: str) -> str:
    def is_of_pool(instance: str, pool: str) -> bool:
        return (instance, pool) == ("i-0abc", "general")

    return problem(spec, is_of_pool, lambda _: "10.0.0.5", lambda name: name in well)


def test_a_worker_of_the_pool_gets_what_it_asks_for() -> None:
    assert judged(new_kubelet()) == ""
    renewed = new_kubelet(username=f"system:node:{NODE}", groups=["system:nodes"])
    assert judged(renewed) == ""
    assert judged(serving()) == ""
    assert judged(renewed, NODE) == judged(serving(), NODE) == ""


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (new_kubelet(request=asked("batch-i-0abc")), "system:bootstrap:abc123 is not of the pool batch"),
        (new_kubelet("batch", request=asked("batch-i-0abc")), "i-0abc is not in the group of the pool batch"),
        (new_kubelet(request=asked("general-i-0999")), "i-0999 is not in the group of the pool general"),
        (new_kubelet(request=asked("admin")), "it is not for a worker of this cluster"),
        (new_kubelet(request=asked(group="system:masters")), "it is not for a worker of this cluster"),
        (new_kubelet(request=asked(names=("kubernetes",))), "it has names of a server"),
        (new_kubelet(groups=[BOOTSTRAPPERS]), "system:bootstrap:abc123 is not of the pool general"),
        (new_kubelet(signerName=SERVING), "system:bootstrap:abc123 is not of the pool general"),
        (serving(username="system:node:general-i-0999"), "system:node:general-i-0999 is not of the pool general"),
        (serving(request=asked(names=("kubernetes",))), f"['kubernetes'] is not what {NODE} is called"),
        (serving(request=asked(addresses=("10.0.0.6",))), f"['10.0.0.6'] is not what {NODE} is called"),
    ],
)
def test_anybody_else_does_not(spec: dict[str, Any], why: str) -> None:
    assert judged(spec) == why


@pytest.mark.parametrize(("ready", "answer"), [("True", "Denied"), ("False", "Approved"), ("Unknown", "Approved")])
def test_by_the_pools_token_nobody_becomes_a_node_that_is_well(ready: str, answer: str) -> None:
    item = {"metadata": {"name": "again"}, "spec": new_kubelet()}
    node = {"status": {"conditions": [{"type": "Ready", "status": ready}]}}
    answers = {f"GET {PATH}": {"items": [item]}, f"GET /api/v1/nodes/{NODE}": node, f"PUT {PATH}/again/approval": {}}
    api = FakeApi(answers)
    decide(api, lambda *_: True, lambda _: "10.0.0.5")  # type: ignore[arg-type]
    (told,) = [body["status"]["conditions"][0] for body in api.told(f"PUT {PATH}/again")]
    assert told["type"] == answer
    assert ("its node is there and ready" in told["message"]) is (answer == "Denied")


def test_each_open_request_is_answered_once(capsys: pytest.CaptureFixture[str]) -> None:
    items = [
        {"metadata": {"name": "good"}, "spec": new_kubelet()},
        {"metadata": {"name": "bad"}, "spec": new_kubelet(request=asked("general-i-0999"))},
        {"metadata": {"name": "done"}, "spec": new_kubelet(), "status": {"conditions": [{"type": "Approved"}]}},
        {"metadata": {"name": "other"}, "spec": new_kubelet(signerName="example.com/other")},
    ]
    answers = {f"GET {PATH}": {"items": items}, f"PUT {PATH}/good/approval": {}, f"PUT {PATH}/bad/approval": {}}
    api = FakeApi(answers)
    decide(api, lambda instance, pool: instance == "i-0abc", lambda _: "10.0.0.5")  # type: ignore[arg-type]
    told = {call: body["status"]["conditions"][0]["type"] for call, body in api.calls if body}
    assert told == {f"PUT {PATH}/good/approval": "Approved", f"PUT {PATH}/bad/approval": "Denied"}
    assert "bad is denied: i-0999 is not in the group" in capsys.readouterr().out


def test_a_name_says_whose_it_is() -> None:
    assert worker("very-large-i-0abc") == Worker("very-large", "i-0abc")
    assert worker("very-large-i-0abc") == Worker("very-large", "i-0abc")
    assert [worker(name) for name in ("general", "i-0abc", "-i-0abc", "general-i-", "general-i-0_1")] == [None] * 5
    assert requests.Worker("a", "i-1").name == "a-i-1"


class Groups:
    """A client of autoscaling that knows one instance."""

    def __init__(self, **tags: str) -> None:
        self.tags = [{"Key": f"foxden:{key}", "Value": value} for key, value in tags.items()]

    def describe_auto_scaling_instances(self, InstanceIds: list[str]) -> dict[str, Any]:
        found = [{"AutoScalingGroupName": "group"}] if InstanceIds == ["i-1"] else []
        return {"AutoScalingInstances": found}

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:
        assert AutoScalingGroupNames == ["group"]
        return {"AutoScalingGroups": [{"Tags": self.tags}]}


def test_the_tags_of_its_group_say_of_which_pool_an_instance_is() -> None:
    own = {"cluster": "dev", "pool": "general", "role": "worker"}
    assert instances.is_of_pool(Groups(**own), facts(), "i-1", "general")
    assert not instances.is_of_pool(Groups(**own), facts(), "i-2", "general")
    for other in ({"cluster": "qa"}, {"pool": "batch"}, {"role": "server"}):
        assert not instances.is_of_pool(Groups(**{**own, **other}), facts(), "i-1", "general")


def test_a_request_that_cannot_be_read_or_judged_keeps_no_other_back(capsys: pytest.CaptureFixture[str]) -> None:
    garbage = base64.b64encode(
        b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    ).decode()
    items = [
        {"metadata": {"name": "garbage"}, "spec": new_kubelet(request=garbage)},
        {"metadata": {"name": "unknown"}, "spec": new_kubelet(request=asked("general-i-1"))},
        {"metadata": {"name": "good"}, "spec": new_kubelet()},
    ]

    def is_of_pool(instance: str, _: str) -> bool:
        if instance == "i-1":
            raise ValueError("Rate exceeded")
        return instance == "i-0abc"

    api = FakeApi(
        {f"GET {PATH}": {"items": items}, f"PUT {PATH}/good/approval": {}, f"PUT {PATH}/garbage/approval": {}}
    )
    with pytest.raises(ApiError, match="unknown: ValueError: Rate exceeded"):
        decide(api, is_of_pool, lambda _: "10.0.0.5")  # type: ignore[arg-type]
    told = {call: body["status"]["conditions"][0]["type"] for call, body in api.calls if body}
    assert told == {f"PUT {PATH}/garbage/approval": "Denied", f"PUT {PATH}/good/approval": "Approved"}
    assert "garbage is denied: it can't be read" in capsys.readouterr().out
