"""What goes wrong: rollouts that fail and why, refusals, missing rights, Ctrl-C."""

import os
import signal
from typing import Any

from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.node import LAST_WORDS
from tests.engine.plugins.kubernetes.wishes import deployment, meta, namespace, objects, one
from tests.engine.plugins.projects import FAILED, Project

_APPS = "/apis/apps/v1"
_SOON: Any = {"progress_deadline_seconds": 2}


def test_a_rollout_that_fails_says_why_and_can_be_mended(project: Project, api: Api) -> None:
    def wish(image: str) -> None:
        project.wish(
            kubernetes_core_v1_Namespace=namespace("rollout"),
            kubernetes_apps_v1_Deployment={"web": deployment("web", "rollout", image, replicas=2, **_SOON)},
        )

    wish("good:1")
    project.up()
    wish("crash:1")
    said = project.up(fails=True)
    assert "Deployment 'rollout/web' is there, but failed to become ready: [ProgressDeadlineExceeded]" in said
    assert "container 'main': [CrashLoopBackOff] back-off 10s restarting failed container" in said
    assert "container 'main': ended with exit code 1 (Error)" in said and LAST_WORDS in said
    assert one(api, "rollout", "deployments", "web", _APPS)["status"]["availableReplicas"] == 2  # the old ones
    assert "web" in project.preview()
    assert "[CrashLoopBackOff]" in project.refresh()
    assert "web" in project.preview()  # still to be mended

    wish("good:2")
    project.up()
    assert project.preview() == {}


def test_a_first_version_that_never_works_is_kept(project: Project, api: Api) -> None:
    def wish(image: str, cpu: str) -> None:
        large = {"resources": {"requests": {"cpu": cpu}}}
        project.wish(
            kubernetes_core_v1_Namespace=namespace("first"),
            kubernetes_apps_v1_Deployment={
                "web": deployment("web", "first", image, **_SOON),
                "large": deployment("large", "first", container=large, **_SOON),
            },
        )

    wish("missing:1", "64")
    for _ in range(2):
        said = project.up(fails=True)
        assert "container 'main': [ImagePullBackOff] Back-off pulling image" in said
        assert "[Unschedulable] 0/1 nodes are available: 1 Insufficient cpu" in said
        assert {name: project.state()[name]["id"] for name in ("web", "large")} == {
            "web": "first/web",
            "large": "first/large",
        }
    wish("good:1", "1")
    project.up()
    assert project.preview() == {}


def test_a_quota_and_pod_security_say_what_they_refuse(project: Project, api: Api) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    quota = {"metadata": meta("q", "strict"), "spec": {"hard": {"pods": "0"}}, "after": ["ns"]}
    project.wish(
        kubernetes_core_v1_Namespace=namespace("strict", **labels),
        kubernetes_core_v1_ResourceQuota={"q": quota},
        kubernetes_apps_v1_Deployment={"web": {**deployment("web", "strict", **_SOON), "after": ["q"]}},
    )
    said = project.up(fails=True)
    assert 'violates PodSecurity "restricted:latest"' in said
    project.wish(
        kubernetes_core_v1_Namespace=namespace("strict"),
        kubernetes_core_v1_ResourceQuota={"q": quota},
        kubernetes_apps_v1_Deployment={"web": {**deployment("web", "strict", **_SOON), "after": ["q"]}},
    )
    until(lambda: "exceeded quota: q" in project.up(fails=True), "the quota is told", 30)


