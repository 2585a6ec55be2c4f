"""Who may do what in Consul and Nomad, and how keys are replaced."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from foxden.boot.files.node import access, consul, credentials, steps, waiting
from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.certificates import issue, new_authority, pair
from foxden.boot.files.node.kept import AUTHORITY, POOLS, PUBLIC_AUTHORITY
from foxden.boot.files.node.rotate import rotate
from tests.unit.boot.fakes import FakeApi, FakeParameters, Time, facts


def kept_secrets(**values: str) -> FakeParameters:
    """What a cluster with one pool keeps."""
    return FakeParameters(**{POOLS: '["general"]', **values})


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


class Tokens:
    """The tokens of a server, by secret."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.count = 0

    def add(self, secret: str, **more: Any) -> dict[str, Any]:
        self.count += 1
        self.held[secret] = {"AccessorID": f"a{self.count}", "CreateTime": ago(0), "SecretID": secret, **more}
        return self.held[secret]

    def own(self, secret: str, _: Any) -> dict[str, Any] | None:
        return self.held.get(secret)

    def make(self, _: str, body: Any) -> dict[str, Any]:
        self.count += 1
        return self.add(body.pop("SecretID", f"made-{self.count}"), **body)

    def all(self, *_: Any) -> list[dict[str, Any]]:
        return list(self.held.values())


def consul_api(tokens: Tokens, **more: Any) -> FakeApi:
    answers = {
        "GET /v1/acl/tokens": tokens.all,
        "GET /v1/acl/token/self": tokens.own,
        "PUT /v1/acl/token": tokens.make,
        "PUT /v1/acl/policy": {},
        f"PUT /v1/acl/token/{consul.ANONYMOUS}": {},
        **more,
    }
    return FakeApi(answers)


def test_every_role_has_a_token_with_its_own_policy() -> None:
    kept, tokens = kept_secrets(), Tokens()
    access.keep_consul(facts(), consul_api(tokens), kept)
    made = {token["Description"]: token["Policies"][0]["Name"] for token in tokens.all()}
    assert made == {
        "foxden-servers": "foxden-servers",
        "foxden-operators": "foxden-operators",
        "foxden-management": "global-management",
        "foxden-pool-general": "foxden-pool-general",
    }
    assert tokens.held[kept.values["pools/general/consul-token"]]["Description"] == "foxden-pool-general"


def test_what_is_there_is_not_made_again() -> None:
    kept, tokens = kept_secrets(), Tokens()
    api = consul_api(tokens)
    access.keep_consul(facts(), api, kept)
    access.keep_consul(facts(), api, kept)
    assert len(tokens.all()) == 4


def test_anyone_may_read_what_discovery_takes() -> None:
    api = consul_api(Tokens())
    access.keep_consul(facts(), api, kept_secrets())
    told = next(body for body in api.told("PUT /v1/acl/policy") if body["Name"] == "foxden-anonymous")
    for rule in ('node_prefix "" { policy = "read" }', 'service_prefix "" { policy = "read" }'):
        assert rule in told["Rules"]
    assert 'key_prefix "foxden/" { policy = "read" }' in told["Rules"]
    assert "write" not in told["Rules"]


def test_a_policy_that_is_not_as_it_should_be_is_put_right() -> None:
    found = {"ID": "p1", "Rules": "other"}
    api = consul_api(
        Tokens(), **{"GET /v1/acl/policy/name/foxden-servers": found, "PUT /v1/acl/policy/p1": {"ID": "p1"}}
    )
    access.keep_consul(facts(), api, kept_secrets())
    assert api.told("PUT /v1/acl/policy/p1") == [{"Name": "foxden-servers", "Rules": consul.node_rules("servers")}]


