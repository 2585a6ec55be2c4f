"""New keys for old ones in a Kubernetes cluster, and what its masters keep for others."""

import base64
import json
import time
from typing import Any, cast

import pytest

from foxden.boot.files.node import steps
from foxden.boot.files.node.certificates import is_good, new_authority, pair
from foxden.boot.files.node.kept import AUTHORITY, POOLS, PUBLIC_AUTHORITY
from foxden.boot.files.node.kubernetes import master, operators, secrets
from foxden.boot.files.node.kubernetes.master_config import _matters
from foxden.boot.files.node.kubernetes.rotate import rotate
from foxden.boot.files.node.kubernetes.secrets import of_master
from tests.unit.boot.fakes import FakeApi, FakeParameters, Time, facts

OWN = facts(endpoint="api.dev")
SYSTEM = "/api/v1/namespaces/kube-system"


class Kube(FakeApi):
    """Takes every wish, and remembers it."""

    def apply(self, path: str, body: dict[str, Any]) -> Any:
        self.calls.append((path, body))
        return body

    merge = apply


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(steps, "time", found)
    return found


def made() -> FakeParameters:
    found = FakeParameters(**{POOLS: '["general"]'})
    of_master(OWN, found)
    return found


def test_whoever_is_first_makes_the_secrets_and_all_others_have_the_same() -> None:
    parameters = made()
    before = dict(parameters.values)
    assert of_master(OWN, parameters) == of_master(OWN, parameters)
    assert parameters.values == before
    assert len(of_master(OWN, parameters).encryption_keys) == len(of_master(OWN, parameters).account_keys) == 1


@pytest.mark.parametrize(
    ("what", "name"), [("encryption", secrets.ENCRYPTION_KEYS), ("service-accounts", secrets.ACCOUNT_KEYS)]
)
def test_a_key_is_known_before_it_is_used_and_used_before_the_old_one_goes(what: str, name: str, clock: Time) -> None:
    parameters = made()
    parameters.values[secrets.OPERATORS] = "token"
    held = [{"metadata": {"namespace": "demo", "name": "s"}}]
    api: Any = Kube({"GET /api/v1/secrets": {"items": held}, "GET /api/v1/pods": {}})
    old = json.loads(parameters.values[name])
    assert "Step 1 of 3" in rotate(what, OWN, parameters, api)
    known = json.loads(parameters.values[name])
    assert known[:1] == old
    assert len(known) == 2
    clock.now += 660
    assert "Step 2 of 3" in rotate(what, OWN, parameters, api)
    assert json.loads(parameters.values[name]) == [known[1], known[0]]
    clock.now += 4267
    assert "Step 3 of 3" in rotate(what, OWN, parameters, api)
    assert json.loads(parameters.values[name]) == [known[1]]
    written = [call for call, _ in api.calls if call == "/api/v1/namespaces/demo/secrets/s"]
    assert bool(written) is (what == "encryption")
    assert (secrets.OPERATORS in parameters.values) is (what == "encryption")
    assert "Step 1 of 3" in rotate(what, OWN, parameters, api)


def test_a_new_authority_is_trusted_before_it_signs_and_the_old_one_until_the_end(clock: Time) -> None:
    parameters = made()
    old = pair(parameters.values[AUTHORITY])
    api: Any = Kube({"GET /api/v1/pods": {}})
    assert "Step 1 of 3" in rotate("authority", OWN, parameters, api)
    assert parameters.values[PUBLIC_AUTHORITY].startswith(old.certificate)
    assert pair(parameters.values[AUTHORITY]) == old
    clock.now += 660
    assert "within 72 hours" in rotate("authority", OWN, parameters, api)
    new = pair(parameters.values[AUTHORITY])
    assert new != old
    clock.now += 72 * 3600
    assert "Step 3 of 3" in rotate("authority", OWN, parameters, api)
    assert parameters.values[PUBLIC_AUTHORITY] == new.certificate


