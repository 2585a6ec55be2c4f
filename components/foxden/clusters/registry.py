"""The ``RegistryAuth`` component: where images are, and with what right nodes pull them."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.clouds.references import keep_at_reference
from foxden.clusters.registry_spec import RegistryKind, parse_registry
from foxden.extras import load

REGISTRIES = {
    RegistryKind.ECR: "foxden.clouds.aws.registry",
    RegistryKind.DOCKER_HUB: "foxden.clouds.hosted",
    RegistryKind.GHCR: "foxden.clouds.hosted",
    RegistryKind.PRIVATE: "foxden.clouds.hosted",
}
"""Kind to the module that has ``create(spec, key, parent)``, which gives a :class:`Registry`, and
``login(username, password, parent)``, which gives what a push takes."""


class ImageBuildArgs(TypedDict):
    """An image that is built and pushed by ``pulumi up``."""

    context: str
    """The folder that is sent to the builder."""
    tag: str
    """The tag that it gets: a new one for a new content, for tags can't be moved."""
    dockerfile: NotRequired[str]
    """Path of the Dockerfile. Default: ``Dockerfile`` in ``context``."""
    platform: NotRequired[str]
    """What it is built for. Default: ``linux/amd64``."""


class RegistryAuthArgs(TypedDict):
    """A registry, and what is wanted of it."""

    kind: NotRequired[RegistryKind]
    """``ecr``, ``docker-hub``, ``ghcr`` or ``private``. Default: ``ecr``."""
    repositories: Sequence[str]
    """Names of the images that nodes may pull, usually those of the services."""
    prefix: NotRequired[str]
    """What comes before each name in the registry: ``foxden`` makes ``foxden/pods``. Default: nothing."""
    host: NotRequired[str]
    """The registry's host, with a port where it needs one. For ``ecr``: one that is already there, in which nothing is
    made. Default: that of the kind; must be given for ``private``."""
    key: NotRequired[pulumi.Input[str]]
    """ARN of the KMS key that images are encrypted with. Default: Amazon's own for this purpose."""
    readers: NotRequired[Sequence[str]]
    """Accounts, twelve digits each, that may pull beside this one. Default: none."""
    keep: NotRequired[int]
    """How many images of a repository stay, 2 to 10000; older ones are removed. Default: 100."""
    protect: NotRequired[bool]
    """Whether a repository with images in it can't be taken away. Default: true."""
    username: NotRequired[pulumi.Input[str]]
    """Who pulls from, and pushes to, a registry that is not ``ecr``. Default: nobody in particular."""
    password: NotRequired[pulumi.Input[str]]
    """The password or token of ``username``; kept secret whether marked or not."""
    kept_at: NotRequired[str]
    """Where ``username`` and ``password`` are kept for a cluster's nodes, as a reference:
    ``aws-ssm:/foxden/dev/shared/registries``. Default: nodes don't get them."""
    kept_key: NotRequired[pulumi.Input[str]]
    """The key that they are encrypted with there: ``key`` of a :class:`foxden.CoreCluster`. Default: the cloud's."""
    builds: NotRequired[Mapping[str, ImageBuildArgs]]
    """Name of an image to how it is built here. Default: none is."""
    tags: NotRequired[Mapping[str, str]]
    """Tags of all that is made. Default: none."""


class RegistryAuth(pulumi.ComponentResource):
    """Repositories for images, the right to pull from them and from no others, and images built on the way.

    Registries of all kinds are used in the same way; only in ``ecr`` without ``host`` is anything made.
    """

    hosts: pulumi.Output[list[str]]
    """Hosts that nodes sign in to with their own identity: for ``registries`` of a pool."""
    repositories: pulumi.Output[dict[str, str]]
    """Name of an image to its address, without tag."""
    credentials: pulumi.Output[list[str]]
    """Hosts whose credential is kept for the nodes: for ``registry_credentials`` of a pool."""
    pull_policy: pulumi.Output[str]
    """The IAM policy, as JSON, that lets a node pull from these repositories; '' where no cloud's identity counts."""
    images: pulumi.Output[dict[str, str]]
    """Name to address with digest, of each image that was built."""

    def __init__(self, name: str, args: RegistryAuthArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        spec = parse_registry(name, args, RegistryAuthArgs)
        chosen = load(REGISTRIES[spec.kind])
        super().__init__("foxden:index:RegistryAuth", name, None, opts)
        made = chosen.create(spec, args.get("key"), self)
        images = {}
        if spec.builds:
            builder = load("foxden.clouds.images")
            login = chosen.login(args.get("username"), args.get("password"), self)
            images = {
                image: builder.build(f"{name}-{image}", made.repositories[image], build, login, self)
                for image, build in spec.builds.items()
            }
        kept = [spec.host] if spec.kept_at else []
        if spec.kept_at:
            value = pulumi.Output.json_dumps({key: args.get(key) for key in ("username", "password")})
            place = f"{spec.kept_at}/{spec.host.replace(':', '_')}"
            keep_at_reference(f"{name}-credential", place, value, args.get("kept_key"), spec.tags, self)
        self._policies = {"pull-images": made.pull_policy} if made.pull_policy != "" else {}
        self.hosts, self.credentials = pulumi.Output.from_input(made.hosts), pulumi.Output.from_input(kept)
        self.repositories = pulumi.Output.from_input(dict(made.repositories))
        self.pull_policy = pulumi.Output.from_input(made.pull_policy)
        self.images = pulumi.Output.from_input(images)
        self.register_outputs(
            {
                "hosts": self.hosts,
                "credentials": self.credentials,
                "repositories": self.repositories,
                "pull_policy": self.pull_policy,
                "images": self.images,
            }
        )

    @property
    def policies(self) -> dict[str, pulumi.Input[str]]:
        """``pull_policy`` for ``policies`` of a pool, by name; none where no cloud's identity counts."""
        return dict(self._policies)
