"""How keys are replaced: gossip's, tokens, the authority."""

import json
from typing import Any

import pytest

from foxden.boot.files.node import access, credentials, steps, waiting
from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.certificates import new_authority, pair
from foxden.boot.files.node.kept import AUTHORITY, PUBLIC_AUTHORITY
from foxden.boot.files.node.rotate import rotate
from tests.unit.boot.fakes import FakeApi, Time, facts
from tests.unit.boot.tokens import Tokens, consul_api, kept_secrets, nomad_api


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
