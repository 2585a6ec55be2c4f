"""A Kubernetes that is there already: found by its context, given images in its own way, and never taken away."""

import json
from pathlib import Path

import pytest

from local.agents.cluster import load
from local.commands import backends, on_context, up
from local.commands.on_context import BACKEND, loader
from local.errors import LocalError
from local.paths import cluster_file
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


def test_a_context_is_used_from_then_on(kubeconfig: Path, canned: Canned) -> None:
    said: list[str] = []
    cluster = BACKEND.start(said.append, "kind-dev")
    assert said == [f"using the cluster of context 'kind-dev' at {canned.cluster.address}"]
    assert cluster.options == {"kubeconfig": str(kubeconfig), "context": "kind-dev", "ingress_port": "8080"}
    assert (cluster.scheduler, cluster.token, load()) == ("kubernetes", "", cluster)
    assert backends.in_use() == up._way(None, None) == up._way("kubernetes", "kind-dev") == "context"
    assert BACKEND.questions(cluster).answer()
    assert BACKEND.start(said.append, "") == cluster


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