@pytest.mark.parametrize(("minutes", "gone"), [(29, []), (31, ["a1"])])
def test_the_token_that_was_replaced_ends_when_all_know_the_new_one(minutes: float, gone: list[str]) -> None:
    tokens = Tokens()
    tokens.add("old", Description="foxden-servers", CreateTime=ago(60))
    tokens.add("new", Description="foxden-servers")["CreateTime"] = ago(minutes)
    api = consul_api(tokens, **{"DELETE /v1/acl/token/a1": True})
    access.keep_consul(facts(), api, kept_secrets(**{credentials.SERVERS_CONSUL: "new"}))
    assert [call.rpartition("/")[2] for call, _ in api.calls if call.startswith("DELETE")] == gone


def test_a_token_that_is_not_kept_yet_does_not_go_with_those_that_were_replaced() -> None:
    """Whoever rotates makes it known first, and may do so while the leader looks."""
    tokens = Tokens()
    tokens.add("kept", Description="foxden-servers", CreateTime=ago(31))
    tokens.add("coming", Description="foxden-servers")
    access.keep_consul(facts(), consul_api(tokens), kept_secrets(**{credentials.SERVERS_CONSUL: "kept"}))
    assert "coming" in tokens.held


def nomad_api(tokens: Tokens, **more: Any) -> FakeApi:
    def bootstrap(_: str, body: Any) -> dict[str, Any]:
        return tokens.add(body["BootstrapSecret"], Name="Bootstrap Token")

    answers = {
        "GET /v1/acl/token/self": tokens.own,
        "POST /v1/acl/bootstrap": bootstrap,
        "GET /v1/acl/tokens": tokens.all,
        "POST /v1/acl/token": tokens.make,
        "POST /v1/acl/policy/foxden-drain-general": {},
        **more,
    }
    return FakeApi(answers, "own")


def test_nomad_is_given_the_token_that_was_made_for_it() -> None:
    kept, tokens = kept_secrets(), Tokens()
    api = nomad_api(tokens)
    access.keep_nomad(facts(), api, "own", kept)
    assert api.told("POST /v1/acl/bootstrap") == [{"BootstrapSecret": "own"}]
    names = {secret: token["Name"] for secret, token in tokens.held.items()}
    assert names[kept.values["operators/nomad-token"]] == "foxden-operators"
    assert names[kept.values["pools/general/drain-token"]] == "foxden-drain-general"
    access.keep_nomad(facts(), api, "own", kept)
    assert len(tokens.all()) == 3


@pytest.mark.parametrize(
    ("known", "minutes", "left"), [("new", 31, {"own", "new"}), ("own", 31, {"own"}), ("own", 0, {"own", "new"})]
)
def test_of_nomads_management_tokens_only_those_go_that_are_old_to_whoever_looks(
    known: str, minutes: float, left: set[str]
) -> None:
    """One that was made a moment ago is about to be kept: without it nobody could rule Nomad any more."""
    tokens = Tokens()
    tokens.add("own", Name="Bootstrap Token", CreateTime=ago(31))
    other = tokens.add("new", Name="foxden-management", CreateTime=ago(minutes))
    api = nomad_api(tokens, **{f"DELETE /v1/acl/token/{other['AccessorID']}": lambda *_: tokens.held.pop("new")})
    access.keep_nomad(facts(), api, "own", kept_secrets(**{credentials.NOMAD_MANAGEMENT: known}))
    assert {secret for secret, token in tokens.held.items() if token["Name"] in access._FIRST} == left


def test_a_token_that_nobody_could_ask_about_is_not_made_again() -> None:
    kept, tokens = kept_secrets(), Tokens()
    access.keep_nomad(facts(), nomad_api(tokens), "own", kept)
    before = dict(kept.values), tokens.all()

    def asked(secret: str, _: Any) -> dict[str, Any] | None:
        if secret != "own":
            raise ApiError("GET /v1/acl/token/self: 500 No cluster leader", 500)
        return tokens.held[secret]

    with pytest.raises(ApiError, match="No cluster leader"):
        access.keep_nomad(facts(), nomad_api(tokens, **{"GET /v1/acl/token/self": asked}), "own", kept)
    assert (kept.values, tokens.all()) == before


