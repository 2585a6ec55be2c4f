"""Builds images and pushes them."""

from collections.abc import Mapping
from typing import Any

import pulumi

from foxden.clusters.registry_spec import ImageBuild


def build(
    name: str,
    repository: pulumi.Input[str],
    how: ImageBuild,
    login: Mapping[str, Any],
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """Build an image, push it into ``repository`` and give its address with the digest, which can't be moved."""
    import pulumi_docker as docker

    address = pulumi.Output.from_input(repository)
    made = docker.Image(
        name,
        image_name=pulumi.Output.concat(address, ":", how.tag),
        build=docker.DockerBuildArgs(
            context=how.context,
            dockerfile=how.dockerfile,
            platform=how.platform,
            builder_version=docker.BuilderVersion.BUILDER_BUILD_KIT,
        ),
        registry=docker.RegistryArgs(server=address, **login),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return made.repo_digest
