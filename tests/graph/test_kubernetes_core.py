"""Core servers and pools of Kubernetes on AWS: what they have beyond those of Nomad, and what a change does to them."""

import json
from typing import Any

import pytest

from foxden.boot.node import Role
from foxden.schedulers.kubernetes import nodes
from tests.graph.graphs import CORE, IMAGE, NETWORK, POOLS, SITE, TAGS, lib
from tests.graph.kubernetes_graphs import (
    BALANCER,
    CHECKSUM,
    EGRESS,
    GROUP,
    HOST,
    INGRESS,
    KUBERNETES,
    SOFTWARE,
    TARGET,
    TEMPLATE,
    told,
    up,
    user_data,
    whole,
)
from tests.mocks import Failed, Recorded, Resource, run

# Who may talk to whom


def test_who_may_talk_to_whom() -> None:
    ways = {
        (
            rule["referencedSecurityGroupId"].rpartition(" ")[2],
            rule["securityGroupId"].rpartition(" ")[2],
            f"{rule['ipProtocol']} {rule['fromPort']:.0f}-{rule['toPort']:.0f}",
        )
        for rule in (each.inputs for each in whole().of_type(INGRESS).values())
        if "referencedSecurityGroupId" in rule
    }
    servers, workers, api = "dev-servers", "dev-workers", "dev-api"
    own = {
        (f"dev-{flow.source}s", f"dev-{flow.target}s", f"{flow.protocol} {flow.ports[0]}-{flow.ports[1]}")
        for flow in nodes.flows()
    }
    assert ways - own == {
        (servers, api, "tcp 6443-6443"),
        (workers, api, "tcp 6443-6443"),
        (api, servers, "tcp 6443-6443"),
    }
    assert own <= ways
    assert (workers, servers, "tcp 2379-2380") not in ways


def test_a_way_in_has_a_way_out_where_not_all_is_open() -> None:
    out = {name for name, each in whole().of_type(EGRESS).items() if "referencedSecurityGroupId" in each.inputs}
    into = {name for name, each in whole().of_type(INGRESS).items() if "-to-" in name}
    assert out == {name for name in into if not name.startswith("dev-workers-")}


def test_nothing_is_open_to_the_world() -> None:
    for each in whole().of_type(INGRESS).values():
        assert each.inputs.get("cidrIpv4", NETWORK["cidr"]) == NETWORK["cidr"], each.name


# The endpoint


def test_the_api_has_one_address_inside_the_network() -> None:
    done = whole()
    balancer = done.one(BALANCER).inputs
    assert (balancer["internal"], balancer["loadBalancerType"]) == (True, "network")
    assert balancer["name"] == "foxden-dev--api"
    assert balancer["subnets"] == [f"Subnet dev-private-{zone}" for zone in NETWORK["zones"]]
    assert balancer["enableDeletionProtection"] is True
    target = done.one(TARGET).inputs
    assert (target["protocol"], target["port"], target["preserveClientIp"]) == ("TCP", 6443, "false")
    assert target["healthCheck"].items() >= {"protocol": "HTTPS", "path": "/readyz", "matcher": "200"}.items()
    listener = done.one("aws:lb/listener:Listener").inputs
    assert (listener["protocol"], listener["port"]) == ("TCP", 6443)


def test_the_masters_alone_are_behind_it() -> None:
    targets = {name: each.inputs.get("targetGroupArns") for name, each in whole().of_type(GROUP).items()}
    assert {name for name, arns in targets.items() if arns} == {"dev-servers"}


def test_plain_instances_are_behind_it_too() -> None:
    done = up({**KUBERNETES, "bootstrap": "ec2"}, {})
    attached = done.of_type("aws:lb/targetGroupAttachment:TargetGroupAttachment")
    assert {each.inputs["targetId"] for each in attached.values()} == {
        f"Instance dev-{zone}-1" for zone in NETWORK["zones"]
    }


def test_every_node_is_told_the_address() -> None:
    for name in ("dev-servers", *POOLS):
        assert f'"endpoint": "{HOST}"' in user_data(whole(), name).replace('\\"', '"'), name


def test_nodes_start_when_they_may_ask_there() -> None:
    done = whole()
    needed = {name for name in done.of_type(INGRESS) if name.endswith("-tcp-6443")}
    assert len(needed) == 5
    for template in done.of_type(TEMPLATE).values():
        assert {done.of_type(INGRESS)[name].urn for name in needed} <= template.depends_on, template.name


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"node_class": "class with space"}, "node_class must be up to 63 letters, digits"),
        ({"meta": {"owner": "Team A,foxden/pool=batch"}}, "meta.owner must be up to 63 letters, digits and '._-'"),
        ({"meta": {"hash": "f" * 64}}, "meta.hash must be up to 63 letters, digits and '._-'"),
    ],
)
def test_what_is_said_of_a_pool_is_a_label(changed: Any, line: str) -> None:
    """The kubelet would end again and again at a label that is none, or have one more."""
    with pytest.raises(Failed) as caught:
        up(pools={"general": {**POOLS["general"], **changed}})
    assert str(caught.value).startswith(f"pool 'general': {line}")


