"""What holds for every service, whatever is in it."""

import json
from typing import Any

import pytest
from hypothesis import assume, given

from foxden.schedulers.kubernetes import SCHEDULER
from foxden.schedulers.kubernetes.created import CLASSES
from foxden.schedulers.kubernetes.ingress import render_ingress
from foxden.schedulers.kubernetes.manifest import Stage, pieces
from foxden.service.discovery import Provided
from foxden.service.parse import parse_service
from foxden.service.spec import ServiceSpec
from tests.contract.cases import CASES, OTHERS, connection_args, read, taken
from tests.strategies import descriptions
from tests.unit.schedulers.kubernetes.restricted import violations
from tests.unit.schedulers.kubernetes.samples import EVERYTHING, TARGETS, connection, objects, pod, spec

LASTING = ("workload", "canary")


def services() -> list[Any]:
    """Every case of the contract that this scheduler takes, with what it needs."""
    return [pytest.param(*read(description), id=case) for case, description in taken(SCHEDULER).items()]


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether a selector's labels are all there."""
    return selector.items() <= labels.items()


def templates(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of all pods."""
    return [pod(found, key) for key in LASTING if key in found]


def check(service: ServiceSpec, found: dict[str, Any]) -> None:
    """All that is true of any service."""
    assert {piece.key: piece.kind for piece in pieces(service)} == {key: each["kind"] for key, each in found.items()}
    assert len({(each["kind"], each["metadata"]["name"]) for each in found.values()}) == len(found)
    for each in found.values():
        assert each["metadata"]["namespace"] == "demo"
        assert each["metadata"]["name"].partition("--")[0] == service.name
        assert each["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "foxden"
        assert _whole(each), each
    for template in templates(found):
        assert violations(template) == []
        labels, inner = template["metadata"]["labels"], template["spec"]
        assert inner["serviceAccountName"] == found["account"]["metadata"]["name"]
        assert inner["automountServiceAccountToken"] is False
        assert selects(found["policy"]["spec"]["podSelector"]["matchLabels"], labels)
        for spread in inner.get("topologySpreadConstraints", ()):
            assert selects(spread["labelSelector"]["matchLabels"], labels)
    for key in LASTING:
        if found.get(key, {}).get("kind") == "Deployment":
            assert selects(found[key]["spec"]["selector"]["matchLabels"], pod(found, key)["metadata"]["labels"])
    for key, each in found.items():
        if key.startswith("service:"):
            assert all(selects(each["spec"]["selector"], every["metadata"]["labels"]) for every in templates(found))
            names = {port["name"] for port in pod(found)["spec"]["containers"][0]["ports"]}
            assert {port["targetPort"] for port in each["spec"]["ports"]} <= names
    if "budget" in found:
        selector = found["budget"]["spec"]["selector"]["matchLabels"]
        assert all(selects(selector, each["metadata"]["labels"]) for each in templates(found))
    if "autoscaler" in found:
        assert found["autoscaler"]["spec"]["scaleTargetRef"]["name"] == found["workload"]["metadata"]["name"]
    if {"workload", "canary"} <= found.keys():
        main, canary = (found[key]["spec"]["selector"]["matchLabels"] for key in LASTING)
        assert not selects(main, pod(found, "canary")["metadata"]["labels"])
        assert not selects(canary, pod(found)["metadata"]["labels"])


def _whole(value: Any) -> bool:
    """Whether nothing in it is what the API would drop, and then see as a change."""
    if isinstance(value, dict):
        # An empty volume has nothing to say, and a label may be empty.
        return all(item is not None and item != [] and _whole(item) for item in value.values())
    return all(map(_whole, value)) if isinstance(value, list) else value is not None


@pytest.mark.parametrize(("service", "targets"), services())
def test_a_case_of_the_contract(service: ServiceSpec, targets: Any) -> None:
    check(service, objects(service, targets))


def test_a_service_with_everything() -> None:
    check(spec(**EVERYTHING), objects(spec(**EVERYTHING)))


@given(description=descriptions())
def test_any_service(description: dict[str, Any]) -> None:
    image = {key: value for key, value in description.items() if key not in ("command", "needs")}
    service = parse_service("consumer", {"image": "example.com/it:1", **image})
    assume(not SCHEDULER.problems(service, connection_args("kubernetes")))
    found = objects(service, {})
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    check(service, found)


def test_every_need_is_let_in_where_it_leads_and_let_out_where_it_comes_from() -> None:
    consumer, targets = read(
        {"image": "example.com/it:1", "port": 1, "needs": ["pods", "admin", "admin:rpc", "admin:raw"]}
    )
    mine = objects(consumer, targets)
    labels = pod(mine)["metadata"]["labels"]
    for need in consumer.needs:
        target = targets[need]
        assert isinstance(target, Provided)
        provider = parse_service(target.service, OTHERS[target.service])
        theirs = objects(provider, {})
        port = target.port or provider.ports[0].name
        rules = theirs["policy"]["spec"]["ingress"]
        (rule,) = [each for each in rules if {"protocol": "TCP", "port": port} in each["ports"]]
        assert [selects(each["podSelector"]["matchLabels"], labels) for each in rule["from"]] == [True]
        ways = [each["to"][0]["podSelector"]["matchLabels"] for each in mine["policy"]["spec"]["egress"]]
        assert any(selects(way, pod(theirs)["metadata"]["labels"]) for way in ways)


def test_who_needs_nothing_is_let_in_nowhere() -> None:
    stranger = pod(objects(spec("stranger"), {}))["metadata"]["labels"]
    for name, description in OTHERS.items():
        rules = objects(parse_service(name, description), {})["policy"]["spec"]["ingress"]
        peers = [peer["podSelector"]["matchLabels"] for rule in rules for peer in rule["from"]]
        assert peers and not any(selects(peer, stranger) for peer in peers)


def test_the_ingress_is_held_to_the_same_but_for_its_port_of_the_node() -> None:
    template = render_ingress(connection())["proxy"]["spec"]["template"]
    assert violations(template) == ["traefik: hostPort"]


def test_every_kind_has_a_class_or_was_brought_to_the_api() -> None:
    kinds = {piece.kind for each in services() for piece in pieces(each.values[0])}
    kinds |= {each["kind"] for each in render_ingress(connection()).values()}
    assert kinds - CLASSES.keys() == {"Middleware"}


def test_stages_are_in_order_and_the_workload_is_one() -> None:
    for description in CASES.values():
        if "command" not in description:
            stages = [piece.stage for piece in pieces(parse_service("it", description))]
            assert stages == sorted(stages)
            assert stages.count(Stage.WORKLOAD) == 1


def test_targets_are_all_used() -> None:
    assert set(TARGETS) == set(EVERYTHING["needs"])