def test_a_pool_may_drain_and_nothing_else() -> None:
    api = nomad_api(Tokens())
    access.keep_nomad(facts(), api, "own", kept_secrets())
    assert api.told("POST /v1/acl/policy/foxden-drain-general") == [
        {"Name": "foxden-drain-general", "Rules": 'node { policy = "write" }\n'}
    ]


def test_a_nomad_that_another_token_rules_is_told_about() -> None:
    def refuse(*_: Any) -> None:
        raise ApiError("POST /v1/acl/bootstrap: 400 ACL bootstrap already done (reset index: 7)", 400)

    with pytest.raises(ApiError, match="already done"):
        access.keep_nomad(facts(), nomad_api(Tokens(), **{"POST /v1/acl/bootstrap": refuse}), "own", kept_secrets())


def test_workers_get_a_certificate_and_a_new_one_in_time() -> None:
    authority = new_authority("dev")
    kept = kept_secrets(**{AUTHORITY: authority.text()})
    access.keep_certificates(facts(), kept)
    first = kept.values["pools/general/certificate"]
    access.keep_certificates(facts(), kept)
    assert kept.values["pools/general/certificate"] == first
    kept.values["pools/general/certificate"] = issue(authority, ["old"], [], 1 / 60).text()
    access.keep_certificates(facts(), kept)
    assert kept.values["pools/general/certificate"] != first
    assert kept.values[PUBLIC_AUTHORITY] == authority.certificate


def test_gossip_gets_a_new_key_and_loses_the_old_one() -> None:
    kept = kept_secrets(**{credentials.CONSUL_GOSSIP: "old", credentials.NOMAD_GOSSIP: "old"})
    ring, path = "/v1/operator/keyring", "/v1/agent/keyring"
    consul_ring = FakeApi(
        {
            f"POST {ring}": {},
            f"PUT {ring}": {},
            f"DELETE {ring}": {},
            f"GET {ring}": [{"Keys": {"old": 3}}, {"Keys": {"old": 3, "older": 1}}],
        }
    )
    nomad_ring = FakeApi(
        {f"POST {path}/{verb}": {} for verb in ("install", "use", "remove")}
        | {f"GET {path}/list": {"Keys": {"old": 3}}}
    )
    rotate("gossip", facts(), kept, consul_ring, nomad_ring)
    assert [call for call, _ in consul_ring.calls][:3] == [f"POST {ring}", f"PUT {ring}", f"GET {ring}"]
    assert {body["Key"] for body in consul_ring.told("DELETE")} == {"old", "older"}
    assert consul_ring.told("POST") == [{"Key": kept.values[credentials.CONSUL_GOSSIP]}]
    assert nomad_ring.told(f"POST {path}/remove") == [{"Key": "old"}]
    assert nomad_ring.told(f"POST {path}/use") == [{"Key": kept.values[credentials.NOMAD_GOSSIP]}]


