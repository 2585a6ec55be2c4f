"""Resources from nothing to nothing, through the real engine, on the real servers."""

import json

from tests.engine.harness.waiting import until
from tests.engine.plugins.jobs import job, spec
from tests.engine.plugins.projects import FAILED, Project
from tests.engine.plugins.servers import Servers

_SECRET = "hush-f1a9c4"
_RULES = 'namespace "life" { variables { path "app/*" { capabilities = ["read"] } } }'


def everything(count: int = 1, description: str = "first") -> dict[str, dict[str, object]]:
    return {
        "nomad_Namespace": {"ns": {"name": "life", "description": description, "meta": {"who": "tests"}}},
        "nomad_Variable": {
            "v": {"path": "app/x", "namespace": {"output": ["ns", "name"]}, "items": {"value": {"secret": _SECRET}}}
        },
        "nomad_AclPolicy": {
            "p": {"name": "life-p", "rules_hcl": _RULES, "job_acl": {"namespace": "life", "job_id": "web"}}
        },
        "nomad_Job": {"web": {**job("web", "life", count=count), "after": ["ns"]}},
        "consul_KeyPrefix": {
            "kp": {
                "path_prefix": "life/prefix/",
                "subkeys": {"index": {"output": ["web", "modify_index"]}, "a/b": description},
                "subkey_collection": [{"path": "flagged", "value": "f", "flags": 7}],
            }
        },
        "consul_Keys": {
            "k": {"keys": [{"path": "life/gone", "value": "1", "delete": True}, {"path": "life/kept", "value": "2"}]}
        },
    }


def test_up_change_and_destroy(project: Project, servers: Servers) -> None:
    project.wish(**everything())
    planned = project.pulumi("preview", "--diff")
    assert "+ 9 to create" in planned
    assert "index" in planned and "[unknown]" in planned  # an output that no preview can know
    assert servers.consul.keys_below("life/") == [] and servers.nomad.jobs("life") == {}

    project.up()
    assert len(servers.nomad.instances("web", "life")) == 1
    deployed = project.state()["web"]["outputs"]
    assert (deployed["deploymentStatus"], deployed["namespace"], deployed["name"]) == ("successful", "life", "web")
    assert servers.nomad.get("/v1/var/app/x", namespace="life")["Items"] == {"value": _SECRET}
    assert servers.nomad.get("/v1/acl/policy/life-p")["JobACL"]["JobID"] == "web"
    assert servers.nomad.get("/v1/namespace/life")["Meta"] == {"who": "tests"}
    assert value(servers, "life/prefix/index") == deployed["modifyIndex"]
    assert servers.consul.get("/v1/kv/life/prefix/flagged")[0]["Flags"] == 7
    assert project.preview() == {}

    project.wish(**everything(count=2, description="second"))
    assert project.preview() == {
        "ns": ["update", "description"],
        "web": ["update", "jobspec"],
        "kp": ["update", "subkeys.index", 'subkeys["a/b"]'],
    }
    said = project.up()
    for shown in (planned, said, project.state_text):
        assert _SECRET not in shown
        assert servers.nomad_token not in shown and servers.consul_token not in shown
    assert len(servers.nomad.instances("web", "life")) == 2
    assert servers.nomad.get("/v1/namespace/life")["Description"] == "second"
    assert value(servers, "life/prefix/a/b") == "second"
    assert project.preview() == {}

    project.destroy()
    assert servers.nomad.ask("GET", "/v1/namespace/life").status_code == 404
    assert servers.nomad.ask("GET", "/v1/acl/policy/life-p").status_code == 404
    assert servers.nomad.get("/v1/jobs", namespace="*") == []
    assert servers.consul.keys_below("life/") == ["life/kept"]
    assert servers.nomad.not_over("*") == []
    servers.consul.delete("/v1/kv/life/kept")


