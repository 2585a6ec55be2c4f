"""What a cluster takes is looked at before anything is changed."""

import os
import time
from pathlib import Path

import pytest

from local.agents import plan as nomads
from local.agents.shape import ClusterShape
from local.errors import LocalError
from local.kubernetes import start as starting
from local.kubernetes.api import Answer, Api
from local.kubernetes.configure import PACKAGES, SYSTEM
from local.kubernetes.enclose import inside
from local.kubernetes.places import home
from local.plugins.http import Tls


def test_only_root_on_linux_can_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LocalError, match=r"takes root on Linux: use one that you have.*with CONTEXT="):
        starting.start(lambda line: None)
    assert not home().exists()


def test_all_that_is_missing_is_said_with_the_packages_that_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("local.kubernetes.start.sys.platform", "linux")
    found = {name: f"/bin/{name}" for name in SYSTEM if name not in ("etcd", "ipset")}
    monkeypatch.setattr("local.kubernetes.start.shutil.which", lambda name, path: found.get(name))
    with pytest.raises(LocalError, match=f"missing: etcd, ipset.*{', '.join(PACKAGES)}"):
        starting.start(lambda line: None)
    assert not home().exists()


def test_missing_tools_are_said_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("local.kubernetes.start.sys.platform", "linux")
    monkeypatch.setattr("local.kubernetes.start.shutil.which", lambda name, path: f"/bin/{name}")
    monkeypatch.setenv("FOXDEN_CACHE", str(tmp_path / "cache"))
    with pytest.raises(LocalError, match=r"missing: kube-apiserver 1\.34\.4, .*run 'make tools'"):
        starting.start(lambda line: None)
    assert len(SYSTEM) == len(set(SYSTEM))


def test_a_nomad_cluster_stands_in_the_way(state: Path) -> None:
    nomads.new_plan(ClusterShape(), 0).save()
    with pytest.raises(LocalError, match="the local cluster is one of Nomad: run 'make down' first"):
        starting.start(lambda line: None)


def test_images_made_here_are_named_after_their_tool() -> None:
    assert starting.image_of("traefik") == "docker.io/foxden/traefik:3.6.12"


def test_everything_in_the_namespaces_ends_with_their_first_process() -> None:
    words = inside()
    assert words[:3] == ["setpriv", "--pdeathsig", "KILL"]
    assert {"--net", "--mount", "--pid", "--kill-child", "private"} <= set(words)
    assert words[-1] == "local.kubernetes.inside"


def test_an_api_that_is_not_there_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    api = Api("http://127.0.0.1:1", {}, Tls())
    assert api.request("GET", "/").status == 0
    assert api.peek("/") is None and api.items("/") == [] and api.text("/") == "" and list(api.lines("/")) == []
    with pytest.raises(LocalError, match="the cluster refuses Thing 'a'"):
        api.apply("/things", {"kind": "Thing", "metadata": {"name": "a"}})


@pytest.mark.parametrize("statuses", [(0, 504, 429, 201), (200,)], ids=["a slow one", "a quick one"])
def test_what_a_server_cannot_do_at_once_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, ...]
) -> None:
    left = list(statuses)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(Api, "request", lambda self, *words: Answer(left.pop(0), ""))
    Api("http://127.0.0.1:1", {}, Tls()).apply("/things", {"kind": "Thing", "metadata": {"name": "a"}})
    assert not left


def test_what_a_server_refuses_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [Answer(422, '{"message": "it has no kind"}')]
    monkeypatch.setattr(Api, "request", lambda self, *words: left.pop())
    with pytest.raises(LocalError, match="it has no kind"):
        Api("http://127.0.0.1:1", {}, Tls()).apply("/things", {"kind": "Thing", "metadata": {"name": "a"}})
