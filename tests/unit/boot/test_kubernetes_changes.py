"""What has to be started again on nodes of a Kubernetes cluster: nothing of it is forgotten."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node import written
from foxden.boot.files.node.certificates import Pair, new_key
from foxden.boot.files.node.kubernetes import bootstrap, master_config, node_config, secrets
from foxden.boot.files.node.kubernetes.bootstrap import Place
from foxden.boot.files.node.kubernetes.master_config import PARTS, MasterConfig
from foxden.boot.files.node.kubernetes.secrets import of_master
from foxden.boot.files.node.pending import Pending
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot import fakes
from tests.unit.boot.fakes import FakeMetadata, FakeParameters

OWN = fakes.facts(endpoint="api.dev")
PLACE = Place(1, "servers-i-1=https://10.0.0.1:2380", "new")


@pytest.fixture(autouse=True)
def same_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.chown", lambda *_: None)


def lost_power(*_: Any) -> None:
    raise OSError("the machine lost its power")


@pytest.fixture
def parameters() -> FakeParameters:
    found = FakeParameters()
    of_master(OWN, found)
    return found


def test_what_a_master_has_to_start_again_is_known_before_it_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, parameters: FakeParameters
) -> None:
    config = MasterConfig(OWN, of_master(OWN, parameters), tmp_path)
    config.write(PLACE)
    pending = Pending(tmp_path)
    assert pending.names() == sorted(PARTS)
    pending.done(*PARTS)
    config.write(PLACE)
    assert pending.names() == []
    parameters.values[secrets.ENCRYPTION_KEYS] = json.dumps([secrets.encryption_key()])
    config = MasterConfig(OWN, of_master(OWN, parameters), tmp_path)
    config.write(PLACE)
    assert pending.names() == [], "the API sees by itself that its keys changed"
    monkeypatch.setattr(Path, "replace", lost_power)
    parameters.values[secrets.ACCOUNT_KEYS] = json.dumps([new_key()])
    with pytest.raises(OSError, match="power"):
        MasterConfig(OWN, of_master(OWN, parameters), tmp_path).write(PLACE)
    assert pending.names() == ["kube-apiserver"]


def test_no_secret_is_in_etcd_as_it_is(tmp_path: Path, parameters: FakeParameters) -> None:
    made = of_master(OWN, parameters)
    MasterConfig(OWN, made, tmp_path).write(PLACE)
    file = tmp_path / "etc/kube-apiserver/encryption.json"
    (told,) = json.loads(file.read_text())["resources"]
    assert told["resources"] == ["secrets"]
    # With a provider `identity` beside it what is not encrypted would be taken, too.
    assert [list(provider) for provider in told["providers"]] == [["secretbox"]]
    keys = told["providers"][0]["secretbox"]["keys"]
    assert [(key["name"], key["secret"]) for key in keys] == list(made.encryption_keys)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_master_starts_again_what_it_did_not_come_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[str] = []

    def systemctl(verb: str, unit: str) -> int:
        done.append(f"{verb} {unit}")
        if len(done) == 2:
            raise subprocess.TimeoutExpired("systemctl", 120)
        return 0

    monkeypatch.setattr(master_config, "systemctl", systemctl)
    pending = Pending(tmp_path)
    pending.note("etcd")
    with pytest.raises(subprocess.TimeoutExpired):
        master_config.follow(pending)
    assert pending.names() == ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
    master_config.follow(pending)
    assert done == [f"restart {part}.service" for part in (*PARTS[:2], *PARTS[1:])]
    assert pending.names() == []


def test_a_worker_whose_masters_do_not_answer_still_starts_again_what_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def write(path: Path, *more: Any, **others: Any) -> bool:
        return written.write(tmp_path / str(path).lstrip("/"), *more, **others)

    def away(_: Any) -> None:
        raise ApiError("no master answers")

    shown = Pair("CERT", "KEY").text()
    kept = FakeParameters(
        **{
            "shared/ca": "CA",
            "pools/general/kube-proxy": shown,
            "pools/general/kube-router": shown,
            "pools/general/bootstrap-token": "a.b",
        }
    )
    monkeypatch.setattr(node_config, "write", write)
    monkeypatch.setattr(node_config, "_wait_for_masters", away)
    done: list[str] = []
    monkeypatch.setattr(node_config, "systemctl", lambda verb, unit: done.append(f"{verb} {unit}"))
    pending = Pending(tmp_path)
    for _ in range(2):
        with pytest.raises(ApiError, match="no master answers"):
            node_config.configure(fakes.worker(endpoint="api.dev"), FakeMetadata(), kept, pending)
    assert pending.names() == ["kube-proxy", "kube-router"]
    node_config.follow(pending)
    assert done == ["restart kube-proxy", "restart kube-router"]
    assert pending.names() == []


def test_where_a_master_stands_in_etcd_is_kept_whole_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "etcd.json"
    monkeypatch.setattr(bootstrap, "_PLACE", file)
    bootstrap._keep(PLACE)

    def full(*_: Any) -> None:
        raise OSError("no space left on the disk")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        bootstrap._keep(replace(PLACE, generation=2))
    assert bootstrap._kept() == PLACE