def test_replacement(project: Project, servers: Servers) -> None:
    def wish(job_id: str, namespace: str, prefix: str) -> None:
        project.wish(
            nomad_Namespace={"ns": {"name": namespace}},
            nomad_Job={"j": {**job(job_id, namespace), "after": ["ns"]}},
            consul_KeyPrefix={"kp": {"path_prefix": prefix, "subkeys": {"a": "1"}}},
        )

    wish("one", "here", "swap/1/")
    project.up()
    wish("two", "here", "swap/2/")
    assert project.preview() == {"j": ["replace", "jobspec", "name"], "kp": ["replace", "pathPrefix"]}
    wish("two", "there", "swap/2/")
    said = project.up()
    assert "[diff: ~name]" in said and "[diff: ~jobspec,namespace]" in said and "[diff: ~pathPrefix]" in said
    assert project.preview() == {}
    assert servers.nomad.jobs().keys() == {"two"} and servers.nomad.jobs("there").keys() == {"two"}
    assert servers.nomad.ask("GET", "/v1/namespace/here").status_code == 404
    assert servers.consul.keys_below("swap/") == ["swap/2/a"]


def test_drift_is_found_and_mended(project: Project, servers: Servers) -> None:
    project.wish(
        nomad_Namespace={"ns": {"name": "drift", "description": "ours"}},
        nomad_Variable={
            "v": {"path": "a", "namespace": "drift", "items": {"k": "v"}, "after": ["ns"]},
            "w": {"path": "b", "namespace": "drift", "items": {"k": "v"}, "after": ["ns"]},
        },
        nomad_AclPolicy={"p": {"name": "drift-p", "rules_hcl": _RULES}},
        nomad_Job={
            "scaled": {**job("scaled", "drift"), "after": ["ns"]},
            "stopped": {**job("stopped", "drift"), "after": ["ns"]},
            "edited": {**job("edited", "drift"), "after": ["ns"]},
        },
        consul_KeyPrefix={"kp": {"path_prefix": "drift/p/", "subkeys": {"a": "1", "b": "2"}}},
        consul_Keys={"k": {"keys": [{"path": "drift/k", "value": "1", "delete": True}]}},
    )
    project.up()

    nomad, consul = servers.nomad, servers.consul
    nomad.put("/v1/namespace", {"Name": "drift", "Description": "theirs"})
    nomad.put("/v1/var/a", {"Path": "a", "Namespace": "drift", "Items": {"k": "theirs"}}, namespace="drift")
    assert nomad.ask("DELETE", "/v1/var/b", namespace="drift").status_code == 204
    nomad.delete("/v1/acl/policy/drift-p")
    nomad.put("/v1/job/scaled/scale", {"Count": 3, "Target": {"Group": "main"}}, namespace="drift")
    nomad.delete("/v1/job/stopped", namespace="drift")
    nomad.put("/v1/jobs", {"Job": spec("edited", "drift", Priority=60)}, namespace="drift")
    assert consul.ask("PUT", "/v1/kv/drift/p/extra", "x").status_code == 200
    consul.delete("/v1/kv/drift/p/a")
    assert consul.ask("PUT", "/v1/kv/drift/k", 2).status_code == 200

    project.refresh()
    assert project.preview() == {
        "ns": ["update", "description"],
        "v": ["update", "items.k"],
        "w": ["create"],
        "p": ["create"],
        "scaled": ["update", "jobspec"],
        "stopped": ["update", "stop"],
        "edited": ["update", "jobspec"],
        "kp": ["update", "subkeys.a", "subkeys.extra"],
        "k": ["update", "keys"],
    }
    project.up()
    assert project.preview() == {}
    assert len(nomad.instances("scaled", "drift")) == 1
    assert len(nomad.instances("stopped", "drift")) == 1
    assert nomad.job("edited", "drift")["Priority"] == 50
    assert consul.keys_below("drift/") == ["drift/k", "drift/p/a", "drift/p/b"]
    assert value(servers, "drift/k") == "1"


