"""Cluster services whose programs could be built here: they really run, and their health is a part of ``up``."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.harness.apis import Json
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import SERVICES
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.beside import Beside
from tests.engine.kubernetes.supplies import STAND_IN, image_of
from tests.engine.kubernetes.world import ENVIRONMENT, World, told
from tests.engine.plugins.projects import FAILED

METRICS = "/apis/metrics.k8s.io/v1beta1"
METRICS_SERVER = {"images": {"metrics-server": image_of("metrics-server")}}
PROMETHEUS = {
    "images": {
        "prometheus": image_of("prometheus"),
        "node-exporter": image_of("node-exporter"),
        "kube-state-metrics": STAND_IN,
    }
}


@pytest.fixture(scope="module")
def beside(running: World) -> Iterator[Beside]:
    """metrics-server runs; nothing is left of it, or of what tests have added, at the end."""
    running.make_well()
    found = Beside(running)
    before = found.others()
    found.begin()
    found.up(metrics_server=METRICS_SERVER)
    yield found
    found.end()
    until(lambda: found.others() == before, f"only what was there before is left: {before}", within=30)
    until(lambda: running.api.ask("GET", f"{METRICS}/nodes").status_code == 404, "that API is gone", within=30)


def test_the_api_tells_what_machines_and_pods_use(world: World, beside: Beside) -> None:
    """As soon as ``up`` is done."""
    (node,) = world.api.items(f"{METRICS}/nodes")
    assert node["usage"]["memory"] != "0" and node["usage"]["cpu"] != "0", told(node)
    for service in SERVICES:
        pods = world.api.items(
            f"{METRICS}/namespaces/{ENVIRONMENT}/pods", labelSelector=f"app.kubernetes.io/name={service}"
        )
        assert {pod["metadata"]["name"] for pod in pods} == set(world.api.pods(service))
        for pod in pods:
            (container,) = pod["containers"]
            assert container["usage"]["memory"].endswith("Ki"), told(pod)


def test_load_makes_a_service_grow(world: World, beside: Beside) -> None:
    """It has as many instances as its load asks for, none of which fails a request."""
    site = world.site
    services = site.read("stacks/services.py")
    grows = '"autoscaling": {"min": 1, "max": 3, "cpu_percent": 20},'
    site.write("stacks/services.py", services.replace('"replicas": 2,', grows, 1))
    site.up()
    until(lambda: len(world.api.pods("pods")) == 1, "pods has one instance", within=90)
    with steady_requests(site.url("app"), per_second=60, users=8) as stream:
        until(lambda: len(world.api.pods("pods")) > 1, "pods has more than one instance", within=150)
    stream.none_failed()
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")


@contextmanager
def ended_pod(world: World) -> Iterator[str]:
    """The name of a pod that is annotated to be asked, and has done its work."""
    name, path = "ended", "/api/v1/namespaces/default/pods"
    container = {
        "name": "main",
        "image": STAND_IN,
        "command": ["python3", "-c", ""],
        "ports": [{"containerPort": 8080}],
    }
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    spec = {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [container]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "annotations": annotations}, "spec": spec}
    made = world.api.create(path, pod)
    assert made.status_code == 201, made.text
    try:
        until(lambda: world.api.get(f"{path}/{name}")["status"]["phase"] == "Succeeded", "it has ended", within=120)
        yield name
    finally:
        world.api.delete(f"{path}/{name}", gracePeriodSeconds="0")


def test_prometheus_measures_all_there_is(world: World, beside: Beside) -> None:
    """Every target of every sort answers it; its alarms are about what these say; then nothing is left to change."""
    with ended_pod(world) as ended:
        beside.up(metrics_server=METRICS_SERVER, prometheus=PROMETHEUS)

        def well() -> Json:
            targets = prometheus(beside, "targets")
            found = targets["activeTargets"]
            up = {target["labels"]["job"]: target["health"] for target in found}
            wrong = [f"{target['scrapeUrl']}: {target['lastError']}" for target in found if target["health"] != "up"]
            assert not wrong, wrong
            assert set(up) == {"apiserver", "kubelet", "containers", "objects", "machines", "pods"}, up
            return targets

        # It has an address still, and is known: but whoever has ended is not down.
        left_out = until(well, "all targets answer", within=60)["droppedTargets"]
        assert ended in {target["discoveredLabels"].get("__meta_kubernetes_pod_name") for target in left_out}
    (group,) = prometheus(beside, "rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} <= {"ok", "unknown"}, told(group)
    seen = {name for rule in group["rules"] for name in measured(beside, rule)}
    assert seen >= {"up", "node_filesystem_avail_bytes", "apiserver_storage_size_bytes"}, seen
    beside.unchanged()


def prometheus(beside: Beside, what: str, **parameters: str) -> Json:
    """What its API says."""
    return beside.asked("foxden-monitoring", "prometheus:http", f"/api/v1/{what}", **parameters)["data"]


def measured(beside: Beside, rule: Json) -> set[str]:
    """What an alarm looks at, which must all be there, with the labels that its text names.

    But for what is not real here (objects), and what no pod has here (a volume that is measured).
    """
    names = set()
    for looked in selectors(prometheus(beside, "parse_query", query=rule["query"])):
        if looked["name"].startswith(("kube_", "kubelet_volume_stats_")):
            continue
        by = ",".join(f'{one["name"]}{one["type"]}"{one["value"]}"' for one in looked["matchers"])
        found = prometheus(beside, "series", **{"match[]": f"{{{by}}}"})
        assert found, f"{rule['name']}: there is no {by}"
        labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert all(labels <= set(series) for series in found), (rule["name"], found)
        names.add(looked["name"])
    return names


def selectors(part: Any) -> Iterator[Json]:
    """Those of an expression, as Prometheus takes it apart."""
    if isinstance(part, dict) and "matchers" in part:
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from selectors(inner)


@pytest.mark.parametrize(
    ("image", "reason", "settings"),
    [
        ("foxden/nowhere:1", "ErrImagePull", {"alertmanager": "alerts.example.com:9093"}),
        (image_of("metrics-server"), "unknown flag: --port", {}),
    ],
    ids=["no image", "a program that ends"],
)
def test_up_fails_when_one_is_not_well(beside: Beside, image: str, reason: str, settings: Json) -> None:
    """With what is wrong with it; settings that came with what failed are no obstacle on the way back."""
    broken = {"deadline": 15, "images": {**PROMETHEUS["images"], "kube-state-metrics": image}, **settings}
    done = beside.up(metrics_server=METRICS_SERVER, prometheus=broken, expect=FAILED)
    assert "[ProgressDeadlineExceeded]" in done.output and reason in done.output, done.output
