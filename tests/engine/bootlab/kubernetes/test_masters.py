"""The masters boot by themselves from their launch template, heal, and are renewed.

One cluster serves all tests here: each leaves three masters and two workers in service, all of them well.
"""

import base64
from functools import partial

import pytest

from foxden.boot.node import Role
from foxden.schedulers.kubernetes import nodes
from tests.engine.bootlab.kubernetes.access import Objects, counted_apis, etcd
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.load import steady_load
from tests.engine.bootlab.scaling import Member
from tests.engine.bootlab.search import content_of
from tests.engine.bootlab.world import NEW_NODE, NO_PROCESS, POOL, SERVERS
from tests.engine.harness.waiting import until

CONFIGS, SECRETS = "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/secrets"

PARTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""What reads once, on a master, whom it trusts as the API or as a kubelet."""


def test_three_masters_form_one_quorum_and_workers_join_by_themselves(world: World) -> None:
    names = {f"servers-{master.id}" for master in world.servers()}

    def leaders() -> set[str]:
        return {etcd(master, "maintenance/status")["leader"] for master in world.servers()}

    until(lambda: len(leaders()) == 1, "all know who leads", NEW_NODE)
    for master in world.servers():
        assert world.access.voters(master) == names
    nodes_there = world.access.nodes()
    assert set(nodes_there) == {f"{POOL}-{worker.id}" for worker in world.workers()}, "masters have no kubelet"
    for worker in world.workers():
        node = nodes_there[f"{POOL}-{worker.id}"]
        labels = node["metadata"]["labels"]
        assert labels["foxden/pool"] == POOL
        assert labels["topology.kubernetes.io/zone"] == worker.facts.zone
        assert worker.facts.address in [each["address"] for each in node["status"]["addresses"]]


def test_every_node_runs_the_program_that_it_fetched_from_the_clusters_bucket(world: World) -> None:
    for role, members in ((Role.SERVER, world.servers()), (Role.WORKER, world.workers())):
        for member in members:
            found = member.host.run("sha256sum", "/usr/local/bin/foxden-node").split()[0]
            assert found == nodes.program(role).checksum


def test_nothing_is_told_without_a_credential_but_that_the_api_is_well(world: World) -> None:
    host = world.workers()[0].host
    for master in world.servers():
        nobody = world.access.on(master)
        assert nobody.ask("GET", "/readyz").status_code == 200
        assert nobody.ask("GET", "/api/v1/nodes").status_code == 401
        assert nobody.ask("GET", "/version").status_code == 401
        for port in (2379, 2380):
            said = host.tried("curl", "-sk", "-m", "5", f"https://{master.facts.address}:{port}/version")
            assert said.returncode != 0, f"etcd answers whoever asks at {port}: {said.stdout}"
    for worker in world.workers():
        said = host.tried("curl", "-sk", "-m", "30", f"https://{worker.facts.address}:10250/pods")
        assert "Unauthorized" in said.stdout, said


def test_secrets_are_encrypted_where_they_are_kept(world: World) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "kept"}, "stringData": {"word": "shibboleth"}}
    world.access.api.create(SECRETS, secret)
    for master in world.servers():
        # Most have it when the API says so, and the last one a moment later.
        kept = until(partial(_kept, master, b"/registry/secrets/default/kept"), "its etcd has it", NEW_NODE, every=1)
        assert not [form for form in (b"shibboleth", base64.b64encode(b"shibboleth")) if form in kept]
    world.access.api.delete(f"{SECRETS}/kept")


@pytest.mark.parametrize(
    ("role", "unit"),
    [("master", "etcd"), ("master", "kube-apiserver"), ("worker", "kubelet"), ("worker", "containerd")],
)
def test_a_part_that_is_killed_is_started_again(world: World, role: str, unit: str) -> None:
    member = (world.servers() if role == "master" else world.workers())[0]
    world.heals(member, unit)


def test_a_master_whose_power_was_cut_is_replaced_and_no_object_is_lost(world: World) -> None:
    lost, api = world.servers()[0], world.access.api
    kept = {f"kept-{number}" for number in range(50)}
    for name in sorted(kept):
        thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"kept": "yes"}}}
        api.create(CONFIGS, {**thing, "data": {"value": name * 20}})
    world.outlives(lost)
    for master in world.servers():
        own = world.access.on(master, world.access.token)
        found = {each["metadata"]["name"]: each["data"]["value"] for each in own.items(CONFIGS, labelSelector="kept")}
        assert found == {name: name * 20 for name in kept}


def test_a_new_authority_is_trusted_by_masters_that_start_their_parts_again_in_turns(world: World) -> None:
    """It comes beside the old one, which signs on."""
    masters, store = world.servers(), Objects(world.access)
    before = {(master.id, part): _began(master, part) for master in masters for part in PARTS}

    def followed() -> bool:
        trusted = world.cluster.parameter("shared/ca")
        assert trusted.count("BEGIN CERTIFICATE") == 2
        for master in masters:
            for part in PARTS:
                assert master.host.run("cat", f"/etc/{part}/ca.pem") == trusted, f"{master.id} {part}"
                assert _began(master, part) not in (before[master.id, part], NO_PROCESS), f"{master.id} {part}"
        told = world.access.api.get(f"{CONFIGS}/kube-root-ca.crt")["data"]["ca.crt"]
        assert told == trusted, "pods that begin now do not know it"
        return True

    with counted_apis(world.access) as apis, steady_load(store) as load:
        said = masters[0].host.run("foxden-node", "rotate", "authority")
        assert "Step 1 of 3" in said
        early = masters[0].host.tried("foxden-node", "rotate", "authority")
        assert "Too early" in early.stderr
        until(followed, "all masters have followed", 2 * NEW_NODE, every=1)
        until(world.access.whole, "all masters are whole", NEW_NODE)
    load.none_failed(at_least=100)
    assert min(apis.counts) >= SERVERS - 1, "two were started again at the same time"


def test_another_image_and_user_data_roll_all_masters_under_load(world: World) -> None:
    store = Objects(world.access)
    load = world.rolls_under_load(store)
    for key, count in load.written.items():
        assert store.writes(key) == set(range(1, count + 1)), f"writes of {key} are lost"


def _began(master: Member, part: str) -> str:
    """Which process runs a part now."""
    return master.host.run("systemctl", "show", "-p", "MainPID", "--value", part)


def _kept(master: Member, known: bytes) -> bytes:
    """Everything that etcd has on its disk, once something known is among it."""
    files = (path for path in (master.host.root / "var/lib/etcd").rglob("*") if path.is_file())
    content = b"".join(content_of(path) for path in files)
    assert known in content, "the search finds nothing at all"
    return content
