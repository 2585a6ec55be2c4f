"""Objects through their life, told by the real engine, on a real API server with its controllers."""

import base64
import json
from typing import Any

from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.wishes import config_map, deployment, meta, namespace, objects, one, pod_template
from tests.engine.plugins.projects import FAILED, Project

_SECRET = "mT7xKq2Lw9"
_APPS = "/apis/apps/v1"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"


def everything(image: str = "good:1", replicas: int = 1) -> dict[str, Any]:
    quantities = {"resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}}
    account = {"env": [{"name": "TOKEN", "value": {"secret": _SECRET}}]}
    return {
        "kubernetes_core_v1_Namespace": namespace("life"),
        "kubernetes_core_v1_Secret": {
            "s": {"metadata": meta("s", "life"), "string_data": {"key": _SECRET}, "after": ["ns"]},
        },
        "kubernetes_core_v1_ConfigMap": {"named": config_map("life", a="1")},
        "kubernetes_apps_v1_Deployment": {
            "web": deployment("web", "life", image, replicas, container={**quantities, **account}),
        },
        "kubernetes_core_v1_Service": {
            "svc": {
                "metadata": meta("web", "life"),
                "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
                "after": ["ns"],
            }
        },
        "kubernetes_batch_v1_Job": {
            "job": {
                "metadata": meta("job", "life"),
                "spec": {"template": {"spec": {**pod_template("done:1", "job")["spec"], "restart_policy": "Never"}}},
                "after": ["ns"],
            }
        },
    }


def test_create_change_nothing_update_and_destroy(project: Project, api: Api) -> None:
    project.wish(**everything())
    planned = project.pulumi("preview", "--diff")
    project.up()
    state = project.state()
    assert {name: state[name]["id"] for name in ("ns", "web", "svc", "job")} == {
        "ns": "life",
        "web": "life/web",
        "svc": "life/web",
        "job": "life/job",
    }
    assert state["web"]["outputs"]["status"]["availableReplicas"] == 1
    assert state["svc"]["outputs"]["spec"]["clusterIP"].startswith("10.96.")
    assert base64.b64decode(one(api, "life", "secrets", "s")["data"]["key"]).decode() == _SECRET
    given = [name for name in objects(api, "life", "configmaps") if name.startswith("named-")]
    assert given == [state["named"]["id"].removeprefix("life/")]
    assert project.preview() == {}

    project.wish(**everything("good:2", 2))
    assert project.preview() == {"web": ["update", "spec.replicas", "spec.template.spec.containers[0].image"]}
    said = project.up()
    for shown in (planned, said, project.state_text):
        assert _SECRET not in shown and base64.b64encode(_SECRET.encode()).decode() not in shown
        assert api.token not in shown
    assert one(api, "life", "deployments", "web", _APPS)["status"]["updatedReplicas"] == 2
    assert project.preview() == {}
    project.refresh()  # "1000m" and "1" are the same
    assert project.preview() == {}

    project.destroy()
    assert api.get("/api/v1/namespaces/life") is None


def test_what_can_not_be_changed_is_replaced(project: Project, api: Api) -> None:
    def wish(value: str, label: str, place: str) -> None:
        selected: Any = {"selector": {"match_labels": {"app": label}}, "template": pod_template("good:1", label)}
        project.wish(
            kubernetes_core_v1_Namespace={**namespace("here"), "other": {"metadata": {"name": "there"}}},
            kubernetes_core_v1_ConfigMap={
                "named": config_map("here", a=value),
                "fixed": config_map("here", "f", a=value),
            },
            kubernetes_apps_v1_Deployment={"web": deployment("web", "here", **selected)},
            kubernetes_core_v1_ServiceAccount={"moved": {"metadata": meta("m", place), "after": ["other"]}},
        )

    wish("1", "one", "here")
    project.up()
    first = project.state()
    wish("2", "two", "there")
    assert project.preview() == {
        "named": ["replace", "data.a"],
        "fixed": ["replace", "data.a"],
        "web": ["replace", "spec.selector.matchLabels.app", "spec.template.metadata.labels.app"],
        "moved": ["replace", "metadata.namespace"],
    }
    said = project.up()
    # A name of its own is made before the old one goes, a fixed one after.
    assert said.index("named created replacement") < said.index("named deleting original")
    assert said.index("fixed deleted original") < said.index("fixed creating replacement")
    assert said.index("moved created replacement") < said.index("moved deleting original")
    assert project.state()["named"]["id"] != first["named"]["id"]
    assert one(api, "here", "deployments", "web", _APPS)["spec"]["selector"] == {"matchLabels": {"app": "two"}}
    assert one(api, "here", "serviceaccounts", "m") is None and one(api, "there", "serviceaccounts", "m")
    assert project.preview() == {}


def test_drift_is_found_and_mended(project: Project, api: Api) -> None:
    rules = [{"api_groups": [""], "resources": ["pods"], "verbs": ["get"]}]
    forced = {"pulumi.com/patchForce": "true"}

    def wish(annotations: dict[str, str]) -> None:
        role = {"metadata": meta("r", "drift", annotations=annotations), "rules": rules, "after": ["ns"]}
        project.wish(
            kubernetes_core_v1_Namespace=namespace("drift", ours="yes"),
            kubernetes_core_v1_ConfigMap={"gone": config_map("drift", "gone", a="1")},
            kubernetes_rbac_v1_Role={"edited": role},
            kubernetes_apps_v1_Deployment={"scaled": deployment("scaled", "drift", annotations=annotations)},
        )

    wish({})
    project.up()
    scaled, role = f"{_APPS}/namespaces/drift/deployments/scaled", f"{_RBAC}/namespaces/drift/roles/r"
    api.patch(scaled, {"spec": {"replicas": 3}, "metadata": {"labels": {"theirs": "too"}}})
    api.patch(role, {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]})
    api.patch("/api/v1/namespaces/drift", {"metadata": {"labels": {"ours": None}}})
    api.delete("/api/v1/namespaces/drift/configmaps/gone")

    project.refresh()
    # What others manage is not taken from them unasked, as with the official plugin.
    said = project.pulumi("preview", expect=FAILED)
    assert "can't be updated: Apply failed with 1 conflict" in said and "pulumi.com/patchForce" in said
    wish(forced)
    annotation = 'metadata.annotations["pulumi.com/patchForce"]'
    assert project.preview() == {
        "ns": ["update", "metadata.labels.ours"],
        "gone": ["create"],
        "edited": ["update", annotation, "rules[0].verbs[0]"],
        "scaled": ["update", annotation, "spec.replicas"],
    }
    project.up()
    assert project.preview() == {}
    assert api.get(role)["rules"][0]["verbs"] == ["get"]
    assert api.get(scaled)["spec"]["replicas"] == 1
    assert api.get(scaled)["metadata"]["labels"] == {"theirs": "too"}
    assert one(api, "drift", "configmaps", "gone")["data"] == {"a": "1"}