def test_import(project: Project, servers: Servers) -> None:
    nomad = servers.nomad
    nomad.put("/v1/namespace", {"Name": "found", "Description": "d"})
    nomad.put("/v1/jobs", {"Job": spec("app", "found")}, namespace="found")
    nomad.put("/v1/var/a/b", {"Path": "a/b", "Namespace": "found", "Items": {"k": _SECRET}}, namespace="found")
    nomad.put("/v1/acl/policy/found-p", {"Name": "found-p", "Rules": _RULES})
    assert servers.consul.ask("PUT", "/v1/kv/found/a", 1).status_code == 200
    ids = {
        "nomad:index/namespace:Namespace": "found",
        "nomad:index/job:Job": "app@found",
        "nomad:index/variable:Variable": "a/b@found",
        "nomad:index/aclPolicy:AclPolicy": "found-p",
        "consul:index/keyPrefix:KeyPrefix": "found/",
    }
    names = ["ns", "j", "v", "p", "kp"]
    wanted = [
        {"type": kind, "name": name, "id": known, "provider": kind.split(":")[0]}
        for name, (kind, known) in zip(names, ids.items(), strict=True)
    ]
    # The providers have to be in the state before anything can be imported through them.
    project.wish(nomad_Job={}, consul_Keys={})
    project.up()
    urns = {name: resource["urn"] for name, resource in project.state().items()}
    table = {"nomad": urns["n"], "consul": urns["c"]}
    plan = project.directory / "plan.json"
    command = ["import", "--file", "plan.json", "--yes", "--skip-preview", "--protect=false"]

    plan.write_text(json.dumps({"nameTable": table, "resources": [{**wanted[1], "id": "nobody@found"}]}))
    assert "resource 'nobody@found' does not exist" in project.pulumi(*command, expect=FAILED)
    plan.write_text(json.dumps({"nameTable": table, "resources": wanted}))
    assert "= 5 imported" in project.pulumi(*command)
    assert _SECRET not in project.state_text

    project.wish(
        nomad_Namespace={"ns": {"name": "found", "description": "d"}},
        nomad_Job={"j": {"jobspec": json.dumps(spec("app", "found")), "json": True, "after": ["ns"]}},
        nomad_Variable={"v": {"path": "a/b", "namespace": "found", "items": {"k": _SECRET}, "after": ["ns"]}},
        nomad_AclPolicy={"p": {"name": "found-p", "rules_hcl": _RULES}},
        consul_KeyPrefix={"kp": {"path_prefix": "found/", "subkeys": {"a": "1"}}},
    )
    assert project.preview() == {}
    project.destroy()
    # Not purged, as that was never asked for; a stopped job keeps no namespace alive.
    assert servers.nomad.ask("GET", "/v1/namespace/found").status_code == 404
    assert servers.consul.keys_below("found/") == []


def test_all_kinds_of_jobs(project: Project, servers: Servers) -> None:
    hcl = """
      variable "count" { type = number }
      variable "words" { type = list(string) }
      job "written" {
        type = "service"
        group "main" {
          count = var.count
          update {
            health_check = "task_states"
            min_healthy_time = "500ms"
          }
          task "main" {
            driver = "raw_exec"
            config {
              command = "/bin/sleep"
              args = var.words
            }
          }
        }
      }
    """
    endless = {"command": "exec sleep 500"}
    cron = {"Enabled": True, "Spec": "0 0 1 1 *", "SpecType": "cron"}
    project.wish(
        nomad_Job={
            "written": {
                "jobspec": hcl,
                "detach": False,
                "purge_on_destroy": True,
                "hcl2": {"vars": {"count": "2", "words": '["500"]'}},
            },
            "once": job("once", Type="batch", command="true"),
            "everywhere": job("everywhere", Type="system", **endless),
            "once-everywhere": job("once-everywhere", Type="sysbatch", command="true"),
            "nightly": job("nightly", Type="batch", Periodic=cron, **endless),
        }
    )
    project.up()
    outputs = {name: resource.get("outputs", {}) for name, resource in project.state().items()}
    assert outputs["written"]["taskGroups"][0]["count"] == 2
    assert outputs["written"]["deploymentStatus"] == "successful"
    assert "deploymentId" not in outputs["once"] and "deploymentId" not in outputs["nightly"]
    assert outputs["nightly"]["periodicConfigs"][0]["spec"] == "0 0 1 1 *"
    assert len(servers.nomad.instances("everywhere", "default")) == 1
    assert project.preview() == {}
    project.refresh()
    assert project.preview() == {}

    servers.nomad.put("/v1/job/nightly/periodic/force", {})
    until(lambda: len(servers.nomad.jobs("default")) == 4, "the nightly job was launched", 10)
    project.destroy()
    assert servers.nomad.get("/v1/jobs") == [] and servers.nomad.not_over("default") == []


def value(servers: Servers, key: str) -> str:
    return servers.consul.ask("GET", f"/v1/kv/{key}", raw="true").text
