"""The options of a component's children."""

from typing import Optional

import pulumi


def children(component: pulumi.ComponentResource, opts: Optional[pulumi.ResourceOptions]) -> pulumi.ResourceOptions:
    """The options of all children alike.

    What the component was told to depend on, its children depend on: Pulumi itself doesn't hand that down.
    """
    return pulumi.ResourceOptions(parent=component, depends_on=opts.depends_on if opts else None)
