"""A service that is still bound to Consul, on Nomad: a line of the environment's file gives it what it needs there."""

import json
from typing import Any

import pytest

from tests.engine.harness.apis import Consul, Json
from tests.engine.harness.bound import ANNOUNCED, ITSELF, OTHERS, OWN, SHARED, TOKEN, written_for
from tests.engine.harness.changes import replaced
from tests.engine.harness.leftovers import content, files_below
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import REPLICAS, Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import environ, tasks
from tests.engine.harness.waiting import until

LINE = {"reads": ["shared/"], "writes": ["foxden/pods/"], "discovers": [ANNOUNCED], "registers": [ANNOUNCED]}


@pytest.fixture
def bound(shared: Shared) -> Site:
    """The environment, whose pods have such a line. It is taken out again by whoever makes the environment well."""
    site = shared.site
    for key in (SHARED, OTHERS):
        site.consul.put(f"/v1/kv/{key}", "theirs")
    site.write("examples/apps/pods/app.py", written_for("pods"))
    site.choose(services={"pods": {"consul": LINE, "env": {"ANNOUNCED_AS": ITSELF}}})
    before = jobs_and_instances(site)
    site.up()
    after = jobs_and_instances(site)
    del before["pods"], after["pods"]
    assert after == before, "services without such a line were touched"
    return site


def said(site: Site) -> Json:
    """What Consul said to one of the pods."""
    return site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]["consul"]


def access(site: Site) -> tuple[list[Json], list[str]]:
    """The tokens and the names of the policies in Consul that are services' own."""
    tokens = [one for one in site.consul.get("/v1/acl/tokens") if one["Description"].startswith("foxden-access-")]
    policies = [one["Name"] for one in site.consul.get("/v1/acl/policies")]
    return tokens, [name for name in policies if name.startswith("foxden-access-")]


def secret_of(site: Site) -> str:
    """The one token itself."""
    [token] = access(site)[0]
    return str(site.consul.get(f"/v1/acl/token/{token['AccessorID']}")["SecretID"])


def all_have(site: Site, token: str) -> bool:
    """Whether every instance that is meant to run was told this token."""
    given = [environ(process).get("CONSUL_HTTP_TOKEN") for process in tasks(site, "pods")]
    assert given == [token] * REPLICAS, f"{len(given)} run, {given.count(token)} have it"
    return True


def test_it_may_do_there_what_its_line_says_until_the_line_goes(bound: Site, shared: Shared) -> None:
    """Its own keys, names, and no more; no other service has the token; a new one rolls it; then there is none."""
    first = said(bound)
    assert (first["own"], first["shared"], first["others"]) == (200, [200, 403], [403, 403]), first
    assert first["tokens"] == 403, first
    assert said(bound)["before"] in bound.nomad.instances("pods", "local"), "what it wrote is not what it reads"

    def all_seen() -> bool:
        seen, live = said(bound)["catalog"], bound.consul.healthy("pods--local")
        assert seen == sorted(f"{address}:{port}" for address, port in live), (seen, live)
        return len(seen) == REPLICAS

    until(all_seen, "both have registered themselves", within=20)
    assert [name.rpartition("-")[0] for name in access(bound)[1]] == ["foxden-access-pods--local"]
    _nobody_else_knows(bound, secret_of(bound))
    bound.pulumi("preview", "--stack", "local", "--expect-no-changes")
    bound.pulumi("refresh", "--stack", "local", "--preview-only", "--expect-no-changes")
    _rolls_with_a_new_token(bound)

    old = Consul(bound.consul.address, secret_of(bound))
    shared.make_well(doubtful=False)
    assert access(bound) == ([], [])
    assert old.ask("GET", f"/v1/kv/{OWN}").status_code == 403
    until(lambda: not bound.consul.healthy(ANNOUNCED), "nobody is registered as before", within=20)
    assert bound.consul.keys_below("foxden/pods/") == [OWN], "what it wrote went with its token"
    for key in (SHARED, OTHERS, OWN):
        bound.consul.delete(f"/v1/kv/{key}")


def _nobody_else_knows(site: Site, token: str) -> None:
    until(lambda: all_have(site, token), "all pods have the token", within=20)
    for service in ("meeting-router", "ionic-apps"):
        assert not any("CONSUL_HTTP_TOKEN" in environ(process) for process in tasks(site, service)), service
    shown: dict[str, Any] = {
        str(path): content(path).decode(errors="replace") for path in files_below(site.state / "logs")
    }
    shown |= {"state": json.dumps(site.stack()), "job": json.dumps(site.nomad.job("pods", "local"))}
    assert [where for where, text in shown.items() if token in text] == []


def _rolls_with_a_new_token(site: Site) -> None:
    """As docs/decisions/0001-consul.md says: the old one is no good afterwards, and no request fails.

    Nomad starts the instances again where they are.
    """
    old, before = secret_of(site), jobs_and_instances(site)
    with steady_requests(site.url("app")) as stream:
        replaced(site, TOKEN)
    stream.none_failed()
    new, after = secret_of(site), jobs_and_instances(site)
    assert new != old and Consul(site.consul.address, old).ask("GET", f"/v1/kv/{OWN}").status_code == 403
    until(lambda: all_have(site, new), "all pods have the new token", within=30)
    assert before == after
    until(lambda: said(site)["own"] == 200, "one that was started again answers", within=20)
