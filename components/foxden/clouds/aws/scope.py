"""What all resources of one component have in common: the start of their names, their tags, their options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True)
class Scope:
    """The names, tags and options of a component's resources."""

    name: str
    """What their logical names begin with."""
    physical: str
    """What their names on AWS begin with: ``foxden-dev``."""
    tags: Mapping[str, str]
    opts: pulumi.ResourceOptions

    def logical(self, what: str = "") -> str:
        """The name of a part in Pulumi: ``dev-servers``."""
        return f"{self.name}-{what}" if what else self.name

    def tagged(self, what: str = "") -> dict[str, str]:
        """All tags, with the name of that part of it."""
        return {**self.tags, "Name": self.called(what)}

    def called(self, what: str = "") -> str:
        """The name of a part on AWS: ``foxden-dev-servers``."""
        return f"{self.physical}-{what}" if what else self.physical

    def options(self, **more: Any) -> pulumi.ResourceOptions:
        """The options of one resource that needs more than all have."""
        return pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(**more))
