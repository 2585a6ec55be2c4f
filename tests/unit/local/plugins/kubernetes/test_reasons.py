"""Why something is not ready, from what the cluster says about it and its pods."""

from typing import Any

from local.plugins.kubernetes import awaiting, reasons
from local.plugins.kubernetes.kinds import Kind
from tests.unit.local.plugins.kubernetes.fake_server import Server

DEPLOYMENT, POD = Kind("apps/v1", "Deployment"), Kind("v1", "Pod")
PODS = "/api/v1/namespaces/ns/pods"
REVISION = "deployment.kubernetes.io/revision"


def named(name: str, owner: str = "", revision: str = "") -> dict[str, Any]:
    owners = {"ownerReferences": [{"uid": owner}]} if owner else {}
    return {
        "name": name,
        "namespace": "ns",
        "uid": name,
        "annotations": {REVISION: revision} if revision else {},
        **owners,
    }


def pod(name: str, owner: str = "new", **status: Any) -> dict[str, Any]:
    return {"metadata": named(name, owner), "spec": {}, "status": {"phase": "Pending", **status}}


def container(name: str = "main", **states: Any) -> dict[str, Any]:
    return {"name": name, **states}


def rollout(*pods: dict[str, Any]) -> Server:
    """A deployment with an old and a new version."""
    server = Server()
    for name, revision in (("old", "1"), ("new", "2")):
        server.objects[f"/apis/apps/v1/namespaces/ns/replicasets/{name}"] = {
            "metadata": named(name, "web", revision),
            "spec": {"template": {}},
        }
    for one in pods:
        server.objects[f"{PODS}/{one['metadata']['name']}"] = one
    return server


def told(server: Server, **status: Any) -> list[str]:
    live = {"metadata": named("web", revision="2"), "spec": {"template": {}}, "status": status}
    return reasons.of(server.cluster(), DEPLOYMENT, live)


def test_conditions() -> None:
    good = {"type": "Available", "status": "True", "message": "fine"}
    bad = {"type": "Progressing", "status": "False", "reason": "Late", "message": "too late"}
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    said = told(rollout(), conditions=[good, bad, refused])
    assert said == ["[Late] too late", "[FailedCreate] exceeded quota"]


def test_only_pods_of_the_new_version_that_are_not_well() -> None:
    ready: Any = {"conditions": [{"type": "Ready", "status": "True"}]}
    server = rollout(
        pod("a", "old", reason="Old"), pod("b", reason="Evicted"), pod("c", **ready), pod("d", phase="Succeeded")
    )
    assert told(server) == ["pod 'b': Pending Evicted"]


def test_a_pod_without_a_node() -> None:
    why = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}
    assert told(rollout(pod("a", conditions=[why]))) == ["pod 'a': [Unschedulable] 0/1 nodes"]


def test_containers_that_wait_crash_or_only_start() -> None:
    waits = container("w", state={"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}})
    starts = container("s", state={"waiting": {"reason": "ContainerCreating"}})
    ended = {"exitCode": 3, "reason": "Error", "message": "why"}
    loops = container("l", state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState={"terminated": ended})
    over = container("o", state={"terminated": {"exitCode": 1, "reason": "OOMKilled"}})
    server = rollout(pod("a", initContainerStatuses=[waits], containerStatuses=[starts, loops, over]))
    server.logs[f"{PODS}/a/log"] = "one\ntwo\n"
    said = told(server)
    wrote = " wrote last:\n      one\n      two"
    assert said == [
        "pod 'a', container 'w': [ImagePullBackOff] Back-off",
        "pod 'a', container 'l': [CrashLoopBackOff]",
        "pod 'a', container 'l': ended with exit code 3 (Error) why",
        f"pod 'a', container 'l'{wrote}",
        "pod 'a', container 'o': ended with exit code 1 (OOMKilled)",
        f"pod 'a', container 'o'{wrote}",
    ]
    logs = [query for _, path, query in server.asked if path.endswith("/log")]
    assert [(query["container"], query["previous"], query["tailLines"]) for query in logs] == [
        ("l", "true", 10),
        ("o", "", 10),
    ]


def test_containers_that_run_and_are_not_well() -> None:
    running: Any = {"running": {}}
    asked_to_end: Any = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    states = [
        container("first", ready=True, state=asked_to_end),
        container("well", ready=True, state=running),
        container("unwell", ready=False, state=running),
        container("again", ready=False, state=running, lastState=asked_to_end),
    ]
    server = rollout(pod("a", containerStatuses=states))
    server.logs[f"{PODS}/a/log"] = "no database\n"
    assert told(server) == [
        f"pod 'a', container '{name}' wrote last:\n      no database" for name in ("unwell", "again")
    ]
    logs = [query for _, path, query in server.asked if path.endswith("/log")]
    assert [(query["container"], query["previous"]) for query in logs] == [("unwell", ""), ("again", "true")]


def test_events_the_last_ones_and_each_once() -> None:
    server = rollout()
    for index, message in enumerate(["first", "second", "third", "third", "fourth"]):
        event = {"metadata": {"name": str(index)}, "reason": "R", "message": message, "lastTimestamp": str(index)}
        server.objects[f"/api/v1/namespaces/ns/events/{index}"] = event
    assert told(server) == ["[R] second", "[R] third", "[R] fourth"]
    selectors = [query["fieldSelector"] for _, path, query in server.asked if path.endswith("/events")]
    assert selectors == [f"involvedObject.uid={name},type=Warning" for name in ("web", "new")]


def test_a_pod_that_is_an_object_of_the_program() -> None:
    live = pod("a", "", containerStatuses=[container(state={"waiting": {"reason": "ErrImagePull"}})])
    said = reasons.of(rollout().cluster(), POD, live)
    assert said == ["pod 'a', container 'main': [ErrImagePull]"]


def test_a_service_asks_the_pods_that_it_selects() -> None:
    server = rollout(pod("a", reason="Evicted"))
    live = {"metadata": named("web"), "spec": {"selector": {"app": "web", "tier": "x"}}}
    assert reasons.of(server.cluster(), Kind("v1", "Service"), live) == ["pod 'a': Pending Evicted"]
    assert ("GET", PODS, {"labelSelector": "app=web,tier=x"}) in server.asked


def test_who_may_not_ask_is_told_what_is_known() -> None:
    server = rollout()
    server.refusals["GET"] = (403, "Forbidden", "no")
    error = awaiting.not_ready(server.cluster(), DEPLOYMENT, {"metadata": named("web")}, "too late")
    assert str(error).splitlines() == [
        "Deployment 'ns/web' is there, but failed to become ready: too late",
        "  - (more can't be found out: no)",
    ]
