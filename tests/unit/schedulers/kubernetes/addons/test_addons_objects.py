"""What holds for the objects of every cluster service."""

import json
import re
from typing import Any

import pytest

from foxden.clusters.services_plan import ServicesPlan
from foxden.schedulers.kubernetes.addons.images import IMAGES, OF
from foxden.schedulers.kubernetes.addons.render import RENDERERS, render_services, stage_of
from foxden.schedulers.kubernetes.created import CLASSES
from foxden.schedulers.kubernetes.environment import POD_SECURITY
from foxden.schedulers.kubernetes.problems import RESERVED
from tests.unit.schedulers.kubernetes.addons.everything import (
    LARGEST,
    SMALLEST,
    pods,
    rendered,
    things,
    workloads,
)
from tests.unit.schedulers.kubernetes.restricted import violations
from tests.unit.schedulers.kubernetes.samples import connection

SORTS = pytest.mark.parametrize("services", [SMALLEST, LARGEST], ids=["smallest", "largest"])
WELL_KNOWN = {"system:auth-delegator", "extension-apiserver-authentication-reader", "view"}
PINNED = re.compile(r"[a-z0-9.-]+\.[a-z]+/[a-z0-9/._-]+:v?[0-9][A-Za-z0-9._-]*(@sha256:[0-9a-f]{64})?\Z")


def identity(thing: dict[str, Any]) -> tuple[str, str, str]:
    """By which the API tells objects apart."""
    return thing["kind"], thing["metadata"].get("namespace", ""), thing["metadata"]["name"]


def test_nothing_is_there_that_was_not_asked_for() -> None:
    assert render_services(ServicesPlan(), connection()) == {}
    assert SMALLEST.keys() == LARGEST.keys() == RENDERERS.keys() == OF.keys()
    assert {name for some in OF.values() for name in some} == IMAGES.keys()


@pytest.mark.parametrize("service", RENDERERS)
def test_each_stands_alone(service: str) -> None:
    alone, beside = rendered({service: SMALLEST[service]}), rendered(SMALLEST)
    assert alone == {service: beside[service]}


