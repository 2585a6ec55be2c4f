"""Registries that are there without us: Docker Hub, GHCR, any other. Nothing is made in them."""

from typing import Any, Optional

import pulumi

from foxden.clusters.registry_spec import Registry, RegistrySpec


def create(spec: RegistrySpec, key: Optional[pulumi.Input[str]], parent: pulumi.Resource) -> Registry:
    """The addresses of the repositories; no identity of a cloud counts there."""
    return Registry(
        hosts=[],
        repositories={name: f"{spec.host}/{repository}" for name, repository in spec.repositories.items()},
        pull_policy="",
    )


def login(
    username: Optional[pulumi.Input[str]], password: Optional[pulumi.Input[str]], parent: pulumi.Resource
) -> dict[str, Any]:
    """What was given, the password as a secret."""
    return {} if username is None else {"username": username, "password": pulumi.Output.secret(password)}
