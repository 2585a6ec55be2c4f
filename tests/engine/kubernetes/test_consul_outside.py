"""Services that are still bound to Consul move from a Nomad to Kubernetes and back, with Consul where it was."""

from collections.abc import Iterator

import pytest

from tests.engine.harness.apis import Consul, Json
from tests.engine.harness.bound import ANNOUNCED, ITSELF, OTHERS, OWN, SHARED, TOKEN, written_for
from tests.engine.harness.changes import replaced
from tests.engine.harness.hiding import stored
from tests.engine.harness.load import steady_requests
from tests.engine.harness.site import Site, new_site
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, THIS_MACHINE, World

LINE = {"reads": ["shared/"], "writes": ["foxden/pods/"], "discovers": [ANNOUNCED], "registers": [ANNOUNCED]}
CALLER = {"meeting-router": {"consul": {"discovers": [ANNOUNCED]}}}


@pytest.fixture
def nomad() -> Iterator[Site]:
    """Another environment, on Nomad with its Consul: the pods are bound to that, and their caller looks there."""
    site = new_site()
    with site.gone_at_the_end():
        for service in ("pods", "meeting-router"):
            site.write(f"examples/apps/{service}/app.py", written_for(service))
        site.choose(services=on_nomad())
        site.up()
        for key in (SHARED, OTHERS):
            site.consul.put(f"/v1/kv/{key}", "theirs")
        yield site


def on_nomad() -> Json:
    """What its file says of services."""
    return {"pods": {"consul": LINE, "env": {"ANNOUNCED_AS": ITSELF}}, **CALLER}


def move_to(world: World, nomad: Site) -> None:
    """Have the pods run on Kubernetes, too, with their Consul, and be called from there by way of the other side."""
    site, consul = world.site, nomad.facts["discovery_address"]
    stored(site, "consul-token", nomad.facts["discovery_token"])
    for service in ("pods", "ionic-apps"):
        site.write(f"examples/apps/{service}/app.py", written_for(service))
    names = {"THIS_MACHINE": THIS_MACHINE}
    site.choose(
        consul={"discovery_address": consul, "discovery_token_reference": "local:/consul-token"},
        endpoints={
            "consul": {"url": consul.replace("127.0.0.1", THIS_MACHINE)},
            "meeting-router": {"url": nomad.url("api", "/meetings")},
        },
        services={
            "pods": {
                "consul": LINE,
                "routes": [{"host": "pods"}],
                "env": {**names, "ANNOUNCED_AS": site.url("pods")},
                # It is waited for whenever they lose something.
                "termination_grace": 5,
            },
            "ionic-apps": {"env": names},
        },
    )
    site.up()


def called(site: Site) -> tuple[Json, Json]:
    """The answers of the pods and of their caller, as a request through a side's first service brings them."""
    caller = site.get(site.url("app")).json()["needs"]["meeting-router"]
    return caller["needs"]["pods"], caller


def policies(nomad: Site) -> list[str]:
    """Of the services that have a token now."""
    found = [one["Name"] for one in nomad.consul.get("/v1/acl/policies") if one["Name"].startswith("foxden-access-")]
    return sorted(name.removeprefix("foxden-access-").rpartition("-")[0] for name in found)


def secrets_of(nomad: Site, service: str) -> set[str]:
    """The tokens of a service, whichever side it is on."""
    return {
        str(nomad.consul.get(f"/v1/acl/token/{one['AccessorID']}")["SecretID"])
        for one in nomad.consul.get("/v1/acl/tokens")
        if one["Description"] == f"foxden-access-{service}--{ENVIRONMENT}"
    }


def both_see(nomad: Site, world: World, wanted: list[str]) -> None:
    """Wait until the pods and their caller find the same in Consul, whichever side they are on and are asked from."""

    def seen() -> bool:
        for site in (nomad, world.site):
            views = [answer["consul"]["catalog"] for answer in called(site)]
            assert views == [wanted, wanted], views
        return True

    until(seen, f"both sides find {wanted}", within=30)


