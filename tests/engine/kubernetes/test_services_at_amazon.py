"""Cluster services that ask Amazon and could be built here, on a simulated one that looks at nobody's rights."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.harness.apis import Json
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.amazon import REGION, Amazon, amazon
from tests.engine.kubernetes.beside import Beside
from tests.engine.kubernetes.supplies import image_of
from tests.engine.kubernetes.world import World, told

DOMAIN = "demo.foxden.example"
BALANCER = "front-1234567890.eu-central-1.elb.amazonaws.com"
INGRESSES = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"
NODES = "/api/v1/nodes"
NEW = "node.cloudprovider.kubernetes.io/uninitialized"
INGRESS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "booking"},
    "spec": {
        "ingressClassName": "nobody",
        "defaultBackend": {"service": {"name": "booking", "port": {"number": 80}}},
        "rules": [{"host": f"booking.{DOMAIN}"}],
    },
}
SERVICES: dict[str, Any] = {
    "name": "demo",
    "region": REGION,
    "cloud_controller": {"images": {"cloud-controller": image_of("cloud-controller")}},
    "external_dns": {"domains": [DOMAIN], "removes": True, "images": {"external-dns": image_of("external-dns")}},
}


@pytest.fixture(scope="module")
def simulated(running: World) -> Iterator[Amazon]:
    """Amazon, with one machine."""
    with amazon(running.site) as found:
        yield found


@pytest.fixture(scope="module")
def zone(simulated: Amazon) -> str:
    """A zone with a record that somebody else has made."""
    zone: str = simulated.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="1")["HostedZone"]["Id"]
    record = {"Name": f"mail.{DOMAIN}", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    simulated.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    return zone.rpartition("/")[2]


@pytest.fixture(scope="module")
def beside(running: World, simulated: Amazon, zone: str) -> Iterator[Beside]:
    """All of them run, and there is a route for them to see; nothing is left at the end."""
    running.make_well()
    found = Beside(running)
    before = found.others()
    found.begin(simulated.environment)
    assert found.api.create(INGRESSES, INGRESS).status_code == 201
    leads = {**INGRESS, "status": {"loadBalancer": {"ingress": [{"hostname": BALANCER}]}}}
    found.api.put(f"{INGRESSES}/booking/status", leads)
    found.up(**SERVICES)
    yield found
    found.end()
    until(lambda: found.others() == before, f"only what was there before is left: {before}", within=30)


def test_the_host_of_a_route_leads_to_the_balancer_as_long_as_there_is_one(
    simulated: Amazon, beside: Beside, zone: str
) -> None:
    """A record of somebody else's stays as it is."""

    def records() -> dict[tuple[str, str], Any]:
        found = simulated.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return {(each["Name"], each["Type"]): each for each in found}

    host = f"booking.{DOMAIN}."
    until(lambda: (host, "A") in records(), "the host has a record", within=90)
    assert records()[(host, "A")]["AliasTarget"]["DNSName"].rstrip(".") == BALANCER
    beside.api.delete(f"{INGRESSES}/booking")
    until(lambda: not [name for name, _ in records() if "booking" in name], "no record is left of it", within=120)
    assert records()[(f"mail.{DOMAIN}.", "A")]["ResourceRecords"] == [{"Value": "192.0.2.1"}]


def test_a_new_machine_is_looked_at_and_goes_with_its_instance(simulated: Amazon, beside: Beside) -> None:
    """It is told where it is and is fit for pods then; one that Amazon has no more is no machine of the cluster."""
    instance = simulated.launch()
    name, zone = instance["PrivateDnsName"], instance["Placement"]["AvailabilityZone"]
    # Nobody runs pods there: none is to be sent.
    taints = [{"key": key, "value": "true", "effect": "NoSchedule"} for key in (NEW, "nobody")]
    spec = {"providerID": f"aws:///{zone}/{instance['InstanceId']}", "taints": taints}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec}
    assert beside.api.create(NODES, node).status_code == 201

    def known() -> Json:
        found = beside.api.get(f"{NODES}/{name}")
        assert NEW not in {taint["key"] for taint in found["spec"]["taints"]}, told(found)
        assert "addresses" in found["status"], told(found)  # they come last
        return found

    found = until(known, "the machine is looked at", within=60)
    labels = found["metadata"]["labels"]
    assert labels["topology.kubernetes.io/zone"] == zone and labels["topology.kubernetes.io/region"] == REGION
    assert labels["node.kubernetes.io/instance-type"] == "t3.large"
    addresses = {each["type"]: each["address"] for each in found["status"]["addresses"]}
    assert addresses["InternalIP"] == instance["PrivateIpAddress"]
    simulated.client("ec2").terminate_instances(InstanceIds=[instance["InstanceId"]])
    until(lambda: beside.api.ask("GET", f"{NODES}/{name}").status_code == 404, "the machine is gone", within=60)


def test_nothing_is_left_to_change(beside: Beside) -> None:
    """What they write themselves is not what was deployed."""
    beside.unchanged()
