"""A program in YAML on a Kubernetes that somebody else runs."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.plugins.kubernetes import control_plane, node
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.wishes import one
from tests.engine.projects.copies import Copy

_POLICIES = "/apis/networking.k8s.io/v1"
GRACE, LEAVES_WITHIN = 25, 30
"""Seconds that an instance gets, and those that it may take in all."""


def program(address: str, kubeconfig: Path, **service: Any) -> dict[str, Any]:
    """A service without instances, and what else is said of it."""
    cluster = {
        "scheduler": "kubernetes",
        "environment": "reports",
        "domain": "reports.example.com",
        "address": address,
        "options": {"kubeconfig": str(kubeconfig)},
    }
    known = {"cluster": "${cluster}", "image": "good:1", "port": 8080, "replicas": 0, "terminationGrace": GRACE}
    return {
        "variables": {"cluster": cluster},
        "resources": {
            "environment": {"type": "foxden:Environment", "properties": {"cluster": "${cluster}"}},
            "reports": {
                "type": "foxden:Service",
                "properties": {**known, **service},
                "options": {"dependsOn": ["${environment}"]},
            },
        },
    }


@dataclass(frozen=True)
class Site:
    """A project, and the cluster that it is for."""

    api: Api
    kubeconfig: Path
    project: Copy

    def up(self, known_secrets: Mapping[str, str] | None = None, fails: bool = False, **service: Any) -> None:
        """Bring up the service as it is described, in an environment with these secrets."""
        wish = program(self.api.address, self.kubeconfig, **service)
        wish["resources"]["environment"]["properties"] |= {"secrets": known_secrets} if known_secrets else {}
        file = self.project.directory / "Pulumi.yaml"
        known = yaml.safe_load(file.read_text())
        head = {key: known[key] for key in ("name", "runtime", "packages")}
        file.write_text(yaml.safe_dump({**head, **wish}, sort_keys=False))
        self.project.up(fails=fails)

    def names(self, path: str) -> set[str]:
        """Of all objects there."""
        return {each["metadata"]["name"] for each in self.api.get(path)["items"]}


@pytest.fixture
def site(copied: Callable[[str], Copy], tmp_path: Path) -> Iterator[Site]:
    """The project in YAML, on a cluster with a node that plays what its pods' images are called after."""
    directory, kubeconfig = tmp_path / "control-plane", tmp_path / "kubeconfig"
    directory.mkdir()
    with control_plane.running(directory) as api, node.playing(api, directory):
        kubeconfig.write_text(api.kubeconfig())
        yield Site(api, kubeconfig, copied("in_yaml"))


def test_what_takes_a_way_away_waits_for_the_instances_that_have_it(site: Site) -> None:
    """In whatever language the program is."""

    def up(*needs: str) -> float:
        begun = time.monotonic()
        site.up(endpoints={"db": {"url": "postgres://10.1.2.3:5432/reports"}}, needs=list(needs))
        took = time.monotonic() - begun
        kept = one(site.api, "reports", "networkpolicies", "reports--kept", _POLICIES)["spec"]
        assert bool(kept.get("egress")) == bool(needs)
        assert site.project.preview() == {}
        return took

    up()
    up("db")
    assert up() >= LEAVES_WITHIN
    site.project.destroy()


def test_after_a_release_that_failed_the_version_before_is_back_by_the_same_command(site: Site) -> None:
    """With another secret and another set of instances: both are called after what is in them."""

    def up(image: str, secret: str, fails: bool = False) -> None:
        site.up(
            {"key": secret},
            fails,
            image=image,
            replicas=1,
            secrets={"KEY": "key"},
            secretVersions="${environment.secretVersions}",
            health={"grace": 5},
            release={"strategy": "blue-green", "deadline": 20, "minHealthy": 0},
        )

    def sets() -> set[str]:
        return site.names("/apis/apps/v1/namespaces/reports/deployments")

    up("good:1", "hush-1")
    (serving,) = sets()
    up("crash:2", "hush-2", fails=True)
    assert serving in sets() and len(sets()) == 2
    up("good:1", "hush-1")
    assert sets() == {serving}
    assert len(site.names("/api/v1/namespaces/reports/secrets")) == 2
    assert site.project.preview() == {}
    up("good:3", "hush-3")
    assert sets().isdisjoint({serving})
    site.project.destroy()
