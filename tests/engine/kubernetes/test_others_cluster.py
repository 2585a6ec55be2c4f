"""``make up CONTEXT=...``: somebody else's cluster, on which we may do no more than docs/kubernetes.md asks for."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.paths import REPO
from tests.engine.harness.apis import Json
from tests.engine.harness.shared import SERVICES
from tests.engine.harness.site import Site, new_site
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import World, told

CONTEXT, TEAM, MORE = "somebody", "team", "more"
GROUP = "rbac.authorization.k8s.io"
RBAC = f"/apis/{GROUP}/v1"
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
VOLATILE = ("resourceVersion", "managedFields", "generation")
"""Of an object's metadata: what changes when nobody wishes anything of it."""
BY_ITSELF = ("events", "leases", "endpoints", "endpointslices", "ipaddresses", "componentstatuses")
"""Kinds that a cluster writes without being asked."""


def documented() -> Json:
    """The role that the documentation asks for."""
    page = (REPO / "docs" / "kubernetes.md").read_text()
    return yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])


@pytest.fixture
def visitor(world: World, tmp_path: Path) -> Iterator[Site]:
    """A checkout whose user has a context of that cluster: at first with less rights than it takes.

    Its images are there, as if its nodes had pulled them from a registry.
    """
    api, facts = world.api, world.site.facts
    role, without = documented(), documented()
    without["metadata"]["name"] = "less"
    without["rules"] = [rule for rule in role["rules"] if "networkpolicies" not in rule["resources"]]
    without["rules"][0] = {**without["rules"][0], "verbs": ["get", "list", "watch", "create", "patch"]}
    made = {
        ACCOUNTS: [{"metadata": {"name": CONTEXT}}],
        f"{RBAC}/clusterroles": [role, without],
        f"{RBAC}/clusterrolebindings": [bound_to("less")],
    }
    for path, things in made.items():
        for thing in things:
            answer = api.create(path, thing)
            assert answer.status_code == 201, answer.text
    asked = api.create(f"{ACCOUNTS}/{CONTEXT}/token", {"spec": {"expirationSeconds": 3600}})
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config(facts, world.site.root / "ca.pem", asked.json()["status"]["token"])))
    site = new_site(KUBECONFIG=str(kubeconfig))
    port = facts["ingress_port"]
    images = {service: {"image": image_of(world, service)} for service in SERVICES}
    site.choose(services=images, options={"ingress": "none", "ingress_port": str(port)})
    try:
        with site.gone_at_the_end():
            yield site
    finally:
        for path in (*made, f"{RBAC}/clusterrolebindings"):
            for name in (CONTEXT, "less", MORE, role["metadata"]["name"]):
                api.ask("DELETE", f"{path}/{name}")


def bound_to(role: str, name: str = "") -> Json:
    """The visitor may do what a role says, in the whole cluster."""
    return {
        "metadata": {"name": name or role},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": CONTEXT, "namespace": "default"}],
    }


def config(facts: Json, authority: Path, token: str) -> Json:
    """A kubeconfig whose current context is another one."""
    cluster = {"server": facts["address"], "certificate-authority": str(authority)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "theirs", "cluster": cluster}],
        "users": [{"name": CONTEXT, "user": {"token": token}}],
        "contexts": [
            {"name": CONTEXT, "context": {"cluster": "theirs", "user": CONTEXT}},
            {"name": "other", "context": {"cluster": "nowhere", "user": CONTEXT}},
        ],
        "current-context": "other",
    }


def image_of(world: World, service: str) -> str:
    """The image that a service runs now."""
    return str(next(iter(world.api.pods(service).values()))["spec"]["containers"][0]["image"])


def untouched(world: World) -> dict[str, Any]:
    """Every object outside of the team's namespace, without what the cluster itself writes into it."""
    found = {}
    for path, thing in world.api.everything():
        kind, metadata = path.rpartition("/")[2], thing["metadata"]
        place, name = metadata.get("namespace", ""), metadata["name"]
        if kind in BY_ITSELF or TEAM in (place, name if kind == "namespaces" else ""):
            continue
        kept = {key: value for key, value in metadata.items() if key not in VOLATILE}
        rest = {key: value for key, value in thing.items() if key not in ("metadata", "status")}
        found[f"{path} {place}/{name}"] = {**rest, "metadata": kept}
    return found


