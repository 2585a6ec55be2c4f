"""Jobs: what a service becomes."""

import json
from typing import Any

import pytest
from hypothesis import given

from foxden.schedulers.nomad import SCHEDULER
from foxden.service.discovery import Provided
from foxden.service.parse import parse_service
from tests.strategies import descriptions
from tests.unit.schedulers.nomad.samples import connection, group, job, spec, task
from tests.unit.schedulers.nomad.test_nomad_literal import hcl_evaluates


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ({}, "service"),
        ({"kind": "worker"}, "service"),
        ({"kind": "job"}, "batch"),
        ({"kind": "cron", "schedule": "0 3 * * *"}, "batch"),
    ],
)
def test_kinds_become_types(description: dict[str, Any], expected: str) -> None:
    rendered = job(spec(**description))
    assert rendered["Type"] == expected
    assert ("Periodic" in rendered) == (description.get("kind") == "cron")


def test_a_cron_job_has_its_time_and_never_runs_twice_at_once() -> None:
    rendered = job(spec(kind="cron", schedule="0 3 * * MON-FRI", timezone="Europe/Vienna"))
    assert rendered["Periodic"] == {
        "Enabled": True,
        "SpecType": "cron",
        "Specs": ["0 3 * * MON-FRI"],
        "TimeZone": "Europe/Vienna",
        "ProhibitOverlap": True,
    }


def test_names_are_the_service_s_and_the_namespace_is_the_environment() -> None:
    rendered = job(spec("pods", replicas=0))
    assert (rendered["ID"], rendered["Name"], rendered["Namespace"]) == ("pods", "pods", "demo")
    assert (group(rendered)["Name"], group(rendered)["Count"]) == ("pods", 0)


def test_instances_are_spread_over_nodes() -> None:
    (found,) = group(job(spec()))["Spreads"]
    assert found["Attribute"] == "${node.unique.id}"


def test_another_check_is_another_version_and_another_number_is_none() -> None:
    """Nomad gives instances that run another check, and would call those unwell that serve."""
    before, after = (task(job(spec(health={"path": path}))) for path in ("/health", "/nowhere"))
    assert before["Meta"] != after["Meta"]
    assert task(job(spec(replicas=1)))["Meta"] == task(job(spec(replicas=3)))["Meta"]


def test_a_command_runs_with_the_cluster_s_driver() -> None:
    service = spec(command=["/bin/it", "serve"], args=["-v"])
    assert task(job(service))["Driver"] == "exec"
    main = task(job(service, command_driver="raw_exec"))
    assert (main["Driver"], main["Config"]) == ("raw_exec", {"command": "/bin/it", "args": ["serve", "-v"]})


def test_an_image_keeps_its_entry_point_and_gets_the_arguments() -> None:
    main = task(job(spec(image="example.com/it:1", args=["-v"])))
    assert main["Driver"] == "docker"
    assert main["Config"] == {
        "image": "example.com/it:1",
        "force_pull": False,
        "args": ["-v"],
        "network_mode": "host",
    }
    assert set(task(job(spec(), network_mode="bridge"))["Config"]) == {"image", "force_pull"}


def test_on_the_node_s_network_a_port_is_nomad_s_choice() -> None:
    rendered = job(spec(ports={"http": {"port": 80}, "side-door": {"port": 81}}), network_mode="host")
    (network,) = group(rendered)["Networks"]
    assert network == {
        "Mode": "host",
        "DynamicPorts": [{"Label": "http", "To": 0}, {"Label": "side_door", "To": 0}],
    }
    env = task(rendered)["Env"]
    assert (env["HOST"], env["PORT"]) == ("${NOMAD_IP_http}", "${NOMAD_PORT_http}")
    assert (env["PORT_HTTP"], env["PORT_SIDE_DOOR"]) == ("${NOMAD_PORT_http}", "${NOMAD_PORT_side_door}")


def test_on_a_network_of_its_own_an_instance_has_the_port_it_named() -> None:
    rendered = job(spec(port=8080, needs=["pods"]), {"pods": Provided("pods")}, network_mode="bridge")
    (network,) = group(rendered)["Networks"]
    assert network["Mode"] == "bridge"
    assert {port["Label"]: port["To"] for port in network["DynamicPorts"]} == {"http": 8080, "need__pods": -1}
    assert task(rendered)["Env"]["HOST"] == "0.0.0.0"


def test_an_instance_knows_who_it_is() -> None:
    env = task(job(spec("pods", version="8f2")))["Env"]
    assert (env["SERVICE_NAME"], env["SERVICE_VERSION"], env["ENVIRONMENT"]) == ("pods", "8f2", "demo")
    assert env["INSTANCE_ID"] == "${NOMAD_ALLOC_ID}"
    assert {"PORT", "HOST"}.isdisjoint(task(job(spec(kind="worker")))["Env"])


def test_sizes() -> None:
    main = task(job(spec(cpu=0.5, memory=256, memory_limit=512), core_mhz="2000"))
    assert main["Resources"] == {"CPU": 1000, "MemoryMB": 256, "MemoryMaxMB": 512}
    assert task(job(spec()))["Resources"] == {"CPU": 100, "MemoryMB": 128}


def test_labels_are_there_for_people() -> None:
    meta = job(spec(kind="worker", labels={"team/name": "meetings"}))["Meta"]
    assert (meta["label.team/name"], meta["environment"], meta["version"]) == ("meetings", "demo", "1")


def test_the_logs_fit_the_disk() -> None:
    found = group(job(spec(needs=["pods"])))
    logs = sum(each["LogConfig"]["MaxFiles"] * each["LogConfig"]["MaxFileSizeMB"] for each in found["Tasks"])
    assert logs < found["EphemeralDisk"]["SizeMB"]


def test_datacenters() -> None:
    assert job(spec())["Datacenters"] == ["*"]
    assert job(spec(), datacenter="dc1,dc2")["Datacenters"] == ["dc1", "dc2"]


@given(descriptions())
def test_every_service_renders_to_the_same_data_every_time(description: dict[str, Any]) -> None:
    service = parse_service("it", description)
    targets = {need: Provided(need) for need in service.needs}
    manifests = [SCHEDULER.render(service, connection(), targets) for _ in range(2)]
    first, second = (json.dumps(manifest, sort_keys=True, allow_nan=False) for manifest in manifests)
    assert first == second
    assert json.loads(first) == manifests[0]


@given(descriptions())
def test_what_the_developer_wrote_arrives(description: dict[str, Any]) -> None:
    service = parse_service("it", description)
    main = task(job(service, {need: Provided(need) for need in service.needs}))
    written = main["Config"].get("args", [])
    given = [*service.args] if service.image else [*service.command[1:], *service.args]
    assert [hcl_evaluates(each) for each in written] == given
    assert set(service.env) <= set(main["Env"])


def test_a_job_goes_where_it_is_placed() -> None:
    anywhere = job(spec())
    assert "NodePool" not in anywhere and "Constraints" not in group(anywhere)
    placed = job(spec(placement={"pool": "batch", "node_class": "large", "meta": {"disk": "nvme"}}))
    # The pool may be dedicated, and is one of Nomad's own then: only what its nodes say is sure.
    assert placed["NodePool"] == "all"
    assert {each["LTarget"]: each["RTarget"] for each in group(placed)["Constraints"]} == {
        "${meta.pool}": "batch",
        "${node.class}": "large",
        "${meta.disk}": "nvme",
    }
    # Without a pool it is kept from those that are dedicated.
    assert "NodePool" not in job(spec(placement={"node_class": "large"}))