def test_import_and_a_look_at_what_others_made(project: Project, api: Api) -> None:
    data = base64.b64encode(_SECRET.encode()).decode()
    api.post("/api/v1/namespaces", {"metadata": {"name": "found"}})
    api.post("/api/v1/namespaces/found/secrets", {"metadata": {"name": "s"}, "data": {"k": data}})
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "svc"},
        "spec": {"externalName": "elsewhere", "type": "ExternalName"},
    }
    path = "/api/v1/namespaces/found/services/svc?fieldManager=pulumi-kubernetes-00000001"
    assert api.ask("PATCH", path, service, "application/apply-patch+yaml").status_code == 201
    project.wish(kubernetes_core_v1_ConfigMap={})
    project.up()
    wanted = {"Namespace": ("ns", "found"), "Secret": ("s", "found/s"), "Service": ("svc", "found/svc")}
    plan = {
        "nameTable": {"k": project.state()["k"]["urn"]},
        "resources": [
            {"type": f"kubernetes:core/v1:{kind}", "name": name, "id": known, "provider": "k"}
            for kind, (name, known) in wanted.items()
        ],
    }
    (project.directory / "plan.json").write_text(json.dumps(plan))
    command = ["import", "--file", "plan.json", "--yes", "--skip-preview", "--protect=false"]
    assert "= 3 imported" in project.pulumi(*command)
    assert data not in project.state_text

    project.wish(
        kubernetes_core_v1_Namespace={"ns": {"metadata": {"name": "found"}}},
        kubernetes_core_v1_Secret={"s": {"metadata": meta("s", "found"), "type": "Opaque", "data": {"k": data}}},
        kubernetes_core_v1_Service={
            "svc": {
                "metadata": meta("svc", "found"),
                "spec": {"external_name": "elsewhere", "type": "ExternalName"},
            }
        },
        **{"raw_kubernetes:core/v1:Namespace": {"look": {"id": "default"}}},
    )
    assert project.preview() == {"look": ["read"]}
    project.up()
    assert project.state()["look"]["outputs"]["status"] == {"phase": "Active"}
    project.destroy()
    assert api.get("/api/v1/namespaces/found") is None and api.get("/api/v1/namespaces/default")


def test_a_kind_and_an_object_of_it_in_one_go(project: Project, api: Api) -> None:
    open_schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    names = {"plural": "things", "kind": "Thing"}
    version = {"name": "v1", "served": True, "storage": True, "schema": open_schema}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.org"},
        "spec": {"group": "example.org", "names": names, "scope": "Namespaced", "versions": [version]},
    }
    # The garbage collector, which ends what is deleted in the foreground, gets to know a kind within half a minute.
    metadata = {"name": "t", "annotations": {"pulumi.com/deletionPropagationPolicy": "background"}}
    thing = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": metadata, "spec": {"size": 1}}
    project.wish(
        kubernetes_core_v1_ConfigMap={},
        **{
            "raw_kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": {"crd": definition},
            "raw_kubernetes:example.org/v1:Thing": {"thing": thing},
        },
    )
    project.up()
    assert project.state()["thing"]["id"] == "default/t"
    assert project.preview() == {}
    project.destroy()
