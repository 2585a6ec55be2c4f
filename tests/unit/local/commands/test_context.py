"""A Kubernetes that is there already: found by its context, given images in its own way, and never taken away."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.agents.cluster import load
from local.agents.progress import Progress
from local.commands import backends, down, environments, on_context, up
from local.commands.on_context import BACKEND, loader
from local.errors import LocalError
from local.kubernetes.rights import DEPLOYER
from local.paths import REPO, cluster_file
from tests.unit.local.commands.canned import Canned


@pytest.fixture
def kubeconfig(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canned: Canned) -> Path:
    """A kubeconfig with one context, whose cluster is the canned one."""
    file = tmp_path / "kubeconfig"
    content = {
        "clusters": [{"name": "c", "cluster": {"server": canned.cluster.address}}],
        "users": [{"name": "u", "user": {"token": "t0ken"}}],
        "contexts": [{"name": "kind-dev", "context": {"cluster": "c", "user": "u"}}],
    }
    file.write_text(json.dumps(content))
    monkeypatch.setenv("KUBECONFIG", f"{file}:/another")
    canned.answers |= {"/readyz": "ok", "/version": {"gitVersion": "v1.31.14"}}
    return file


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the environment's file says."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(on_context, "values", lambda env: found)
    return found


def test_a_context_is_used_from_then_on(kubeconfig: Path, canned: Canned) -> None:
    said: list[str] = []
    cluster = BACKEND.start(said.append, "kind-dev")
    assert said == [f"using the cluster of context 'kind-dev' at {canned.cluster.address}"]
    assert cluster.options == {"kubeconfig": str(kubeconfig), "context": "kind-dev", "ingress_port": "8080"}
    assert (cluster.scheduler, cluster.token, load()) == ("kubernetes", "", cluster)
    assert backends.in_use() == up._way(None, None) == up._way("kubernetes", "kind-dev") == "context"
    assert BACKEND.questions(cluster).answer()
    assert BACKEND.start(said.append, "") == cluster


def test_what_the_environment_says_of_the_cluster_counts(kubeconfig: Path, chosen: dict[str, Any]) -> None:
    chosen["options"] = {"ingress": "none", "ingress_port": "9080", "context": "another"}
    cluster = BACKEND.start(lambda line: None, "kind-dev")
    assert cluster.ingress_port == 9080 and cluster.options["context"] == "kind-dev"
    assert BACKEND.questions(cluster).has_ingress(), "its people say so"
    chosen.clear()
    assert BACKEND.start(lambda line: None, "").ingress_port == 8080


def test_images_that_are_named_are_not_built(kubeconfig: Path, chosen: dict[str, Any], state: Path) -> None:
    chosen["services"] = {name: {"image": f"registry.example.com/{name}:1"} for name in ("pods", "meeting-router")}
    chosen["endpoints"] = {"ionic-apps": {"url": "https://elsewhere.example.com"}}
    questions = BACKEND.questions(BACKEND.start(lambda line: None, "kind-dev"))
    BACKEND.artifacts(questions, Progress(lambda line: None))
    assert (state / "artifacts.json").read_text().strip() == "{}"


RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
ALL = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}


def admitted(canned: Canned, env: str, rules: list[Any], allowed: bool, *spaces: str) -> None:
    """Ask whether an environment can be made, on a cluster that gives these rights and has these namespaces."""
    canned.answers[RULES] = {"status": {"resourceRules": rules, "incomplete": True}}
    canned.answers[ACCESS] = {"status": {"allowed": allowed}}
    canned.answers["/api/v1/namespaces"] = {"items": [{"metadata": {"name": name}} for name in spaces]}
    BACKEND.admit(BACKEND.questions(BACKEND.start(lambda line: None, "kind-dev")), env)


def test_missing_rights_are_told_by_kind(kubeconfig: Path, canned: Canned) -> None:
    with pytest.raises(LocalError, match="context 'kind-dev' may not, for 'team'") as told:
        admitted(canned, "team", [{**ALL, "verbs": ["get", "list", "watch"]}], False)
    lines = str(told.value).splitlines()
    assert "  create, patch, delete deployments.apps" in lines
    assert "  get, list, watch, create, patch, delete namespaces" in lines, "what is no namespace's is asked by itself"
    assert not any("pods" in line or "daemonsets" in line for line in lines)
    with pytest.raises(LocalError, match=r"(?s)clusterroles.*ingress: none"):
        admitted(canned, "local", [ALL], False)
    admitted(canned, "team", [], True)
    admitted(canned, "local", [], True)


def test_a_namespace_of_somebody_elses_is_not_taken(
    kubeconfig: Path, canned: Canned, chosen: dict[str, Any], state: Path
) -> None:
    with pytest.raises(LocalError, match=r"(?s)not made here.*nothing was changed.*a namespace 'team': .*ENV="):
        admitted(canned, "team", [ALL], True, "default", "team")
    with pytest.raises(LocalError, match=r"(?s)not made here.*\(namespace/foxden-ingress\): .*ingress: none"):
        admitted(canned, "local", [ALL], True, "foxden-ingress")
    admitted(canned, "team", [ALL], True, "foxden-ingress")
    chosen["options"] = {"ingress": "none"}
    admitted(canned, "local", [ALL], True, "foxden-ingress")
    environments.record("team")
    admitted(canned, "team", [ALL], True, "team")


def test_an_ingress_of_its_own_is_told_before_another_is_made(
    kubeconfig: Path, canned: Canned, chosen: dict[str, Any], state: Path
) -> None:
    """As k3s brings it: the class, and Traefik's kinds, with its pods in kube-system."""
    kinds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    canned.answers[f"{kinds}/middlewares.traefik.io"] = {"metadata": {"name": "middlewares.traefik.io"}}
    canned.answers["/apis/networking.k8s.io/v1/ingressclasses/traefik"] = {"metadata": {"name": "traefik"}}
    with pytest.raises(LocalError) as told:
        admitted(canned, "local", [ALL], True, "kube-system", "local")
    first, space, way_in = str(told.value).splitlines()
    assert first.endswith("nothing was changed") and space.startswith("  a namespace 'local': ")
    there = "(ingressclass/traefik, customresourcedefinition/middlewares.traefik.io)"
    assert way_in.startswith(f"  what a way in is made of {there}: ")
    for choice in ("ingress: none", "ingress_namespace", "--disable=traefik@server:*"):
        assert choice in way_in
    admitted(canned, "team", [ALL], True, "kube-system")
    chosen["options"] = {"ingress": "none", "ingress_namespace": "kube-system"}
    admitted(canned, "local", [ALL], True, "kube-system")
    chosen["options"] = {"ingress_class": "ours"}
    with pytest.raises(LocalError, match=r"\(customresourcedefinition/middlewares.traefik.io\)"):
        admitted(canned, "local", [ALL], True, "kube-system")


