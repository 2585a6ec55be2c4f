"""What a worker's parts are told, how its pods reach others, and how it goes."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from foxden.boot.files.node.kubernetes import drain as draining
from foxden.boot.files.node.kubernetes import network, node_config, places
from foxden.boot.files.node.kubernetes.api import takes_pods
from foxden.boot.files.node.kubernetes.drain import cordon, evict, moves
from foxden.boot.files.node.kubernetes.kubeconfig import kubeconfig
from foxden.boot.files.node.kubernetes.network import Peer, peer, plugins
from foxden.boot.files.node.registries import auths
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeApi, FakeParameters, worker

NODE = "/api/v1/nodes/general-i-1"
PODS = "GET /api/v1/pods?fieldSelector=spec.nodeName%3Dgeneral-i-1"


def pod(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "demo", **more.pop("metadata", {})}, **more}


class Evicting(FakeApi):
    """Takes evictions, but for pods whose budget has no room."""

    def __init__(self, *pods: dict[str, Any], full: tuple[str, ...] = (), status: int = 429) -> None:
        super().__init__({PODS: {"items": list(pods)}})
        self.full, self.status = full, status

    def raw(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        if path.endswith("/eviction"):
            self.calls.append((path, json.loads(body or b"{}")))
            if path.split("/")[-2] in self.full:
                raise ApiError("no room", self.status)
            return b"{}"
        return super().raw(method, path, body, kind)


def test_each_pod_is_asked_once_and_waited_for() -> None:
    api = Evicting(pod("a"), pod("b", metadata={"deletionTimestamp": "now"}), pod("c"), full=("c",))
    assert evict(api, "general-i-1") == ["demo/a", "demo/b", "demo/c"]  # type: ignore[arg-type]
    asked = [call for call, _ in api.calls if call.endswith("/eviction")]
    assert asked == [f"/api/v1/namespaces/demo/pods/{name}/eviction" for name in "ac"]


def test_what_is_wrong_with_an_eviction_is_said_and_all_others_are_asked() -> None:
    """As with a pod that has two budgets."""
    api = Evicting(pod("a"), pod("b"), full=("a",), status=500)
    with pytest.raises(ApiError, match="no room"):
        evict(api, "general-i-1")  # type: ignore[arg-type]
    assert [call.split("/")[-2] for call, _ in api.calls if call.endswith("/eviction")] == ["a", "b"]


def test_pods_that_every_node_has_or_that_have_ended_stay() -> None:
    everywhere = {"ownerReferences": [{"controller": True, "kind": "DaemonSet"}]}
    assert not moves(pod("a", metadata=everywhere))
    assert not moves(pod("a", metadata={"annotations": {"kubernetes.io/config.mirror": "x"}}))
    assert not moves(pod("a", status={"phase": "Succeeded"}))
    assert moves(pod("a", metadata={"ownerReferences": [{"controller": True, "kind": "ReplicaSet"}]}))
    assert moves(pod("a", status={"phase": "Running"}))


def test_a_drain_ends_when_all_have_gone_or_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def until(done: Any, within: float, meanwhile: Any) -> bool:
        waited.append(within)
        return bool(done())

    monkeypatch.setattr(draining, "until", until)
    monkeypatch.setattr(draining, "cordon", lambda *_: True)
    idle: Any = Evicting()
    busy: Any = Evicting(pod("a"))
    assert draining.drain(lambda: idle, "general-i-1", 300, lambda: None)
    assert not draining.drain(lambda: busy, "general-i-1", 300, lambda: None)
    assert waited == [60, 300, 60, 300]


def test_nothing_new_comes_to_a_node_that_goes() -> None:
    class Merging(FakeApi):
        def merge(self, path: str, body: dict[str, Any]) -> Any:
            self.calls.append((path, body))
            return body

    api = Merging({})
    assert cordon(api, "general-i-1")  # type: ignore[arg-type]
    assert api.calls == [(NODE, {"spec": {"unschedulable": True}})]


@pytest.mark.parametrize(("status", "ready"), [("True", True), ("False", False), ("Unknown", False)])
def test_a_node_is_ready_when_it_says_so(status: str, ready: bool) -> None:
    found = {"status": {"conditions": [{"type": "Ready", "status": status}]}}
    assert takes_pods(FakeApi({f"GET {NODE}": found}), "general-i-1") is ready  # type: ignore[arg-type]
    assert not takes_pods(FakeApi({}), "general-i-1")  # type: ignore[arg-type]


def node(address: str = "10.0.1.7", pods: str = "100.96.3.0/24") -> dict[str, Any]:
    return {
        "spec": {"podCIDR": pods} if pods else {},
        "status": {"addresses": [{"type": "InternalIP", "address": address}] if address else []},
    }


def test_where_another_nodes_pods_are_follows_from_what_is_known_of_it() -> None:
    found = peer(node())
    assert found == Peer("10.0.1.7", "100.96.3.0/24")
    assert (found.gateway, found.hardware) == ("100.96.3.0", "02:fd:0a:00:01:07")
    assert peer(node(pods="")) is None
    assert peer(node(address="")) is None


def test_each_pod_has_a_link_of_its_own_to_its_node() -> None:
    told = plugins("100.96.3.0/24", 8951)
    assert [each["type"] for each in told["plugins"]] == ["ptp", "portmap"]
    assert told["plugins"][0]["mtu"] == 8951
    assert "ipMasq" not in told["plugins"][0]
    assert places.POD_ADDRESSES in network._OUT


def test_no_pod_gets_a_network_before_its_nodes_firewall_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(network, "_CONFIG", tmp_path / "pods.conflist")
    monkeypatch.setattr(network, "_FORWARDING", tmp_path / "ip_forward")
    monkeypatch.setattr(network, "_device", lambda _: 8951)
    monkeypatch.setattr(network, "_ways", lambda _: None)
    done = SimpleNamespace(returncode=0, stdout="")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    monkeypatch.setattr("shutil.chown", lambda *_: None)
    nodes = {"general-i-1": Peer("10.0.1.7", "100.96.3.0/24")}
    with pytest.raises(ApiError, match="enforces no policies yet"):
        network.arrange("general-i-1", nodes)
    assert not network._CONFIG.exists()
    done.stdout = '-A KUBE-ROUTER-FORWARD -m comment --comment "rule" -m mark --mark 0x20000/0x20000 -j ACCEPT\n'
    network.arrange("general-i-1", nodes)
    assert json.loads(network._CONFIG.read_text()) == plugins("100.96.3.0/24", 8951)


def test_a_kubelet_takes_nobodys_word_but_the_apis() -> None:
    told = node_config.kubelet_config(worker(taints=("foxden/dedicated=general:NoSchedule",)), "aws:///a/i-1", "/x")
    assert told["authentication"]["anonymous"] == {"enabled": False}
    assert told["authorization"] == {"mode": "Webhook"}
    assert (told["serverTLSBootstrap"], told["rotateCertificates"], told["readOnlyPort"]) == (True, True, 0)
    assert told["registerWithTaints"] == [{"key": "foxden/dedicated", "value": "general", "effect": "NoSchedule"}]
    assert told["clusterDNS"] == [places.DNS_SERVICE]
    arguments = node_config.kubelet(worker(), {"foxden/pool": "general", "b": "c"})
    assert "--node-labels=b=c,foxden/pool=general" in arguments
    assert "--hostname-override=general-i-1" in arguments


def test_images_are_pulled_with_the_nodes_identity_or_a_credential_that_is_kept() -> None:
    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert node_config.credentials(worker(registries=(host,)))["providers"][0]["matchImages"] == [host]
    kept = FakeParameters(**{"shared/registries/ghcr.io": json.dumps({"username": "u", "password": "p"})})
    found = auths(worker(registry_credentials=("ghcr.io",)), kept)
    assert found == {"ghcr.io": {"auth": "dTpw"}}


def test_a_worker_that_was_not_told_where_the_api_is_says_so() -> None:
    with pytest.raises(ApiError, match="was not told where the API is"):
        node_config.api_url(worker())
    assert node_config.api_url(worker(endpoint="api.dev")) == "https://api.dev:6443"


def test_a_part_shows_its_certificate_and_the_kubelet_its_token() -> None:
    shown = json.loads(kubeconfig("/etc/kube-proxy", "https://api.dev:6443"))
    assert shown["users"][0]["user"] == {
        "client-certificate": "/etc/kube-proxy/cert.pem",
        "client-key": "/etc/kube-proxy/key.pem",
    }
    assert json.loads(kubeconfig("/x", "https://y", {"token": "t"}))["users"][0]["user"] == {"token": "t"}
