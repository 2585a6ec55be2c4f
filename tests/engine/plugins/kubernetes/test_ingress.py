"""The ingress's own program on a real API server, with the rights and arguments that are rendered for it."""

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from foxden.schedulers.kubernetes import SCHEDULER, environment
from foxden.schedulers.kubernetes.ingress import arguments, render_ingress
from foxden.schedulers.kubernetes.options import options_of
from foxden.service.parse import parse_service
from local.shell import tool
from tests.contract.cases import known
from tests.engine.bootlab.serving import Answering, serving
from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.strict import check, path_of
from tests.engine.plugins.servers import free_ports

PLACE = "edge"
HOST = "it.demo.foxden.localhost"
_SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "it-rpc", "namespace": PLACE, "labels": {"kubernetes.io/service-name": "it--rpc"}},
    "addressType": "IPv4",
    "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": True, "serving": True}}],
    "ports": [{"name": "rpc", "port": 81, "protocol": "TCP"}],
}
"""An instance that nobody is, and nobody asks: its port speaks gRPC."""


@dataclass(frozen=True)
class Ingress:
    """Where it serves, and where it says what it has made of it all."""

    web: str
    told: str
    settings: Path
    """A directory of what it obeys beside the API."""

    def status(self, path: str, host: str = HOST) -> int:
        """What it answers: 503 for a route, since nobody is there to serve it, and 404 where there is none."""
        return _ask(f"{self.web}{path}", {"Host": host}).status_code

    def parts(self, kind: str) -> dict[str, Any]:
        """Name -> one of its routers, or of what it has in between."""
        return {each["name"]: each for each in _ask(f"{self.told}/api/http/{kind}?per_page=1000", {}).json()}


def _ask(url: str, headers: Mapping[str, str]) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=dict(headers), timeout=10)


@pytest.fixture(scope="module")
def ingress(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    """Traefik, with a service's routes to follow."""
    connection = known("kubernetes", environment=PLACE)
    routes = [
        {"host": "it", "path": "/deep/er"},
        {"host": "it", "path": "/api", "strip_path": True},
        {"host": "rpc", "port": "rpc"},
    ]
    ports = {"http": {"port": 8080}, "rpc": {"port": 81, "protocol": "grpc"}}
    service = parse_service("it", {"image": "a:1", "ports": ports, "routes": routes})
    own, place = render_ingress(connection), environment.namespace(PLACE, {})
    for thing in (*own.values(), place):
        check(api, thing, rehearsal=False)
    until(lambda: api.get(f"/apis/traefik.io/v1alpha1/namespaces/{PLACE}/middlewares"), "its kinds are there", 30)
    for thing in SCHEDULER.render(service, connection, {})["objects"].values():
        check(api, thing, rehearsal=False)
    check(api, _SLICE, rehearsal=False)
    directory = tmp_path_factory.mktemp("ingress")
    for name, text in own["settings"]["data"].items():
        (directory / name).write_text(text)
    with _traefik(api, directory) as found:
        yield found
    for thing in (*reversed(own.values()), place):
        api.delete(path_of(thing))


@contextmanager
def _traefik(api: Api, directory: Path) -> Iterator[Ingress]:
    web, ping, told = free_ports(3)
    found = Ingress(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{told}", directory)
    ask = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    made = api.post("/api/v1/namespaces/foxden-ingress/serviceaccounts/ingress/token", ask)
    token = directory / "token"
    token.write_text(made["status"]["token"])
    words = [word.replace(":8000", f"127.0.0.1:{web}") for word in arguments(options_of({}))]
    words = [word.replace(":8082", f"127.0.0.1:{ping}") for word in words]
    words = [word.replace("/etc/traefik/settings", str(directory)) for word in words]
    for provider in ("kubernetesingress", "kubernetescrd"):
        reached = {"endpoint": api.address, "token": token, "certauthfilepath": api.authority}
        words += [f"--providers.{provider}.{key}={value}" for key, value in reached.items()]
    words += ["--api.insecure=true", f"--entrypoints.traefik.address=127.0.0.1:{told}"]

    def follows() -> bool:
        try:
            return found.status("/api") == found.status("/deep/er") == 503
        except requests.RequestException:
            return False

    with (directory / "traefik.log").open("wb") as log:
        process = subprocess.Popen(
            [str(tool("traefik")), *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(follows, "the ingress has seen its routes", 60)
        yield found
    finally:
        process.terminate()
        process.wait(60)


def test_a_path_takes_itself_and_all_below_and_nothing_else(ingress: Ingress) -> None:
    answers = {
        path: ingress.status(path) for path in ("/api", "/api/", "/api/x?y=1", "/deep/er/x", "/apix", "/deep", "/")
    }
    assert answers == {
        "/api": 503,
        "/api/": 503,
        "/api/x?y=1": 503,
        "/deep/er/x": 503,
        "/apix": 404,
        "/deep": 404,
        "/": 404,
    }
    assert ingress.status("/api", "other.example.com") == 404


def test_a_prefix_is_taken_away_where_that_was_asked_for(ingress: Ingress) -> None:
    routers = ingress.parts("routers")
    (stripping,) = [each for each in routers.values() if "/api" in each["rule"] and "it.demo" in each["rule"]]
    again, middleware = stripping["middlewares"]
    assert again == "again@file"
    assert ingress.parts("middlewares")[middleware]["stripPrefix"] == {"prefixes": ["/api"]}
    (plain,) = [each for each in routers.values() if "/deep/er" in each["rule"]]
    assert plain["middlewares"] == ["again@file"]


def test_routes_are_served_at_the_one_entrance_without_an_error(ingress: Ingress) -> None:
    ours = [each for each in ingress.parts("routers").values() if each["provider"] == "kubernetes"]
    assert len(ours) == 3
    assert {tuple(each["entryPoints"]) for each in ours} == {("web",)}
    assert {each["status"] for each in ours} == {"enabled"}


def test_grpc_is_spoken_to_as_such(ingress: Ingress) -> None:
    def servers() -> list[str]:
        found = [each.get("loadBalancer", {}).get("servers") or [] for each in ingress.parts("services").values()]
        return [server["url"] for some in found for server in some]

    until(lambda: "h2c://192.0.2.1:81" in servers(), "the ingress knows the instance, and what it speaks", 10)


class _Late(Answering):
    def do_GET(self) -> None:
        self.say(200)


def test_a_request_that_reached_nobody_is_sent_again(ingress: Ingress) -> None:
    """As to a pod on a node that has just come, which lets nobody in for a moment."""
    (port,) = free_ports(1)
    late = {
        "routers": {"late": {"rule": "Host(`late.test`)", "service": "late"}},
        "services": {"late": {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{port}"}]}}},
    }
    partial = ingress.settings / "late.partial"
    partial.write_text(json.dumps({"http": late}))
    partial.rename(ingress.settings / "late.yaml")
    until(lambda: "late@file" in ingress.parts("routers"), "the ingress has seen the route", 10)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(ingress.status("/", "late.test")), daemon=True)
    asking.start()
    asking.join(0.5)
    assert not answers, "it has given up at once"
    with serving(("127.0.0.1", port), _Late):
        asking.join(10)
    assert answers == [200]