@SORTS
def test_objects_go_through_json_and_are_told_apart(services: dict[str, Any]) -> None:
    found = things(services)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len({identity(thing) for thing in found}) == len(found)
    assert {thing["kind"] for thing in found} - CLASSES.keys() <= {"ClusterIssuer"}
    assert all(thing["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "foxden" for thing in found)


@SORTS
def test_keys_are_the_same_whatever_is_known_later(services: dict[str, Any]) -> None:
    one = {service: list(objects) for service, objects in rendered(services).items()}
    other = render_services_elsewhere(services)
    assert one == other


def render_services_elsewhere(services: dict[str, Any]) -> dict[str, list[str]]:
    """The keys on another cluster."""
    changed = rendered(services, name="other", region="us-east-1", mirror="mirror.example.com")
    return {service: list(objects) for service, objects in changed.items()}


@SORTS
def test_whatever_an_object_needs_comes_before_it(services: dict[str, Any]) -> None:
    for objects in rendered(services).values():
        at = {identity(thing): stage_of(thing["kind"]) for thing in objects.values()}
        for thing in objects.values():
            space = thing["metadata"].get("namespace", "")
            if ("Namespace", "", space) in at:
                assert at[("Namespace", "", space)] < at[identity(thing)]
        for thing in workloads(list(objects.values())):
            spec, space = thing["spec"]["template"]["spec"], thing["metadata"]["namespace"]
            assert at[("ServiceAccount", space, spec["serviceAccountName"])] < at[identity(thing)]
            for volume in spec.get("volumes", ()):
                if "configMap" in volume:
                    assert at[("ConfigMap", space, volume["configMap"]["name"])] < at[identity(thing)]
            mounted = {each["name"] for one in spec["containers"] for each in one.get("volumeMounts", ())}
            assert mounted == {each["name"] for each in spec.get("volumes", ())}


@SORTS
def test_pods_are_found_by_their_selectors_and_reached_at_their_ports(services: dict[str, Any]) -> None:
    found = things(services)
    by_space: dict[str, list[dict[str, Any]]] = {}
    for thing in workloads(found):
        labels = thing["spec"]["template"]["metadata"]["labels"]
        by_space.setdefault(thing["metadata"]["namespace"], []).append(thing["spec"]["template"])
        if thing["kind"] != "Job":
            assert thing["spec"]["selector"]["matchLabels"].items() <= labels.items()
    for thing in found:
        if thing["kind"] == "Service":
            (pod,) = [
                each
                for each in by_space[thing["metadata"]["namespace"]]
                if thing["spec"]["selector"].items() <= each["metadata"]["labels"].items()
            ]
            listening = {port["containerPort"] for one in pod["spec"]["containers"] for port in one.get("ports", ())}
            assert {port["targetPort"] for port in thing["spec"]["ports"]} <= listening


@SORTS
def test_only_a_few_pods_are_more_than_pod_security_wants_and_only_where_it_lets_them(services: dict[str, Any]) -> None:
    found = things(services)
    held = {
        thing["metadata"]["name"]: thing["metadata"]["labels"].get(f"{POD_SECURITY}enforce")
        for thing in found
        if thing["kind"] == "Namespace"
    }
    assert set(held) <= set(RESERVED)
    more = {where for where, pod in pods(found).items() if violations(pod)}
    assert more >= {"kube-system/ebs-csi-node", "foxden-logging/logging", "foxden-machines/node-exporter"}
    for where in more:
        assert held.get(where.partition("/")[0], "privileged") == "privileged"
    assert {name for name, profile in held.items() if profile == "restricted"} == {
        *("foxden-dashboard", "foxden-monitoring")
    }


@SORTS
def test_without_the_machines_network_hardly_any_pod_is_more_than_restricted(services: dict[str, Any]) -> None:
    more = {where: violations(pod) for where, pod in pods(things(services, host_network=False)).items()}
    assert {where for where, found in more.items() if found} == {
        "kube-system/cloud-controller-manager",
        "kube-system/ebs-csi-node",
        "foxden-logging/logging",
        "foxden-machines/node-exporter",
    }
    # Nobody but this one is told to be privileged, and nobody else may become more than it is.
    privileged = {where for where, found in more.items() if any("privileged" in line for line in found)}
    assert privileged == {"kube-system/ebs-csi-node"}


@SORTS
def test_what_is_in_a_machines_network_has_ports_of_its_own(services: dict[str, Any]) -> None:
    used: list[int] = []
    for pod in pods(things(services)).values():
        if pod["spec"].get("hostNetwork"):
            used += [port["containerPort"] for one in pod["spec"]["containers"] for port in one.get("ports", ())]
    assert len(used) == len(set(used))
    assert not {22, 80, 443, 6443, 8080, 10248, 10249, 10250, 10256} & set(used)


@SORTS
def test_rights_are_named_one_by_one_and_given_to_accounts_that_are_there(services: dict[str, Any]) -> None:
    found = things(services)
    there = {identity(thing) for thing in found}
    secrets = set()
    for thing in found:
        if thing["kind"] in ("Role", "ClusterRole"):
            for rule in thing["rules"]:
                assert "*" not in [*rule["verbs"], *rule.get("resources", ()), *rule.get("apiGroups", ())]
                if "secrets" in rule.get("resources", ()):
                    secrets.add(thing["metadata"]["name"])
        if thing["kind"] in ("RoleBinding", "ClusterRoleBinding"):
            (subject,) = thing["subjects"]
            assert ("ServiceAccount", subject["namespace"], subject["name"]) in there
            role, space = thing["roleRef"], thing["metadata"].get("namespace", "")
            own = (role["kind"], space if role["kind"] == "Role" else "", role["name"])
            assert own in there or role["name"] in WELL_KNOWN
    assert secrets == {"foxden-certificates", "certificates-injector", "certificates-webhook"}


@SORTS
def test_a_token_is_given_to_those_alone_that_speak_with_the_api(services: dict[str, Any]) -> None:
    found = things(services)
    bound = {
        (subject["namespace"], subject["name"])
        for thing in found
        if thing["kind"].endswith("Binding")
        for subject in thing["subjects"]
    }
    for where, pod in pods(found).items():
        own = (where.partition("/")[0], pod["spec"]["serviceAccountName"])
        # The dashboard's own account has no right; without a token it would not find the API.
        assert pod["spec"]["automountServiceAccountToken"] == (own in bound or own[1] == "dashboard")


@SORTS
def test_every_image_is_pinned_and_comes_from_the_mirror_where_there_is_one(services: dict[str, Any]) -> None:
    for thing in workloads(things(services)):
        for one in thing["spec"]["template"]["spec"]["containers"]:
            assert one["resources"]["requests"].keys() == {"cpu", "memory"} and "memory" in one["resources"]["limits"]
            assert PINNED.match(one["image"]) and "latest" not in one["image"]
    mirrored = [
        one["image"]
        for thing in workloads(things(services, mirror="mirror.example.com/x"))
        for one in thing["spec"]["template"]["spec"]["containers"]
    ]
    others = {"registry.example.com/metrics:1"}
    assert all(image.startswith("mirror.example.com/x/") for image in set(mirrored) - others)


def test_another_configuration_is_another_object_and_new_pods() -> None:
    one, other = rendered(SMALLEST), rendered({**SMALLEST, "logging": {"loki": "https://other.example.com"}})
    names = [each["logging"]["config"]["metadata"]["name"] for each in (one, other)]
    assert names[0] != names[1]
    volumes = [each["logging"]["workload"]["spec"]["template"]["spec"]["volumes"] for each in (one, other)]
    assert volumes[0] != volumes[1]
    assert one["logging"]["config"]["immutable"] is True