def test_waits_and_their_limits(project: Project, api: Api) -> None:
    def service(name: str, **annotations: str) -> dict[str, Any]:
        spec = {"selector": {"app": "nobody"}, "ports": [{"port": 80}]}
        return {"metadata": meta(name, "waits", annotations=annotations), "spec": spec, "after": ["ns"]}

    backend = {"service": {"name": "none", "port": {"number": 80}}}
    project.wish(
        kubernetes_core_v1_Namespace=namespace("waits"),
        kubernetes_core_v1_Service={
            "limited": service("limited", **{"pulumi.com/timeoutSeconds": "1"}),
            "unwatched": service("unwatched", **{"pulumi.com/skipAwait": "true"}),
            "custom": {**service("custom"), "seconds": 2},
        },
        kubernetes_networking_v1_Ingress={
            "in": {
                "metadata": meta("in", "waits"),
                "spec": {"default_backend": backend},
                "after": ["ns"],
                "seconds": 1,
            },
        },
        kubernetes_core_v1_PersistentVolumeClaim={
            "pvc": {
                "metadata": meta("pvc", "waits"),
                "spec": {"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
                "after": ["ns"],
                "seconds": 1,
            }
        },
    )
    said = project.up(fails=True)
    assert "'waits/limited' is there, but failed to become ready: timed out after 1 s: no pod that its selector" in said
    assert "timed out after 2 s: no pod that its selector finds is ready" in said
    assert "timed out after 1 s: it leads to service 'none', which is not there" in said
    assert "timed out after 1 s: the claim is Pending, not bound to a volume" in said
    assert project.state().keys() >= {"limited", "unwatched", "custom", "in", "pvc"}
    assert "'waits/unwatched'" not in said


def test_refusals_and_mistakes(project: Project, api: Api) -> None:
    def fails(**wish: Any) -> str:
        project.wish(kubernetes_core_v1_ConfigMap={}, **wish)
        return project.pulumi("preview", expect=FAILED)

    strange = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "dta": {"a": "b"}}
    assert ".dta: field not declared in schema" in fails(**{"raw_kubernetes:core/v1:ConfigMap": {"x": strange}})
    patch = {"metadata": {"name": "x"}}
    said = fails(kubernetes_core_v1_ConfigMapPatch={"x": patch})
    assert "the stand-in has no 'kubernetes:core/v1:ConfigMapPatch'" in said
    assert "no 'kubernetes:helm.sh/v3:Release'" in fails(kubernetes_helm_v3_Release={"x": {"chart": "c"}})
    assert "docs/plugins.md" in fails(kubernetes_yaml_v2_ConfigGroup={"x": {"yaml": "a"}})
    waits = {"metadata": {"name": "x", "annotations": {"pulumi.com/waitFor": "jsonpath={.status.phase}=Up"}}}
    assert "pulumi.com/waitFor" in fails(kubernetes_core_v1_ServiceAccount={"x": waits})

    project.wish(kubernetes_core_v1_Namespace={"ns": {"metadata": {"name": "default"}}})
    said = project.up(fails=True)
    assert "Namespace 'default' already exists: import it" in said and "ns" not in project.state()


def test_who_may_not_or_can_not_is_told_before_anything_is_changed(project: Project, api: Api) -> None:
    """Also of what goes into a namespace that is not there yet."""

    def preview(**config: Any) -> str:
        providers = {"kubernetes.Provider": {"k": {"kubeconfig": {"secret": api.kubeconfig(**config)}}}}
        other = Project(project.name, project.directory, project.env, providers)
        other.wish(kubernetes_core_v1_ConfigMap={"x": {"metadata": meta("x", "new"), "data": {"a": "1"}}})
        return other.pulumi("preview", expect=FAILED)

    guest, nobody = api.token[::-1], "nobody"
    assert 'User "guest" cannot patch resource "configmaps" in API group "" in the namespace "new"' in preview(
        token=guest
    )
    assert "the API server does not know who we are (401)" in preview(token=nobody)
    said = preview(address="https://127.0.0.1:9")
    assert "the configured Kubernetes cluster is unreachable: GET https://127.0.0.1:9/version: no connection" in said


def test_ctrl_c_forgets_nothing(project: Project, api: Api) -> None:
    project.wish(
        kubernetes_core_v1_Namespace=namespace("cut"),
        kubernetes_apps_v1_Deployment={"web": deployment("web", "cut", "slow:1")},
    )
    with project.started("up", "--yes", "--skip-preview") as running:
        until(lambda: api.get("/api/v1/namespaces/cut") and objects(api, "cut", "pods"), "its pod is there", 60)
        os.kill(running.process.pid, signal.SIGINT)
        done = running.wait(20)
    assert done.code != 0, done
    assert project.state()["web"]["id"] == "cut/web"
    project.destroy()
    assert api.get("/api/v1/namespaces/cut") is None
