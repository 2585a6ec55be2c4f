"""The pod of a service."""

from typing import Any

import pytest

from foxden.schedulers.kubernetes.units import cores, label_value, mebibytes
from tests.unit.schedulers.kubernetes.samples import container, env, objects, pod, rendered, spec

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def test_an_image_passes_unchanged() -> None:
    image = "registry.example.com/it:1@sha256:" + "0" * 64
    assert container(rendered(image=image))["image"] == image


def test_what_is_injected() -> None:
    found = env(rendered(ports={"http": {"port": 80}, "side-door": {"port": 9090}}, version="7"))
    assert {name: value for name, value in found.items() if name != "INSTANCE_ID"} == {
        "ENVIRONMENT": "demo",
        "HOST": "0.0.0.0",
        "PORT": "80",
        "PORT_HTTP": "80",
        "PORT_SIDE_DOOR": "9090",
        "SERVICE_NAME": "router",
        "SERVICE_VERSION": "7",
    }
    assert found["INSTANCE_ID"]["fieldRef"]["fieldPath"] == "metadata.name"


def test_no_variables_of_the_clusters_own_are_injected_beside() -> None:
    assert pod(rendered())["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize(
    ("name", "as_it_is"),
    [
        ("pods", False),
        ("pods.other", False),
        ("pods.other.svc", False),
        ("pods-0.pods.other.svc", False),
        (str(env(rendered(needs=["pods"]))["PODS_HOST"]), True),
    ],
)
def test_a_need_is_asked_for_as_it_is_and_what_is_short_below_the_clusters_suffixes(name: str, as_it_is: bool) -> None:
    """Where a name has so many dots, glibc looks for it as it is first, and musl nowhere else."""
    told = {option["name"]: option["value"] for option in pod(rendered())["spec"]["dnsConfig"]["options"]}
    assert (name.count(".") >= int(told["ndots"])) == as_it_is


def test_secrets_are_referred_to_in_the_version_that_is_told() -> None:
    service = spec(secrets={"A": "team/a", "B": "b"})
    found = env(objects(service, versions={"team/a": "1f", "other": "2f"}))
    assert found["A"] == {"secretKeyRef": {"name": "team.a--1f", "key": "value"}}
    assert found["B"] == {"secretKeyRef": {"name": "b", "key": "value"}}


def test_one_health_becomes_three_probes() -> None:
    main = container(rendered(health={"path": "/ok", "interval": 5, "timeout": 3, "grace": 30}))
    assert {probe: main[probe]["httpGet"]["path"] for probe in PROBES} == dict.fromkeys(PROBES, "/ok")
    start, ready, alive = (main[probe] for probe in PROBES)
    assert (start["periodSeconds"], start["failureThreshold"]) == (1, 30)
    assert (ready["periodSeconds"], ready["timeoutSeconds"], ready["failureThreshold"]) == (5, 3, 2)
    assert (alive["periodSeconds"], alive["failureThreshold"]) == (5, 4)


@pytest.mark.parametrize(
    ("description", "action"),
    [
        ({"health": {"tcp": True}}, {"tcpSocket": {"port": "http"}}),
        ({"health": {"command": ["/check", "-v"]}}, {"exec": {"command": ["/check", "-v"]}}),
        ({"ports": {"raw": {"port": 5432, "protocol": "tcp"}}}, {"tcpSocket": {"port": "raw"}}),
    ],
)
def test_other_ways_to_ask(description: dict[str, Any], action: dict[str, Any]) -> None:
    main = container(rendered(**description))
    assert all(action.items() <= main[probe].items() for probe in PROBES)


def test_who_is_not_asked_has_no_probes() -> None:
    assert not set(PROBES) & container(rendered(kind="worker")).keys()


def test_a_command_is_asked_at_its_own_pace_while_it_starts() -> None:
    start = container(rendered(health={"command": ["/check"], "interval": 4, "grace": 30}))["startupProbe"]
    assert (start["periodSeconds"], start["failureThreshold"]) == (4, 8)


def test_an_instance_leaves_before_it_is_told_to_end() -> None:
    found = rendered(termination_grace=7.5)
    assert container(found)["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert pod(found)["spec"]["terminationGracePeriodSeconds"] == 5 + 8


def test_a_worker_is_reached_by_nobody_and_ends_at_once() -> None:
    found = rendered(kind="worker", termination_grace=0)
    assert "lifecycle" not in container(found)
    assert pod(found)["spec"]["terminationGracePeriodSeconds"] == 1


def test_size() -> None:
    plain = container(rendered(cpu=0.5, memory=256))["resources"]
    assert plain == {"requests": {"cpu": "500m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}}
    bounded = container(rendered(cpu=1, cpu_limit=2.5, memory=512, memory_limit=2048))["resources"]
    assert bounded == {"requests": {"cpu": "1", "memory": "512Mi"}, "limits": {"cpu": "2500m", "memory": "2Gi"}}


@pytest.mark.parametrize(("number", "text"), [(0.01, "10m"), (0.0105, "11m"), (0.1, "100m"), (1, "1"), (128, "128")])
def test_cores_are_written_as_the_api_does(number: float, text: str) -> None:
    assert cores(number) == text


@pytest.mark.parametrize(("number", "text"), [(4, "4Mi"), (1023, "1023Mi"), (1024, "1Gi"), (1048576, "1Ti")])
def test_memory_is_written_as_the_api_does(number: int, text: str) -> None:
    assert mebibytes(number) == text


@pytest.mark.parametrize(("text", "label"), [("1.2+b7", "1.2-b7"), ("a" * 70, "a" * 63), ("_1.", "1"), ("+", "")])
def test_a_version_as_far_as_a_label_can_hold_it(text: str, label: str) -> None:
    assert label_value(text) == label


def test_a_low_port_takes_no_right() -> None:
    low, high = (pod(rendered(port=port))["spec"]["securityContext"] for port in (80, 8080))
    assert low["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    assert "sysctls" not in high


def test_who_it_runs_as_and_what_it_may_write_is_the_clusters_choice() -> None:
    found = objects(spec(), run_as_user="1000", root_filesystem="writable", pull_secret="registry")
    assert pod(found)["spec"]["securityContext"]["runAsUser"] == 1000
    assert container(found)["securityContext"]["readOnlyRootFilesystem"] is False
    assert found["account"]["imagePullSecrets"] == [{"name": "registry"}]


def test_instances_are_spread_over_zones_and_nodes() -> None:
    keys = [each["topologyKey"] for each in pod(rendered())["spec"]["topologySpreadConstraints"]]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert "topologySpreadConstraints" not in pod(rendered(kind="job"))["spec"]


def test_a_pod_goes_where_it_is_placed() -> None:
    anywhere = pod(rendered())["spec"]
    assert not {"nodeSelector", "tolerations"} & anywhere.keys()
    placed = pod(rendered(placement={"pool": "batch", "node_class": "large", "meta": {"disk": "nvme"}}))["spec"]
    assert placed["nodeSelector"] == {
        "foxden/pool": "batch",
        "foxden/node-class": "large",
        "foxden/meta.disk": "nvme",
    }
    assert placed["tolerations"] == [
        {"key": "foxden/dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}
    ]
    # Without a pool it is kept from those that are dedicated.
    assert "tolerations" not in pod(rendered(placement={"node_class": "large"}))["spec"]