def test_members_that_do_not_say_in_time_that_they_have_a_key_are_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old key must not go before all have the new one: whoever has missed it would hear nobody any more."""
    clock = Time()
    monkeypatch.setattr(waiting, "time", clock)
    kept = kept_secrets(**{credentials.CONSUL_GOSSIP: "old", credentials.NOMAD_GOSSIP: "old"})
    ring, path = "/v1/operator/keyring", "/v1/agent/keyring"
    missed = {"installed": 2, "listed": 1}

    def once_more(what: str, answer: Any) -> Any:
        def answered(*_: Any) -> Any:
            missed[what] -= 1
            if missed[what] >= 0:
                raise ApiError("1/3 nodes reported success", 500)
            return answer

        return answered

    consul_ring = FakeApi(
        {
            f"POST {ring}": once_more("installed", {}),
            f"PUT {ring}": {},
            f"DELETE {ring}": {},
            f"GET {ring}": [{"Keys": {"old": 3}}],
        }
    )
    nomad_ring = FakeApi(
        {f"POST {path}/{verb}": {} for verb in ("install", "use", "remove")}
        | {f"GET {path}/list": once_more("listed", {"Keys": {"old": 3}})}
    )
    rotate("gossip", facts(), kept, consul_ring, nomad_ring)
    assert consul_ring.told(f"POST {ring}") == [{"Key": kept.values[credentials.CONSUL_GOSSIP]}] * 3
    assert nomad_ring.told(f"POST {path}/remove") == [{"Key": "old"}]
    missed["installed"] = 99
    with pytest.raises(ApiError, match="1/3 nodes"):
        rotate("gossip", facts(), kept, consul_ring, nomad_ring)
    assert clock.now < 200


def test_all_tokens_are_replaced_and_those_of_consul_known_before_any_node_learns_of_them() -> None:
    of_consul = [credentials.CONSUL_MANAGEMENT, credentials.SERVERS_CONSUL, credentials.OPERATORS_CONSUL]
    names = [*of_consul, "pools/general/consul-token", credentials.NOMAD_MANAGEMENT]
    made = ("operators/nomad-token", "pools/general/drain-token")
    kept, tokens = kept_secrets(**dict.fromkeys([*names, *made], "old")), Tokens()
    tokens.add("old", Description="foxden-management")
    rotate("tokens", facts(), kept, consul_api(tokens), nomad_api(Tokens()))
    assert "old" not in {kept.values[name] for name in names}
    assert set(tokens.held) == {"old", *(kept.values[name] for name in names[:-1])}
    assert not set(made) & set(kept.values)


def test_a_token_is_kept_for_others_only_once_consul_knows_it() -> None:
    """Otherwise all servers would follow to a management token that nobody can make known any more."""
    names = [credentials.SERVERS_CONSUL, credentials.OPERATORS_CONSUL, credentials.CONSUL_MANAGEMENT]
    kept, tokens = kept_secrets(**dict.fromkeys(names, "old")), Tokens()
    tokens.add("old")
    made = iter([True, True, False])

    def make(secret: str, body: Any) -> dict[str, Any]:
        if not next(made):
            raise ApiError("PUT /v1/acl/token: 500 No cluster leader", 500)
        return tokens.make(secret, body)

    with pytest.raises(ApiError, match="No cluster leader"):
        rotate("tokens", facts(), kept, consul_api(tokens, **{"PUT /v1/acl/token": make}), nomad_api(Tokens()))
    assert {kept.values[name] for name in names} == set(tokens.held)
    assert kept.values[credentials.CONSUL_MANAGEMENT] == "old"


def test_an_authority_is_replaced_without_a_moment_in_which_nobody_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Time()
    monkeypatch.setattr(steps, "time", clock)
    old = new_authority("dev")
    kept = kept_secrets(**{AUTHORITY: old.text(), PUBLIC_AUTHORITY: old.certificate})
    trusted, signing = [], []

    def rotated() -> str:
        return rotate("authority", facts(), kept, FakeApi({}), FakeApi({}))

    for step in (1, 2, 3, 1):
        assert rotated().startswith(f"Step {step} of 3")
        if step < 3:
            with pytest.raises(SystemExit, match="Call this again in 600 s"):
                rotated()
            clock.now += 600
        access.keep_certificates(facts(), kept)
        trusted.append(kept.values[PUBLIC_AUTHORITY])
        signing.append(pair(kept.values[AUTHORITY]).certificate)
    new = signing[1]
    assert new != old.certificate
    assert trusted[:3] == [old.certificate + new, old.certificate + new, new]
    assert signing == [old.certificate, new, new, new]
    assert json.loads(kept.values["pools/general/certificate"])["certificate"]