def test_the_pods_move_over_and_back_and_everybody_finds_them(world: World, nomad: Site) -> None:
    """State, catalog and callers follow; what they may do is the same; a side's token ends with its instances."""
    assert called(nomad)[0]["instance"] in nomad.nomad.instances("pods", ENVIRONMENT)
    move_to(world, nomad)
    with steady_requests(nomad.url("app")) as stream:
        nomad.choose(endpoints={"pods": {"url": world.site.url("pods")}}, services=CALLER)
        leaving = secrets_of(nomad, "pods")
        nomad.up()
    stream.none_failed()
    assert "pods" not in nomad.nomad.jobs(ENVIRONMENT) and "meeting-router" not in world.api.pods("meeting-router")
    assert policies(nomad) == ["meeting-router--local", "pods--local"]
    [token] = secrets_of(nomad, "pods")
    old = next(iter(leaving - {token}))
    assert Consul(nomad.consul.address, old).ask("GET", f"/v1/kv/{OWN}").status_code == 403, "it outlived its service"

    last = nomad.consul.ask("GET", f"/v1/kv/{OWN}", raw="true").text
    for site in (world.site, nomad):
        pods, caller = called(site)
        assert pods["instance"] in world.api.pods("pods"), pods
        assert caller["instance"] in nomad.nomad.instances("meeting-router", ENVIRONMENT), caller
        said = pods["consul"]
        assert said["before"] == last, "what was written before is not what is read now"
        assert (said["own"], said["shared"], said["others"]) == (200, [200, 403], [403, 403]), said
        last = pods["instance"]
    both_see(nomad, world, [f"pods.foxden.localhost:{world.site.facts['ingress_port']}"])
    world.site.pulumi("preview", "--stack", ENVIRONMENT, "--expect-no-changes")
    token = _rolls_with_a_new_token(world, nomad, token)

    nomad.choose(endpoints={}, services=on_nomad())
    nomad.up()
    assert called(world.site)[0]["instance"] in nomad.nomad.instances("pods", ENVIRONMENT)
    world.make_well()
    assert Consul(nomad.consul.address, token).ask("GET", f"/v1/kv/{OWN}").status_code == 403, "it outlived its service"
    assert policies(nomad) == ["meeting-router--local", "pods--local"]
    # Each took itself out when it ended, also the last one, though nothing of theirs was in the settings any more.
    until(lambda: _in_the_catalog(nomad), "only those of Nomad are in the catalog", within=30)


def _rolls_with_a_new_token(world: World, nomad: Site, old: str) -> str:
    """As docs/decisions/0001-consul.md says: the old one ends when whoever had it has ended. Gives the new one."""
    before = world.api.pods("pods")

    def registered() -> set[str]:
        called(nomad)
        return {one["ServiceID"] for one in nomad.consul.get(f"/v1/catalog/service/{ANNOUNCED}")}

    until(lambda: len(registered()) == len(before), "each of the pods has registered itself", within=30)
    with steady_requests(nomad.url("app")) as stream:
        replaced(world.site, TOKEN)
    stream.none_failed()
    [new] = secrets_of(nomad, "pods")
    assert new != old and Consul(nomad.consul.address, old).ask("GET", f"/v1/kv/{OWN}").status_code == 403
    ended = {f"{ANNOUNCED}-{name}" for name in before}
    until(lambda: not registered() & ended, f"none of those that have ended is in the catalog: {ended}", within=15)
    assert called(nomad)[0]["consul"]["own"] == 200
    return new


def _in_the_catalog(nomad: Site) -> bool:
    """Whether those that run on Nomad have said so, which they do when they are asked, and nobody else has."""
    ours, found = _ports_of_pods(nomad), {port for _, port in nomad.consul.healthy(ANNOUNCED)}
    assert found == ours, f"ports in the catalog: {found}, of Nomad's pods: {ours}"
    return True


def _ports_of_pods(nomad: Site) -> set[int]:
    called(nomad)
    return {port for _, port in nomad.consul.healthy("pods--local")}