def test_a_visitors_environment_comes_and_goes_and_nothing_else_is_touched(world: World, visitor: Site) -> None:
    """Refused as long as a right is missing; then up, seen, changed, and gone, beside what was there before."""
    before = untouched(world)
    less = visitor.up("--context", CONTEXT, "--env", TEAM, expect=1)
    assert f"context '{CONTEXT}' may not, for '{TEAM}':" in less.output, less
    for line in ("delete secrets", "get, list, watch, create, patch, delete networkpolicies.networking.k8s.io"):
        assert re.search(rf"^ +{line}$", less.output, re.MULTILINE), less
    assert "Traceback" not in less.output and "deployments" not in less.output, less
    assert untouched(world) == before
    assert world.api.ask("GET", f"/api/v1/namespaces/{TEAM}").status_code == 404, "something was changed"

    role = documented()["metadata"]["name"]
    given = world.api.create(f"{RBAC}/clusterrolebindings", bound_to(role))
    assert given.status_code == 201, given.text
    before = untouched(world)
    done = visitor.up("--env", TEAM)
    for service in SERVICES:
        assert re.search(rf"^{service} +\S+ +2/2", done.output, re.MULTILINE), done
    answer = visitor.get(visitor.url(f"app.{TEAM}")).json()
    assert answer["environment"] == TEAM and answer["instance"] in world.api.pods("ionic-apps", TEAM), answer
    assert answer["needs"]["meeting-router"]["needs"]["pods"]["instance"] in world.api.pods("pods", TEAM), answer
    assert untouched(world) == before
    _looked_at(visitor)
    _is_changed(world, visitor)
    _is_told_what_is_there(world, visitor)
    assert untouched(world) == before

    visitor.local("down", "--env", TEAM)
    assert world.api.ask("GET", f"/api/v1/namespaces/{TEAM}").status_code == 404
    assert untouched(world) == before
    assert world.all_well()


def _looked_at(visitor: Site) -> None:
    status = visitor.local("status")
    for service in SERVICES:
        assert re.search(rf"^{service} +\S+ +2/2", status.output, re.MULTILINE), status
    assert "problem" not in status.output, status
    logs = visitor.local("logs", "--env", TEAM, "--service", "ionic-apps")
    assert "listens on" in logs.output, logs
    assert "nothing to change" in visitor.up("--env", TEAM).output


def _is_changed(world: World, visitor: Site) -> None:
    """One instance less is taken away as one more would come: with no rights beyond the documented ones."""
    content = yaml.safe_load(visitor.read("Pulumi.local.yaml"))["config"]["foxden:services"]
    visitor.choose(services={**content, "pods": {**content["pods"], "replicas": 1}})
    visitor.up("--env", TEAM)
    until(lambda: len(world.api.pods("pods", TEAM)) == 1, "one of the pods stays", within=30)
    assert visitor.get(visitor.url(f"app.{TEAM}")).status == 200, told(visitor.stack(TEAM))


def _is_told_what_is_there(world: World, visitor: Site) -> None:
    """Of a cluster with a way in, where another one is asked for: by an administrator, for it takes that."""
    given = world.api.create(f"{RBAC}/clusterrolebindings", bound_to("cluster-admin", MORE))
    assert given.status_code == 201, given.text
    theirs = yaml.safe_load(visitor.read("Pulumi.local.yaml"))["config"]["foxden:options"]
    visitor.choose(options={"ingress_port": theirs["ingress_port"]})
    taken = visitor.up(expect=1)
    for thing in (
        "ingressclass/traefik",
        "customresourcedefinition/tlsstores.traefik.io",
        "clusterrole/foxden-ingress",
    ):
        assert thing in taken.output, taken
    assert "ingress: none" in taken.output and "Traceback" not in taken.output, taken
    world.api.ask("DELETE", f"{RBAC}/clusterrolebindings/{MORE}")
    visitor.choose(options=theirs)
    taken = visitor.up(expect=1)
    assert "things that were not made here" in taken.output and "a namespace 'local': " in taken.output, taken
    assert "a way in" not in taken.output, taken