@pytest.mark.parametrize(
    ("what", "first", "second"), [("encryption", 660, 660), ("service-accounts", 660, 4267), ("authority", 660, 259200)]
)
def test_no_step_is_done_before_all_have_followed_the_one_before(
    what: str, first: int, second: int, clock: Time
) -> None:
    parameters, api = made(), cast(Any, Kube({"GET /api/v1/secrets": {}, "GET /api/v1/pods": {}}))
    for step, seconds in ((1, first), (2, second)):
        assert f"Step {step} of 3" in rotate(what, OWN, parameters, api)
        before = dict(parameters.values)
        clock.now += 0.5
        with pytest.raises(SystemExit, match=f"not every node has followed step {step} yet.* in {seconds} s"):
            rotate(what, OWN, parameters, api)
        clock.now += seconds - 1
        with pytest.raises(SystemExit, match="in 1 s"):
            rotate(what, OWN, parameters, api)
        assert parameters.values == before
        clock.now += 1
    assert "Step 3 of 3" in rotate(what, OWN, parameters, api)
    assert not [name for name in parameters.values if name.endswith("-due")]
    # What is new comes beside what is there: nobody has to have followed before.
    assert "Step 1 of 3" in rotate(what, OWN, parameters, api)


@pytest.mark.parametrize("what", ["encryption", "service-accounts", "authority"])
def test_a_step_of_which_an_older_program_kept_no_time_is_followed_by_the_next(what: str, clock: Time) -> None:
    parameters, api = made(), cast(Any, Kube({"GET /api/v1/secrets": {}, "GET /api/v1/pods": {}}))
    for step in (1, 2, 3):
        assert f"Step {step} of 3" in rotate(what, OWN, parameters, api)
        for name in [name for name in parameters.values if name.endswith("-due")]:
            parameters.forget(name)


@pytest.mark.parametrize(("asked", "lives"), [(600, 3607), (7200, 7200), (172800, 86400)])
def test_an_old_key_is_known_as_long_as_a_pod_may_show_a_token_of_it(asked: int, lives: int, clock: Time) -> None:
    token = {"projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": asked}}]}}
    parameters, api = made(), cast(Any, Kube({"GET /api/v1/pods": {"items": [pod("a", spec={"volumes": [token]})]}}))
    rotate("service-accounts", OWN, parameters, api)
    clock.now += 660
    rotate("service-accounts", OWN, parameters, api)
    with pytest.raises(SystemExit, match=f"in {660 + lives} s"):
        rotate("service-accounts", OWN, parameters, api)


def test_an_authority_that_was_made_but_is_not_trusted_yet_does_not_sign(clock: Time) -> None:
    parameters, api = made(), cast(Any, Kube({"GET /api/v1/pods": {}}))
    coming = new_authority("dev")
    parameters.values["servers/next-ca-key"] = coming.text()
    old = parameters.values[AUTHORITY]
    assert "Step 1 of 3" in rotate("authority", OWN, parameters, api)
    assert parameters.values[AUTHORITY] == old
    assert parameters.values[PUBLIC_AUTHORITY] == pair(old).certificate + coming.certificate


def token(left: float, whole: float) -> str:
    claims = {"exp": time.time() + left, "iat": time.time() + left - whole}
    return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.y"


@pytest.mark.parametrize(("left", "again"), [(3000, False), (2000, True), (-1, True), (None, True)])
def test_operators_have_a_token_that_is_good_for_long(
    left: int | None, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "_is_taken", lambda _: True)
    parameters = FakeParameters(**{secrets.OPERATORS: "no token" if left is None else token(left, 3600)})
    api: Any = Kube({f"POST {SYSTEM}/serviceaccounts/foxden-operators/token": {"status": {"token": "new"}}})
    operators.keep_operators(OWN, api, parameters)
    assert (parameters.values[secrets.OPERATORS] == "new") is again


def test_each_pool_has_what_its_workers_begin_with() -> None:
    parameters = made()
    api: Any = Kube({f"POST {SYSTEM}/secrets": {}})
    operators.keep_pools(OWN, api, parameters)
    public, _, secret = parameters.values["pools/general/bootstrap-token"].partition(".")
    body = api.told(f"POST {SYSTEM}/secrets")[0]
    assert body["metadata"]["name"] == f"bootstrap-token-{public}"
    assert body["stringData"]["token-secret"] == secret
    assert body["stringData"]["auth-extra-groups"].split(",") == [
        operators.BOOTSTRAPPERS,
        operators.pool_group("general"),
    ]
    authority = pair(parameters.values[AUTHORITY]).certificate
    assert is_good(authority, pair(parameters.values["pools/general/kube-router"]))
    # A token with more than half of its time before it stays; another authority's certificate does not.
    ends = base64.b64encode(body["stringData"]["expiration"].encode()).decode()
    api.answers[f"GET {SYSTEM}/secrets/bootstrap-token-{public}"] = {"data": {"expiration": ends}}
    parameters.values[AUTHORITY] = new_authority("dev").text()
    before = dict(parameters.values)
    operators.keep_pools(OWN, api, parameters)
    changed = {name for name in parameters.values if parameters.values[name] != before[name]}
    assert changed == {"pools/general/kube-proxy", "pools/general/kube-router"}


