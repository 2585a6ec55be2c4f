"""The ``WorkerPool`` component: machines of one kind that run services."""

from typing import Optional

import pulumi

from foxden.clusters.options import children
from foxden.clusters.pool_args import WorkerPoolArgs
from foxden.clusters.pool_kinds import kind_of
from foxden.errors import check


class WorkerPool(pulumi.ComponentResource):
    """A pool of workers that join a cluster by themselves, and drain before they go.

    Bad input raises :class:`foxden.InvalidInput` before anything is registered.
    """

    group: pulumi.Output[str]
    """Name of the group that keeps up their number: on AWS an auto scaling group."""
    role: pulumi.Output[str]
    """Name of the identity that they have: on AWS an IAM role."""
    template: pulumi.Output[str]
    """Id of their launch template."""
    template_version: pulumi.Output[int]
    """The version of it that they are made of. It changes when they are to be replaced, and only then."""

    def __init__(self, name: str, args: WorkerPoolArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        kind = kind_of(args)
        plan, problems = kind.read(name, args)
        check(problems)
        super().__init__("foxden:index:WorkerPool", name, None, opts)
        built = kind.create(plan, args, children(self, opts))
        self.group, self.role = built.group, built.role
        self.template, self.template_version = built.template, built.template_version
        self.register_outputs({key: getattr(self, key) for key in WorkerPool.__annotations__})
