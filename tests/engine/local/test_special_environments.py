"""A second whole environment beside the first, for a branch or a demo."""

import re

import pytest
import yaml

from tests.engine.harness.changes import expires, forgotten
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import SERVICES, Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until

OWN = {"consul", "nomad", "nomad-client", "foxden-ingress"}


def test_a_demo_beside_the_local_environment_and_away_again(shared: Shared) -> None:
    """One command each; both answer; only the demo goes, and the first one never notices."""
    site = shared.site
    before = jobs_and_instances(site)
    with steady_requests(site.url("app")) as stream:
        made = site.up("--env", "demo", "--ttl", "8h")
        assert f"http://app.demo.foxden.localhost:{site.facts['ingress_port']}/" in made.output, made
        _both_answer(site)
        _file_is_short(site, "demo")
        status = site.local("status").output
        for name in ("local", "demo"):
            assert re.search(rf"^{name}: \d+ (s|min) old", status, re.MULTILINE), status
        assert re.search(r"^demo: .*, expires in (8 h|7 h \d+ min)$", status, re.MULTILINE), status
        site.local("down", "--env", "demo")
    stream.none_failed()
    _nothing_of(site, "demo")
    assert jobs_and_instances(site) == before, "the local environment was touched"


def test_reap_takes_only_what_has_expired(shared: Shared) -> None:
    """Time is not taken from one that has some left."""
    site = shared.site
    before = jobs_and_instances(site)
    expires(site, "trial")
    _nothing_of(site, "trial")
    assert jobs_and_instances(site) == before, "the local environment was touched"


@pytest.mark.parametrize("name", ["Demo", "a--b", "default"])
def test_a_name_that_cannot_be_one_is_refused_in_words(site: Site, name: str) -> None:
    """Nothing is made of it."""
    before = sorted(path.name for path in site.checkout.iterdir())
    done = site.up("--env", name, expect=None)
    assert done.code == 1 and "error: " in done.output and "Traceback" not in done.output, done
    assert sorted(path.name for path in site.checkout.iterdir()) == before
    assert name not in [one["Name"] for one in site.nomad.get("/v1/namespaces") if one["Name"] != "default"]


def _both_answer(site: Site) -> None:
    for environment, host in (("local", "app"), ("demo", "app.demo")):
        answer = site.get(site.url(host)).json()
        assert answer["environment"] == environment, answer
        assert answer["needs"]["meeting-router"]["needs"]["pods"]["environment"] == environment, answer
        running = site.nomad.instances("ionic-apps", environment)
        assert answer["instance"] in running, f"{answer['instance']} is none of {sorted(running)}"
    for service in SERVICES:
        assert len(site.consul.healthy(f"{service}--demo")) == 2, f"{service}--demo"


def _file_is_short(site: Site, environment: str) -> None:
    """Choices are inherited: the file has facts about itself only."""
    text = site.read(f"Pulumi.{environment}.yaml")
    assert len(text.splitlines()) <= 8, text
    assert yaml.safe_load(text)["config"]["foxden:inherits"] == "local", text


def _nothing_of(site: Site, environment: str) -> None:
    nomad, consul = site.nomad, site.consul
    assert environment not in [one["Name"] for one in nomad.get("/v1/namespaces")]
    assert not [one["Name"] for one in nomad.get("/v1/acl/policies") if one["Name"].endswith(f"--{environment}")]
    assert not [one for one in nomad.get("/v1/vars", namespace="*") if one["Namespace"] == environment]
    assert not [key for key in consul.keys_below() if f"--{environment}" in key], consul.keys_below()
    wanted = OWN | {f"{service}--local" for service in SERVICES}
    until(lambda: consul.services() == wanted, f"Consul knows only {wanted}, not {consul.services()}", within=15)
    forgotten(site, environment)
