"""A known secret is looked for wherever it must not be."""

import base64
import json
import secrets as randomness
from pathlib import Path

from tests.engine.harness.apis import Consul, Nomad
from tests.engine.harness.hiding import (
    for_its_user_alone,
    forms,
    not_in_command_lines,
    not_in_files,
    not_said,
    passphrase,
    stored,
)
from tests.engine.harness.shared import SERVICES, Shared
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import environ, tasks
from tests.engine.harness.waiting import until
from tests.engine.harness.watching import command_lines

NAME = "pods-api-key"
PRIVATE = ("secrets/local.json", "cluster.json", "agents/plan.json", "agents/local/consul.json")

_NOTHING = ("[]", "null", "Permission denied")
"""What Nomad says with 200: a stream has begun before it looks at the token."""


def test_a_rotated_secret_reaches_the_service_and_nothing_else(shared: Shared) -> None:
    """The user's own value, given on standard input; looked for as it is and encoded."""
    site = shared.site
    value = randomness.token_urlsafe(24)
    with command_lines() as seen:
        said = [stored(site, NAME, value), site.up()]
        until(lambda: _are_told(site, value), "both instances of pods have the new value", within=60)
        said += [site.local("status"), site.local("logs", "--service", "pods")]
        said += [
            site.pulumi("stack", "output", "--stack", "local"),
            site.pulumi("preview", "--stack", "local", "--diff"),
        ]
    answer = site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]
    assert answer["secrets"] == {"API_KEY": True}, answer
    for needle in forms(value):
        not_said(needle, said)
        not_in_files(site, needle, _logs(site))
        not_in_command_lines(needle, seen)
        _not_on_servers(site, needle)
    shared.keep()


def test_the_clusters_tokens_and_the_passphrase_are_nowhere_either(site: Site) -> None:
    """They are in files of mode 0600, and go to the servers in headers."""
    with command_lines() as seen:
        said = [site.up(), site.local("status"), site.pulumi("stack", "output", "--stack", "local")]
    for needle in (site.facts["token"], site.facts["discovery_token"], passphrase(site)):
        not_said(needle, said)
        not_in_files(site, needle, _logs(site))
        not_in_command_lines(needle, seen)


def test_without_a_token_nomad_tells_nothing_and_consul_only_what_is_public(site: Site) -> None:
    """Names and addresses of services, and the routes."""
    nomad, consul = Nomad(site.nomad.address, None), Consul(site.consul.address, None)
    instance = next(iter(site.nomad.instances("pods", "local")))
    for path in (
        "/v1/jobs",
        "/v1/job/pods",
        "/v1/vars",
        f"/v1/var/foxden/secrets/{NAME}",
        f"/v1/allocation/{instance}",
        f"/v1/client/fs/cat/{instance}",
        "/v1/acl/policies",
    ):
        for namespace in ("local", "*"):
            answer = nomad.ask("GET", path, namespace=namespace, path="main/secrets/env")
            nothing = answer.status_code >= 400 or answer.text.strip() in _NOTHING
            assert nothing, f"GET {path} in {namespace} without a token gave {answer.status_code}: {answer.text[:300]}"
    job = site.nomad.job("pods", "local")
    for api, method, path, body in (
        (nomad, "PUT", "/v1/jobs", {"Job": job}),
        (nomad, "DELETE", "/v1/job/pods", None),
        (nomad, "GET", "/v1/acl/tokens", None),
        (consul, "PUT", "/v1/kv/foxden/ingress/x", "x"),
        (consul, "GET", "/v1/acl/tokens", None),
    ):
        answer = api.ask(method, path, body, namespace="local")
        assert answer.status_code == 403, f"{method} {path} without a token gave {answer.status_code}: {answer.text}"
    assert site.nomad.job("pods", "local") == job, "somebody without a token has changed the job"
    assert f"{SERVICES[0]}--local" in consul.services(), "the catalog is for everybody: DNS needs it"


def test_what_is_private_is_for_its_user_alone(site: Site) -> None:
    """Mode 0600, in directories that exist for nothing else or are closed themselves."""
    for_its_user_alone([*(site.state / name for name in PRIVATE), site.config / "passphrase"])
    for_its_user_alone(site.state.joinpath("agents").glob("*/nomad*.json"))


def _logs(site: Site) -> list[Path]:
    return list(site.state.glob("agents/*/nomad*/alloc/*/alloc/logs"))


def _are_told(site: Site, value: str) -> bool:
    return [environ(process).get("API_KEY") for process in tasks(site, "pods")] == [value, value]


def _not_on_servers(site: Site, needle: str) -> None:
    """Jobs, also as one with the management token sees them, and Consul's keys and services."""
    for namespace in ("local", "default"):
        for job in site.nomad.jobs(namespace):
            for below in ("", "/versions", "/allocations", "/deployments", "/evaluations"):
                path = f"/v1/job/{job}{below}"
                assert needle not in json.dumps(site.nomad.get(path, namespace=namespace)), f"a secret is in {path}"
            for allocation in site.nomad.allocations(job, namespace):
                told = site.nomad.get(f"/v1/allocation/{allocation['ID']}", namespace=namespace)
                assert needle not in json.dumps(told), f"a secret is in allocation {allocation['ID']}"
    pairs = site.consul.get("/v1/kv/", recurse="true")
    assert pairs, "there are no keys at all: the test is blind"
    for pair in pairs:
        assert needle.encode() not in base64.b64decode(pair["Value"] or ""), f"a secret is in key {pair['Key']}"
    for service in site.consul.services():
        assert needle not in json.dumps(site.consul.get(f"/v1/health/service/{service}")), f"a secret is in {service}"
