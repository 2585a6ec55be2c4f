"""What is decided beforehand: ports that no other cluster has, certificates, and a secret that stays private."""

import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from local.agents.ports import SETS, port_set
from local.agents.shape import ClusterShape
from local.errors import LocalError
from local.kubernetes import certificates, places
from local.kubernetes.enclose import ways
from local.kubernetes.plan import Plan, load_plan, new_plan, ports


def test_a_plan_is_kept_and_its_secret_is_not_shown() -> None:
    assert load_plan() is None
    plan = new_plan(3)
    plan.save()
    assert load_plan() == plan
    assert plan.token not in repr(plan)
    assert (places.home() / "plan.json").stat().st_mode & 0o777 == 0o600


def test_a_plan_that_cannot_be_read_says_what_to_do() -> None:
    places.home().mkdir(parents=True)
    (places.home() / "plan.json").write_text('{"set_number": 1}')
    with pytest.raises(LocalError, match="run 'make down', then 'make up'"):
        load_plan()


def test_the_usual_ports_come_first_and_no_set_shares_one() -> None:
    assert ports(0) == {"ingress": 8080, "kubernetes api": 6443}
    every = [port for number in range(SETS) for port in ports(number).values()]
    assert len(every) == len(set(every)) == 2 * SETS


def test_a_set_is_that_of_a_nomad_cluster_with_the_same_number() -> None:
    for number in range(SETS):
        others = [port_set(other, ClusterShape(5)).named() for other in range(SETS) if other != number]
        assert not any(port in named for named in others for port in ports(number).values())
        assert ports(number)["ingress"] == port_set(number, ClusterShape()).ingress


@pytest.fixture
def made(state: Path) -> Path:
    """Every certificate and key."""
    certificates.make_all()
    return places.home() / "pki"


def test_the_servers_certificate_is_good_for_every_address(made: Path) -> None:
    store = Store([_certificate("ca")])
    for host in ("127.0.0.1", places.NODE_ADDRESS, places.API_SERVICE):
        verifier = PolicyBuilder().store(store).build_server_verifier(_address(host))
        verifier.verify(_certificate("kube-apiserver"), [])
    PolicyBuilder().store(store).build_server_verifier(x509.DNSName("kubernetes.default.svc")).verify(
        _certificate("kube-apiserver"), []
    )


def test_a_part_is_who_its_certificate_says(made: Path) -> None:
    subject = _certificate("kubelet").subject
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["system:node:local"]
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["system:nodes"]
    scheduler = _certificate("kube-scheduler").subject
    assert not scheduler.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)


def test_keys_are_private(made: Path) -> None:
    keys = list(made.glob("*.key"))
    assert {key.stem for key in keys} == {
        *(subject.name for subject in (*certificates.SUBJECTS, certificates.PROXY)),
        *(certificates.AUTHORITY, certificates.FRONT, certificates.TOKENS),
    }
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700


def test_the_key_of_tokens_comes_with_its_public_half(made: Path) -> None:
    assert places.certificate_of("tokens").read_text().startswith("-----BEGIN PUBLIC KEY-----")
    assert certificates.authority_text() == places.certificate_of("ca").read_text()


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """The places of this machine: one that is there, and one that is not."""
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.mkdir()
    monkeypatch.setattr(places, "PRIVATE", (there, missing))
    return there, missing


def test_places_are_made_where_missing_and_only_those_are_removed(private: tuple[Path, Path]) -> None:
    there, missing = private
    places.make_places()
    places.make_places()
    assert missing.is_dir()
    places.remove_places()
    assert there.is_dir() and not missing.exists()


def test_a_place_that_somebody_uses_stays(private: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    places.make_places()
    with monkeypatch.context() as patch:
        patch.setattr(places, "mounted_somewhere", lambda: {str(private[1])})
        places.remove_places()
    (private[1] / "of somebody").touch()
    places.remove_places()
    assert private[1].is_dir()
    (private[1] / "of somebody").unlink()
    places.remove_places()
    assert not private[1].exists()


def test_mounts_of_every_process_are_seen() -> None:
    assert "/proc" in places.mounted_somewhere()


def test_control_groups_are_made_below_every_controller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert places.cgroup().startswith("foxden-")
    first = places.cgroup()
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "other"))
    assert places.cgroup() != first
    root = places.controllers()[0]
    assert root == Path("/sys/fs/cgroup") or root.parent == Path("/sys/fs/cgroup")


def test_pods_together_are_more_than_one_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "controllers", lambda: [tmp_path / "cpu", tmp_path / "memory"])
    for controller in places.controllers():
        (controller / places.cgroup()).mkdir(parents=True)
    shares = tmp_path / "cpu" / places.cgroup() / "cpu.shares"
    shares.write_text("1024")
    places.make_groups()
    assert shares.read_text() == "8192"
    assert list((tmp_path / "memory" / places.cgroup()).iterdir()) == []


def test_what_is_reached_from_outside_leads_to_the_node(plan: Plan) -> None:
    assert [(way.port, way.host, way.to) for way in ways(Plan(2, "", "", ""))] == [
        (17290, "10.255.0.1", 8080),
        (17291, "10.255.0.1", 6443),
    ]
    assert {way.port for way in ways(plan)} == {8080, 6443}


def _certificate(name: str) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(places.certificate_of(name).read_bytes())
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    return certificate


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))
