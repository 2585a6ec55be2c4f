"""What the commands understand of Kubernetes, and how they find out which cluster they are asked about."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from local.commands import backends, up
from local.commands.dashboards import dashboards
from local.commands.kubernetes_api import Kubernetes
from local.commands.kubernetes_facts import environments_of, images_of, jobs_of, pods_of, routes_of, unfinished, unwell
from local.commands.logs import find, worth_reading
from local.commands.nomad_api import Servers
from local.commands.services import running, show, wait_until_well
from local.errors import LocalError
from local.paths import cluster_file
from tests.unit.local.commands.canned import Canned

NAME, PART_OF = "app.kubernetes.io/name", "app.kubernetes.io/part-of"
DEPLOYMENTS = "/apis/apps/v1/namespaces/local/deployments"
PODS = "/api/v1/namespaces/local/pods"
INGRESSES = "/apis/networking.k8s.io/v1/ingresses"


def workload(name: str, service: str, kind: str = "Deployment", version: str = "v1", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "local", "labels": {NAME: service}, "creationTimestamp": "2030-01-01"}
    template = {"metadata": {"annotations": {"foxden/version": version}}}
    return {
        "kind": kind,
        "metadata": metadata,
        "spec": {"replicas": 2, "template": template, **spec},
        "status": {"readyReplicas": 2},
    }


def pod(name: str, ready: bool = True, phase: str = "Running", **metadata: Any) -> dict[str, Any]:
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    return {
        "metadata": {"name": name, "resourceVersion": "7", **metadata},
        "spec": {"containers": [{"image": "foxden/pods:1"}]},
        "status": {"phase": phase, "conditions": [condition]},
    }


def ingress(service: str, host: str, path: str = "/") -> dict[str, Any]:
    paths = [{"path": path, "backend": {}}]
    return {
        "metadata": {"name": service, "namespace": "local", "labels": {NAME: service}},
        "spec": {"rules": [{"host": host, "http": {"paths": paths}}]},
    }


def test_sets_of_one_service_are_one_row_with_the_newest_version() -> None:
    canary = workload("pods--canary", "pods", version="v2", replicas=1)
    canary["metadata"]["creationTimestamp"] = "2030-01-02"
    [job] = jobs_of([workload("pods", "pods", replicas=1), canary])
    assert (job.name, job.version, job.wanted, job.kind, job.status) == ("pods", "v2", 2, "service", "running")


def test_what_runs_to_its_end_shows_its_state() -> None:
    done = workload("night", "night", "Job")
    done["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    cron = workload("hourly", "hourly", "CronJob", jobTemplate={"spec": workload("x", "x")["spec"]})
    jobs = {job.name: job for job in jobs_of([done, cron])}
    assert (jobs["night"].kind, jobs["night"].status) == ("batch", "dead")
    assert (jobs["hourly"].kind, jobs["hourly"].status, jobs["hourly"].version) == ("batch", "running", "v1")


def test_the_way_in_has_as_many_instances_as_there_are_nodes() -> None:
    proxy = workload("ingress", "foxden-ingress", "DaemonSet")
    proxy["status"] = {"desiredNumberScheduled": 3, "numberReady": 1}
    [job] = jobs_of([proxy])
    assert (job.wanted, job.status) == (3, "running")


def test_pods_on_their_way_out_are_no_instances() -> None:
    leaving = pod("pods-a-1", deletionTimestamp="now")
    [instance] = pods_of([leaving, pod("pods-a-kgslf", ready=False, phase="Pending")])
    assert (instance.short, instance.status, instance.healthy) == ("kgslf", "pending", False)


def test_a_service_that_did_not_get_through_says_what_keeps_serving() -> None:
    stuck, well = workload("pods", "pods"), workload("router", "router")
    stuck["status"] = {"updatedReplicas": 1, "unavailableReplicas": 1}
    well["status"] = {"updatedReplicas": 2}
    own: dict[str, Any] = {"labels": {NAME: "pods"}, "annotations": {"foxden/version": "v1"}}
    pods = [pod("pods-a-1", **own), pod("pods-a-2", **own), pod("pods-b-1", ready=False, **own)]
    assert unfinished([stuck, well], pods) == [
        "",
        "pods: its new version is not through",
        "  version v1 keeps serving: 2 healthy instances",
    ]
    assert unfinished([stuck], [])[-1] == "  no version of it serves"


def test_a_pod_that_cannot_start_says_why_and_one_that_is_being_made_does_not() -> None:
    pods = [pod("pods-a-1x", labels={NAME: "pods"}), pod("pods-a-2x")]
    for one, reason in zip(pods, ("ImagePullBackOff", "ContainerCreating"), strict=True):
        one["status"]["containerStatuses"] = [{"state": {"waiting": {"reason": reason, "message": "no such image"}}}]
    assert unwell([*pods, pod("pods-a-3x")]) == ["pods 1x: ImagePullBackOff: no such image"]


def test_only_namespaces_that_are_environments_count() -> None:
    spaces: list[dict[str, Any]] = [
        {"metadata": {"name": "local", "labels": {PART_OF: "local"}}},
        {"metadata": {"name": "foxden-ingress", "labels": {NAME: "ingress"}}},
        {"metadata": {"name": "default"}},
    ]
    assert environments_of(spaces) == ["local"]


def test_routes_and_images_are_read_from_the_objects() -> None:
    [route] = routes_of([ingress("pods", "app.x", "/a")])
    assert route.url("http", 8080) == "http://app.x:8080/a"
    assert (route.environment, route.service) == ("local", "pods")
    assert images_of([pod("a"), pod("b")]) == {"foxden/pods:1"}


def cluster(canned: Canned, host: str = "app.foxden.localhost") -> Kubernetes:
    canned.answers |= {
        DEPLOYMENTS: {"items": [workload("pods", "pods")]},
        PODS: {"items": [pod("pods-a-1"), pod("pods-a-2")]},
        INGRESSES: {"items": [ingress("pods", host)]},
        "/api/v1/namespaces": {"items": [{"metadata": {"name": "local", "labels": {PART_OF: "local"}}}]},
        "/readyz": "ok",
    }
    return Kubernetes(canned.cluster)


def test_the_table_is_the_same_as_on_nomad(canned: Canned) -> None:
    canned.sites["app.foxden.localhost"] = (200, "hello")
    servers = cluster(canned)
    lines = show(running(servers, "local"))
    url = f"http://app.foxden.localhost:{canned.cluster.ingress_port}/"
    assert servers.answer()
    assert lines[1].split() == ["pods", "v1", "2/2", url]
    assert [service.well for service in wait_until_well(servers, "local", 0)] == [True]


def test_a_route_that_the_ingress_does_not_know_yet_is_waited_for(canned: Canned) -> None:
    canned.sites["app.foxden.localhost"] = (404, "404 page not found\n")
    with pytest.raises(LocalError, match="answers 404: 404 page not found"):
        wait_until_well(cluster(canned), "local", 0)


def test_logs_are_those_of_the_pods(canned: Canned) -> None:
    servers = cluster(canned)
    canned.answers[f"{PODS}/pods-a-1/log"] = "one\ntwo\n"
    job = find(servers, "local", "pods")
    [first, _] = worth_reading(servers.instances(job.environment, job.name))
    assert servers.tail("local", first.id, job.task, "all", 2) == ["one", "two"]
    assert list(servers.follow("local", first.id, job.task, "all", 2)) == ["one", "two"]
    with pytest.raises(LocalError, match="did you mean 'pods'"):
        find(servers, "local", "pod")


def test_a_cluster_that_does_not_answer_has_nothing(canned: Canned) -> None:
    servers = Kubernetes(canned.cluster)
    assert not servers.answer() and not servers.has_ingress()
    assert servers.jobs("local") == [] and servers.environments() == [] and servers.routes() == []
    assert servers.tail("local", "x", "main", "all", 1) == []


def test_each_scheduler_is_asked_in_its_own_way(state: Path, canned: Canned) -> None:
    assert backends.in_use() is None
    assert isinstance(backends.questions(canned.cluster), Servers)
    canned.cluster = type(canned.cluster)(**{**vars(canned.cluster), "scheduler": "kubernetes", "dashboards": {}})
    assert isinstance(backends.questions(canned.cluster), Kubernetes)
    assert dashboards(canned.cluster) == []
    canned.cluster.save()
    assert backends.in_use() == "kubernetes"
    with pytest.raises(LocalError, match="one of nomad, kubernetes, context"):
        backends.backend("swarm")


def test_a_running_cluster_decides_and_another_one_is_refused(state: Path) -> None:
    assert up._way("kubernetes", None) == "kubernetes"
    assert up._way(None, None) == "nomad"  # the choice of the environment's file
    cluster_file().parent.mkdir(parents=True)
    cluster_file().write_text(json.dumps({"scheduler": "kubernetes", "options": {}}))
    assert up._way(None, None) == "kubernetes"
    with pytest.raises(LocalError, match="'make up SCHEDULER=nomad'"):
        up._way("nomad", None)


def test_a_scheduler_that_this_machine_does_not_run_is_refused() -> None:
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--scheduler", "swarm"])


def test_the_names_of_the_clusters_own_namespaces_are_no_environments() -> None:
    for way in ("kubernetes", "context"):
        assert backends.backend(way).refusal("demo") is None
        for name in ("kube-system", "foxden-ingress", "foxden-monitoring"):
            assert "that namespace is the cluster's" in str(backends.backend(way).refusal(name))
    assert backends.backend("nomad").refusal("kube-system") is None
