"""What the API notes down by the policy that masters built here have."""

import base64
import json
import secrets

from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api, Json

SPACE = "/api/v1/namespaces/default"


def test_who_did_what_is_noted_down_and_no_secret_is(api: Api) -> None:
    """Of secrets, settings, tokens and commands that it was done; of other changes what was asked for, too."""
    value, name = secrets.token_hex(16), f"noted-{secrets.token_hex(4)}"
    kept = {"metadata": {"name": name}, "data": {"word": base64.b64encode(value.encode()).decode()}}
    api.post(f"{SPACE}/secrets", kept)
    api.patch(f"{SPACE}/secrets/{name}", {"stringData": {"other": value}})
    api.get(f"{SPACE}/secrets/{name}")
    api.post(f"{SPACE}/configmaps", {"metadata": {"name": name}, "data": {"word": value}})
    api.post(f"{SPACE}/limitranges", {"metadata": {"name": name}, "spec": {"limits": [{"type": "Pod", "max": {}}]}})
    token = api.post(f"{SPACE}/serviceaccounts/default/token", {"spec": {"expirationSeconds": 600}})["status"]["token"]
    api.ask("POST", f"{SPACE}/pods/{name}/exec?command=true&stdout=true")
    for kind in ("secrets", "configmaps", "limitranges"):
        api.delete(f"{SPACE}/{kind}/{name}")

    def noted() -> bool:
        return [each["verb"] for each in _lines(api, "limitranges", name)] == ["create", "delete"]

    until(noted, "all of it is noted down", 10)
    for kind, verbs in {"secrets": ["create", "patch", "get", "delete"], "configmaps": ["create", "delete"]}.items():
        found = _lines(api, kind, name)
        assert [each["verb"] for each in found] == verbs
        assert {each["level"] for each in found} == {"Metadata"}
        assert {each["user"]["username"] for each in found} == {"admin"}
        assert not [each for each in found if {"requestObject", "responseObject"} & each.keys()]
    asked, _ = _lines(api, "limitranges", name)
    assert asked["requestObject"]["spec"]["limits"][0]["type"] == "Pod"
    (into,) = _lines(api, "pods", name)
    assert into["objectRef"]["subresource"] == "exec" and into["user"]["username"] == "admin"
    said = api.audit_log.read_text()
    assert [form for form in (value, kept["data"]["word"], token) if form in said] == []


def _lines(api: Api, kind: str, name: str) -> list[Json]:
    """What is noted down of an object when it was done."""
    every = map(json.loads, api.audit_log.read_text().splitlines())
    done = [(each, each.get("objectRef") or {}) for each in every if each["stage"] == "ResponseComplete"]
    return [each for each, thing in done if (thing.get("resource"), thing.get("name")) == (kind, name)]
