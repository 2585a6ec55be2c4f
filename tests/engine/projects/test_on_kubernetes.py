"""A program in YAML on a Kubernetes that somebody else runs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.engine.plugins.kubernetes import control_plane, node
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


def test_what_takes_a_way_away_waits_for_the_instances_that_have_it(
    copied: Callable[[str], Copy], tmp_path: Path
) -> None:
    """In whatever language the program is."""
    directory, kubeconfig = tmp_path / "control-plane", tmp_path / "kubeconfig"
    directory.mkdir()
    with control_plane.running(directory) as api:
        kubeconfig.write_text(api.kubeconfig())
        project = copied("in_yaml")
        file = project.directory / "Pulumi.yaml"
        head = {key: yaml.safe_load(file.read_text())[key] for key in ("name", "runtime", "packages")}

        def up(*needs: str) -> float:
            endpoints = {"db": {"url": "postgres://10.1.2.3:5432/reports"}}
            wish = program(api.address, kubeconfig, endpoints=endpoints, needs=list(needs))
            file.write_text(yaml.safe_dump({**head, **wish}, sort_keys=False))
            begun = time.monotonic()
            project.up()
            took = time.monotonic() - begun
            kept = one(api, "reports", "networkpolicies", "reports--kept", _POLICIES)["spec"]
            assert bool(kept.get("egress")) == bool(needs)
            assert project.preview() == {}
            return took

        up()
        up("db")
        assert up() >= LEAVES_WITHIN
        project.destroy()


def test_after_a_release_that_failed_the_version_before_is_back_by_the_same_command(
    copied: Callable[[str], Copy], tmp_path: Path
) -> None:
    """With another secret and another set of instances: both are called after what is in them."""
    directory, kubeconfig = tmp_path / "control-plane", tmp_path / "kubeconfig"
    directory.mkdir()
    with control_plane.running(directory) as api, node.playing(api, directory):
        kubeconfig.write_text(api.kubeconfig())
        project = copied("in_yaml")
        file = project.directory / "Pulumi.yaml"
        head = {key: yaml.safe_load(file.read_text())[key] for key in ("name", "runtime", "packages")}

        def up(image: str, secret: str, fails: bool = False) -> None:
            wish = program(
                api.address,
                kubeconfig,
                image=image,
                replicas=1,
                secrets={"KEY": "key"},
                secretVersions="${environment.secretVersions}",
                health={"grace": 5},
                release={"strategy": "blue-green", "deadline": 20, "minHealthy": 0},
            )
            wish["resources"]["environment"]["properties"]["secrets"] = {"key": secret}
            file.write_text(yaml.safe_dump({**head, **wish}, sort_keys=False))
            project.up(fails=fails)

        def sets() -> set[str]:
            return {
                each["metadata"]["name"] for each in api.get("/apis/apps/v1/namespaces/reports/deployments")["items"]
            }

        up("good:1", "hush-1")
        (serving,) = sets()
        up("crash:2", "hush-2", fails=True)
        assert serving in sets() and len(sets()) == 2
        up("good:1", "hush-1")
        assert sets() == {serving}
        kept = {each["metadata"]["name"] for each in api.get("/api/v1/namespaces/reports/secrets")["items"]}
        assert len(kept) == 2
        assert project.preview() == {}
        up("good:3", "hush-3")
        assert sets().isdisjoint({serving})
        project.destroy()