def test_the_rights_are_those_of_the_documented_role() -> None:
    page = (REPO / "docs" / "kubernetes.md").read_text()
    role = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    documented = {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert {(right.group, right.resource, right.verb) for right in DEPLOYER} == documented


def test_the_rights_are_enough_for_the_official_plugin_to_wait() -> None:
    """It watches all that a Deployment may wait for, and without the right to it waits for that without end."""
    watched = (("apps", "deployments"), ("apps", "replicasets"), ("", "pods"), ("", "persistentvolumeclaims"))
    wanted = {(*kind, verb) for kind in watched for verb in ("list", "watch")}
    assert wanted <= {(right.group, right.resource, right.verb) for right in DEPLOYER}


def test_the_token_stays_in_the_kubeconfig(kubeconfig: Path) -> None:
    BACKEND.start(lambda line: None, "kind-dev")
    assert "t0ken" not in cluster_file().read_text()


def test_another_context_or_scheduler_is_refused_meanwhile(kubeconfig: Path) -> None:
    BACKEND.start(lambda line: None, "kind-dev")
    with pytest.raises(LocalError, match="run 'make down' first, then 'make up CONTEXT=k3d-x'"):
        up._way(None, "k3d-x")
    with pytest.raises(LocalError, match="'make up SCHEDULER=nomad'"):
        up._way("nomad", None)
    with pytest.raises(LocalError, match="CONTEXT is for SCHEDULER=kubernetes"):
        up._way("nomad", "kind-dev")


def test_a_context_that_is_not_there_or_does_not_answer_is_an_error(kubeconfig: Path, canned: Canned) -> None:
    with pytest.raises(LocalError, match="context 'other': "):
        BACKEND.start(lambda line: None, "other")
    del canned.answers["/readyz"]
    with pytest.raises(LocalError, match="does not answer"):
        BACKEND.start(lambda line: None, "kind-dev")


def test_a_cluster_that_is_too_old_is_left_alone(kubeconfig: Path, canned: Canned) -> None:
    canned.answers["/version"] = {"gitVersion": "v1.30.14-eks-7f9249a"}
    words = "'kind-dev' is Kubernetes 1.30.14-eks-7f9249a, and 1.31 or later is needed .*; nothing was changed there"
    with pytest.raises(LocalError, match=words):
        BACKEND.start(lambda line: None, "kind-dev")
    assert load() is None
    del canned.answers["/version"]  # it keeps that to itself
    assert BACKEND.start(lambda line: None, "kind-dev") == load()


def test_the_end_forgets_the_cluster_and_leaves_it(kubeconfig: Path) -> None:
    BACKEND.start(lambda line: None, "kind-dev")
    said: list[str] = []
    assert BACKEND.stop(said.append) is True
    assert said == ["the cluster itself stays: it is not ours"]
    assert BACKEND.is_new() and BACKEND.stop(said.append) is False


@pytest.mark.parametrize(
    ("context", "command"),
    [
        ("kind-dev", "kind load docker-image --name dev foxden/pods:1"),
        ("k3d-dev", "k3d image import --cluster dev foxden/pods:1"),
        ("minikube", "minikube --profile minikube image load foxden/pods:1"),
        ("docker-desktop", ""),
    ],
)
def test_each_kind_of_cluster_is_given_images_in_its_own_way(context: str, command: str) -> None:
    assert " ".join(loader(context)(context, "foxden/pods:1")) == command


def test_where_no_way_is_known_it_is_said_what_to_do() -> None:
    with pytest.raises(LocalError, match="push them to a registry that the nodes reach"):
        loader("arn:aws:eks:x")


def test_routes_that_lead_elsewhere_are_not_waited_for(kubeconfig: Path, canned: Canned) -> None:
    spec = {"rules": [{"host": "app", "http": {"paths": [{"path": "/"}]}}]}
    thing = {"metadata": {"name": "pods", "namespace": "local"}, "spec": spec}
    canned.answers["/apis/networking.k8s.io/v1/ingresses"] = {"items": [thing]}
    cluster = BACKEND.start(lambda line: None, "kind-dev")
    here = on_context.Elsewhere(type(cluster)(**{**vars(cluster), "ingress_port": canned.cluster.ingress_port}))
    elsewhere = on_context.Elsewhere(type(cluster)(**{**vars(cluster), "ingress_port": 1}))
    assert [route.host for route in here.routes()] == ["app"]
    assert elsewhere.routes() == []


class NoUse:
    """A Pulumi that can't take anything away."""

    def destroy(self, limit: float) -> None:
        raise LocalError("pulumi destroy failed")

    def forget(self) -> None:
        """Done."""


@pytest.mark.parametrize("answers", [True, False])
def test_what_can_not_be_taken_from_a_cluster_of_others_is_not_forgotten_while_that_answers(
    kubeconfig: Path, canned: Canned, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    BACKEND.start(lambda line: None, "kind-dev")
    environments.record("team")
    monkeypatch.setattr(down, "_BACK_WITHIN", 0.0)
    monkeypatch.setattr(down, "with_files", list)
    monkeypatch.setattr(down, "Pulumi", lambda *_: NoUse())
    said: list[str] = []
    if answers:
        with pytest.raises(
            LocalError, match="'team' is still on the cluster, which is not ours: pulumi destroy failed"
        ):
            down.everything(Progress(said.append))
        assert environments.recorded() == ["team"] and load()
    else:
        del canned.answers["/readyz"]
        down.everything(Progress(said.append))
        assert environments.recorded() == [] and load() is None
        assert said[0].endswith("the cluster does not answer: 'team' is forgotten, and stays there")
