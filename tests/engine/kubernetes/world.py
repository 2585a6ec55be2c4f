"""The local environment on a real Kubernetes of this machine, and what its API says, asked directly."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from local.kubernetes.places import PRIVATE, controllers, mounted_somewhere
from local.stackfiles import without_salt
from tests.engine.harness.apis import Api, Json
from tests.engine.harness.command import Done
from tests.engine.harness.leftovers import described, mounts, processes_of, removed_by_force
from tests.engine.harness.shared import EDITABLE, REPLICAS, SERVICES
from tests.engine.harness.site import Site, new_site
from tests.engine.harness.waiting import until

ENVIRONMENT = "local"
THIS_MACHINE = "10.0.2.2"
"""As a pod sees it."""
_SETTINGS = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward")
_NAME = "app.kubernetes.io/name"


class Kubernetes(Api):
    """The API server, with a token or without one."""

    def __init__(self, facts: Json, authority: Path, token: str | None) -> None:
        super().__init__(facts["address"], "Authorization", f"Bearer {token}" if token else None)
        authority.write_text(facts["ca"])
        self._session.verify = str(authority)

    def create(self, path: str, thing: Mapping[str, Any], /, **parameters: str) -> requests.Response:
        """The answer to a wish for an object, whatever it is."""
        return self.ask("POST", path, dict(thing), **parameters)

    def items(self, path: str, /, **parameters: str) -> list[Json]:
        """The objects of a list."""
        found: list[Json] = self.get(path, **parameters)["items"]
        return found

    def pods(self, service: str, environment: str = ENVIRONMENT) -> dict[str, Json]:
        """Name -> pod of a service, without those on their way out."""
        found = self.items(f"/api/v1/namespaces/{environment}/pods", labelSelector=f"{_NAME}={service}")
        return {pod["metadata"]["name"]: pod for pod in found if not pod["metadata"].get("deletionTimestamp")}

    def ours(self) -> list[str]:
        """Every object, of any kind, that carries the label of what was deployed."""
        found = self.everything(labelSelector="app.kubernetes.io/managed-by=foxden")
        return [f"{path} {thing['metadata'].get('namespace', '')} {thing['metadata']['name']}" for path, thing in found]

    def everything(self, **parameters: str) -> list[tuple[str, Json]]:
        """Every object of any kind that can be listed, each with the path of its kind."""
        paths = []
        for group, version in self._versions():
            root = f"/apis/{group}/{version}" if group else f"/api/{version}"
            kinds = [kind for kind in self.get(root)["resources"] if "list" in kind["verbs"]]
            paths += [f"{root}/{kind['name']}" for kind in kinds if "/" not in kind["name"]]
        return [(path, thing) for path in paths for thing in self.items(path, **parameters)]

    def _versions(self) -> list[tuple[str, str]]:
        groups = self.get("/apis")["groups"]
        return [("", "v1"), *((one["name"], one["preferredVersion"]["version"]) for one in groups)]


@dataclass
class World:
    """A running local environment, whose files every test finds as they were at first."""

    site: Site
    first: Done
    machine: "Machine"
    files: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> Kubernetes:
        """The API server, with the administrator's token."""
        return Kubernetes(self.site.facts, self.site.root / "ca.pem", self.site.facts["token"])

    @property
    def anybody(self) -> Kubernetes:
        """The API server for whoever has no token."""
        return Kubernetes(self.site.facts, self.site.root / "ca.pem", None)

    def version(self, service: str) -> str:
        """Of the service that a request to the first one passes through."""
        answer = self.site.get(self.site.url("app")).json()
        for name in ("meeting-router", "pods")[: ("ionic-apps", "meeting-router", "pods").index(service)]:
            answer = answer["needs"][name]
        return str(answer["version"])

    def awaited_version(self, service: str, other_than: str) -> str:
        """The version that is reached once an old pod, which serves on for a moment while it ends, gets no more."""
        until(lambda: self.version(service) != other_than, f"{service}: another than {other_than} answers", within=15)
        return self.version(service)

    def contents(self) -> dict[str, str]:
        """What tests may change in the clone."""
        found = (path for pattern in EDITABLE for path in self.site.checkout.glob(pattern))
        # Pulumi by hand writes a line into the stack's file, which the next command of ours takes out again.
        return {str(path.relative_to(self.site.checkout)): without_salt(path.read_bytes()).decode() for path in found}

    def make_well(self, doubtful: bool = False) -> None:
        """Bring the environment back to what it was at first. Quick when nothing was changed.

        ``doubtful``: a test has failed, so that what Pulumi knows of the cluster can't be taken for granted.
        """
        changed = {name for name, text in self.contents().items() if self.files.get(name) != text}
        for name in changed & self.files.keys():
            self.site.write(name, self.files[name])
        for name in changed - self.files.keys():
            (self.site.checkout / name).unlink()
        if doubtful:
            self.site.pulumi("refresh", "--stack", ENVIRONMENT, "--yes", "--skip-preview")
        if changed or doubtful:
            self.site.up()
        until(self.all_well, "all services are well", within=60)

    def keep(self) -> None:
        """What the clone has now is as good a start for the next test: say this of a healthy change only."""
        self.files = self.contents()

    def all_well(self) -> bool:
        """Every service has its pods, all ready, and a request passes through all of them."""
        for service in SERVICES:
            ready = [name for name, pod in self.api.pods(service).items() if is_ready(pod)]
            assert len(ready) == REPLICAS, f"{service}: {len(ready)} are ready"
        return self.site.get(self.site.url("app")).status == 200

    def generation(self, service: str) -> int:
        """How many times a service's Deployment was changed."""
        path = f"/apis/apps/v1/namespaces/{ENVIRONMENT}/deployments/{service}"
        return int(self.api.get(path)["metadata"]["generation"])

    def ids(self) -> dict[str, set[str]]:
        """Service -> the names of its pods: equal when nothing was touched."""
        return {service: set(self.api.pods(service)) for service in SERVICES}


