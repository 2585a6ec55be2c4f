"""Who may do what in Consul and Nomad."""

from typing import Any

import pytest

from foxden.boot.files.node import access, consul, credentials
from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.certificates import issue, new_authority
from foxden.boot.files.node.kept import AUTHORITY, PUBLIC_AUTHORITY
from tests.unit.boot.fakes import facts
from tests.unit.boot.tokens import Tokens, ago, consul_api, kept_secrets, nomad_api


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
