"""What a lab with Consul and Nomad has of the world outside."""

from tests.engine.bootlab.lab import Supplies
from tests.engine.bootlab.mirror import archive, found

PROGRAMS = ("consul", "nomad", "caddy")


def supplies() -> Supplies:
    """The programs that this checkout uses, as archives of one each."""
    tools = found(PROGRAMS).items()
    return Supplies(
        [
            archive(name, tool.version, f"{name}_{tool.version}_linux_amd64.zip", {name: tool.path})
            for name, tool in tools
        ]
    )