def test_a_scheduler_without_one_has_none() -> None:
    done = up({**CORE}, {})
    assert not done.of_type(BALANCER) and not done.of_type(TARGET)
    assert (done.one("foxden:index:CoreCluster").outputs or {})["endpoint"] == ""


# Tags for what scales the pools from inside


def tags_of(group: Resource) -> dict[str, tuple[str, bool]]:
    """Tag to its value, and whether machines get it, too."""
    return {each["key"]: (each["value"], each["propagateAtLaunch"]) for each in group.inputs["tags"]}


def test_groups_say_to_the_autoscaler_what_their_nodes_are_like() -> None:
    pools = {"batch": {**POOLS["batch"], "dedicated": True, "meta": {"disk": "fast"}}}
    tags = tags_of(up(pools=pools).one(GROUP, "batch"))
    prefix = "k8s.io/cluster-autoscaler"
    assert tags[f"{prefix}/enabled"] == ("true", False)
    assert tags[f"{prefix}/dev"] == ("owned", False)
    assert tags[f"{prefix}/node-template/label/foxden/pool"] == ("batch", False)
    assert tags[f"{prefix}/node-template/taint/foxden/dedicated"] == ("batch:NoSchedule", False)


def test_no_machine_has_a_tag_that_it_could_not_read() -> None:
    for group in whole().of_type(GROUP).values():
        assert not [key for key, (_, launched) in tags_of(group).items() if launched and "/" in key], group.name


def test_a_pool_that_follows_its_load_is_not_scaled_from_inside_as_well() -> None:
    tags = tags_of(up(pools={"batch": {**POOLS["batch"], "scaling": {"cpu_percent": 50}}}).one(GROUP, "batch"))
    assert not [key for key in tags if "autoscaler" in key]


# What a change changes


def changed(before: Recorded, after: Recorded) -> set[str]:
    """Type and name of all that is told otherwise, is new or is gone."""
    old, new = ({each.urn: (each.inputs, each.protect) for each in done.resources} for done in (before, after))
    urns = {urn for urn in old.keys() | new.keys() if old.get(urn) != new.get(urn)}
    return {f"{urn.split('::')[2].rpartition(':')[2]} {urn.rpartition('::')[2]}" for urn in urns}


ETCD = {"programs": {**SOFTWARE["programs"], "etcd": {"version": "3.5.99", "checksum": CHECKSUM}}}
NODE = {"programs": {**SOFTWARE["programs"], "kubernetes-node": {"version": "1.34.9", "checksum": CHECKSUM}}}
WORKERS = {"LaunchTemplate general", "LaunchTemplate batch"}


@pytest.mark.parametrize(
    ("core", "pools", "changes"),
    [
        ({"instance_type": "m7i.large"}, POOLS, {"LaunchTemplate dev-servers"}),
        ({"software": ETCD}, POOLS, {"LaunchTemplate dev-servers"}),
        ({"software": NODE}, POOLS, WORKERS),
        ({"key_deletion_days": 7}, POOLS, {"Key dev"}),
        ({}, {**POOLS, "batch": {**POOLS["batch"], "meta": {"disk": "fast"}}}, {"LaunchTemplate batch", "Group batch"}),
        ({}, {**POOLS, "batch": {**POOLS["batch"], "tags": {**TAGS}}}, set()),
        ({"protect": False}, POOLS, {"Key dev", "Group dev-servers", "LoadBalancer dev-api"}),
    ],
)
def test_what_a_change_changes(core: Any, pools: Any, changes: set[str]) -> None:
    assert changed(whole(), up({**KUBERNETES, **core}, pools)) == changes


def test_names_are_the_same_every_time() -> None:
    turned = {name: POOLS[name] for name in reversed(list(POOLS))}
    assert changed(whole(), up(pools=turned)) == set()


def test_nothing_secret_is_told_to_anybody() -> None:
    texts = json.dumps([each.inputs for each in whole().resources], default=str)
    texts += "".join(user_data(whole(), name) for name in ("dev-servers", *POOLS))
    assert "PRIVATE KEY" not in texts and "Secret(" not in texts
    assert not [path for path in nodes.secrets(Role.WORKER, "general").read if path.startswith(("servers", "*"))]


def test_a_pool_of_a_cluster_elsewhere_is_told_its_endpoint() -> None:
    facts = {
        "cluster": "dev",
        "scheduler": "kubernetes",
        "network": SITE,
        "pools": ["general"],
        "key": "arn:aws:kms:eu-central-1:123456789012:key/k",
        "workers_security_group": "sg-workers",
        "store": {"bucket": "dev-boot-1", "programs": []},
        "endpoint": HOST,
        "version": "1.35.1",
        "software": SOFTWARE,
    }
    done = run(lambda: lib.WorkerPool("general", {"image": IMAGE, "cluster": facts}), answer=told)
    assert HOST in user_data(done, "general")