def test_nobody_without_a_right_gets_one_from_the_nodes() -> None:
    api: Any = Kube({})
    operators.keep_rights(api)
    roles = [body for _, body in api.calls if body["kind"] == "ClusterRole"]
    assert [rule["verbs"] for role in roles for rule in role["rules"]] == [["get", "list", "watch"]] * 3
    bound = {body["roleRef"]["name"]: body["subjects"] for _, body in api.calls if "roleRef" in body}
    assert [each["kind"] for each in bound["cluster-admin"]] == ["ServiceAccount"]


def test_a_master_is_known_by_its_endpoint_and_begins_where_it_has_to() -> None:
    assert {"api.dev", "localhost", "kubernetes.default.svc"} <= set(master.names(OWN))
    assert master.addresses(OWN) == ["127.0.0.1", "10.0.0.1", "100.64.0.1"]
    arguments = master.etcd(OWN, 2, "a=b", "existing")
    assert "--data-dir=/var/lib/etcd/2" in arguments
    assert "--initial-cluster-token=dev-2" in arguments
    told = master.api_server(OWN, of_master(OWN, made()))
    assert "--authorization-mode=Node,RBAC" in told
    assert "--enable-admission-plugins=NodeRestriction" in told
    assert not [each for each in told if "insecure" in each or "anonymous" in each]


def test_what_parts_read_anew_by_themselves_starts_none_of_them_again() -> None:
    seen = ("cert.pem", "kubelet-cert.pem", "etcd-key.pem", "proxy-key.pem", "proxy-ca.pem", "encryption.json")
    assert not [name for name in seen if _matters(name)]
    # Whom a part asks it knows by what it has read when it began.
    for name in ("arguments", "account-key.pem", "account-0.pem", "ca.pem", "etcd-ca.pem", "signer-cert.pem"):
        assert _matters(name)


def pod(name: str, made: str = "1970-01-01T00:01:00Z", **more: Any) -> dict[str, Any]:
    """One that asks the API, unless it is said otherwise."""
    token = {"projected": {"sources": [{"serviceAccountToken": {}}, {"configMap": {"name": "kube-root-ca.crt"}}]}}
    known = {"name": name, "namespace": "kube-system", "creationTimestamp": made, **more.pop("metadata", {})}
    return {"metadata": known, "spec": {"volumes": [token]}, "status": {"phase": "Running"}, **more}


def kept_by(kind: str, name: str, **labels: str) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}], "labels": labels}


def test_no_new_authority_signs_before_the_pods_that_ask_the_api_know_it(clock: Time) -> None:
    parameters, old = made(), "1970-01-01T00:10:00Z"
    set_of_dns = {"metadata": kept_by("ReplicaSet", "coredns-5d", **{"pod-template-hash": "5d"})}
    pods = [
        pod("coredns-5d-1", old, **set_of_dns),
        pod("coredns-5d-2", old, **set_of_dns),
        pod("exporter-1", metadata=kept_by("DaemonSet", "exporter")),
        pod("store-0", metadata=kept_by("StatefulSet", "store")),
        pod("once-1", metadata=kept_by("Job", "once")),
        pod("asks-nothing", spec={"volumes": [{"configMap": {"name": "own"}}, {"emptyDir": {}}]}),
        pod("has-none", spec={}),
        pod("has-ended", status={"phase": "Succeeded"}),
        pod("goes", metadata={"deletionTimestamp": old}),
    ]
    api: Any = Kube({"GET /api/v1/pods": {"items": pods}})
    rotate("authority", OWN, parameters, api)
    clock.now += 660  # to 760 s of the clock, which is 00:12:40
    before = dict(parameters.values)
    with pytest.raises(SystemExit) as refused:
        rotate("authority", OWN, parameters, api)
    assert str(refused.value).splitlines()[1:] == [
        "  foxden-node run kubectl -n kube-system delete pod/once-1",
        "  foxden-node run kubectl -n kube-system rollout restart daemonset/exporter",
        "  foxden-node run kubectl -n kube-system rollout restart deployment/coredns",
        "  foxden-node run kubectl -n kube-system rollout restart statefulset/store",
    ]
    assert parameters.values == before
    api.answers["GET /api/v1/pods"] = {"items": [pod("coredns-6e-1", "1970-01-01T00:12:41Z"), *pods[5:]]}
    assert "Step 2 of 3" in rotate("authority", OWN, parameters, api)
