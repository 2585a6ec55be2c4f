"""``foxden-node configure`` before the agents, ``firewall`` before a worker's Nomad, ``agent`` beside them."""

import subprocess
import sys
from pathlib import Path

from . import agent, aws, configure, nomad
from .beginning import until_done
from .credentials import of_node
from .facts import Facts, load
from .imds import Metadata
from .parameters import Parameters
from .pending import Pending

_PULLED = Path("/var/lib/foxden/pulled")


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    if arguments == ["firewall"]:
        # Before all that asks the cloud: Nomad starts again also while that doesn't answer.
        from .firewall import close

        close()
        return
    metadata = Metadata()
    facts = load(metadata)
    if arguments == ["configure"]:
        until_done(facts, metadata, lambda: _configure(facts))
    elif arguments == ["agent"]:
        agent.run(facts, metadata)
    elif arguments and facts.is_server:
        from .people import command

        command(arguments, facts)
    else:
        sys.exit("usage: foxden-node configure | agent | firewall")


def _configure(facts: Facts) -> None:
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    configure.configure(facts, of_node(facts, parameters, configure.own_certificate()))
    Pending().clear()
    if not facts.is_server:
        configure.write_docker(facts, parameters)
        _pull(facts)


def _pull(facts: Facts) -> None:
    """See that images can be pulled before this node takes any work."""
    if facts.pull_test and not _PULLED.exists():
        folder = str(Path(nomad.DOCKER_CONFIG).parent)
        subprocess.run(["docker", "--config", folder, "pull", "--quiet", facts.pull_test], check=True, timeout=300)
        _PULLED.parent.mkdir(parents=True, exist_ok=True)
        _PULLED.touch()


if __name__ == "__main__":
    main(sys.argv[1:])
