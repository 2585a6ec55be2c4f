"""``foxden-node configure`` before the agents, ``foxden-node agent`` beside them."""

import subprocess
import sys
import time
from pathlib import Path

from . import agent, aws, configure, nomad
from .credentials import awaited
from .facts import Facts, load
from .group import Group
from .imds import Metadata
from .parameters import Parameters

_PULLED = Path("/var/lib/foxden/pulled")


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    metadata = Metadata()
    facts = load(metadata)
    if arguments == ["configure"]:
        _until_done(facts, metadata)
    elif arguments == ["agent"]:
        agent.run(facts, metadata)
    elif arguments and facts.is_server:
        from .people import command

        command(arguments, facts)
    else:
        sys.exit("usage: foxden-node configure | agent")


def _until_done(facts: Facts, metadata: Metadata) -> None:
    said = ""
    while True:
        try:
            _configure(facts, metadata)
            return
        except Exception as error:  # of the cloud or the network: both come back
            if str(error) != said:
                said = str(error)
                print(f"waiting: {type(error).__name__}: {said}", flush=True)
            time.sleep(3)


def _configure(facts: Facts, metadata: Metadata) -> None:
    group = Group(facts, metadata, aws.client(facts, "autoscaling"))
    while group.is_warming():
        group.launched()
        time.sleep(5)
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    configure.configure(facts, awaited(facts, parameters, configure.own_certificate()))
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