def is_ready(pod: Json) -> bool:
    """Whether a pod takes requests."""
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", []))


@dataclass(frozen=True)
class Machine:
    """What it was like before there was a cluster."""

    settings: dict[str, str]
    chains: int
    places: frozenset[Path]

    @staticmethod
    def as_it_is() -> "Machine":
        """Now."""
        return Machine(_settings(), _chains(), frozenset(place for place in PRIVATE if place.exists()))

    def left_as_it_was(self, site: Site) -> None:
        """Nothing of a site's cluster is left."""
        left = described(processes_of(site.state))
        assert not left, "processes are left:\n" + "\n".join(left)
        assert not mounts(site.state), f"mounts are left: {mounts(site.state)}"
        assert not site.state.exists(), f"left in the state directory: {sorted(site.state.rglob('*'))[:20]}"
        assert _settings() == self.settings, "the machine's settings were changed"
        assert _chains() == self.chains, "the machine's firewall was changed"
        left = [str(place) for place in PRIVATE if place.exists() and place not in self.places]
        assert set(left) <= mounted_somewhere(), f"directories are left: {left}"
        assert not _groups(site), f"control groups are left: {_groups(site)}"


@contextmanager
def a_world() -> Iterator[World]:
    """One cluster with the services of this checkout, up from nothing; nothing of it is left at the end."""
    machine, site = Machine.as_it_is(), new_site()
    try:
        world = World(site, site.up("--scheduler", "kubernetes"), machine)
        world.keep()
        yield world
    finally:
        try:
            site.local("down")
            machine.left_as_it_was(site)
        finally:
            removed_by_force(site.state)
        shutil.rmtree(site.root)


def _settings() -> dict[str, str]:
    return {name: Path("/proc/sys", name).read_text() for name in _SETTINGS}


def _chains() -> int:
    """How many chains of Kubernetes' the machine's firewall has: other programs may change their own meanwhile."""
    said = subprocess.run(["iptables-save"], capture_output=True, text=True, timeout=30, check=True).stdout
    return sum(line.startswith((":KUBE-", ":CNI-")) for line in said.splitlines())


def _groups(site: Site) -> list[str]:
    name = group_of(site)
    return [str(controller / name) for controller in controllers() if (controller / name).exists()]


def group_of(site: Site) -> str:
    """The control group that all pods of a site's cluster are in."""
    return f"foxden-{hashlib.sha256(str(site.state).encode()).hexdigest()[:12]}"


def told(thing: Json) -> str:
    """An object as text, for the word of a failure."""
    return json.dumps(thing, indent=1)[:3000]
