"""``foxden-node configure`` before the parts of Kubernetes, ``foxden-node agent`` beside them."""

import sys
import time
from collections.abc import Callable

from .. import aws
from ..facts import Facts, load
from ..group import Group
from ..imds import Metadata
from ..parameters import Parameters


def main(arguments: list[str]) -> None:
    """Run one of the commands. The modules of the other role are not on the node."""
    metadata = Metadata()
    facts = load(metadata)
    if facts.is_server:
        _master(arguments, facts, metadata)
    else:
        _worker(arguments, facts, metadata)


def _master(arguments: list[str], facts: Facts, metadata: Metadata) -> None:
    from . import agent, people

    if arguments == ["configure"]:
        _until_done(facts, metadata, lambda: agent.configure(facts, _parameters(facts)))
    elif arguments == ["agent"]:
        agent.run(facts, metadata)
    elif arguments:
        people.command(arguments, facts)
    else:
        sys.exit(f"usage: foxden-node configure | agent\n{people.USAGE}")


def _worker(arguments: list[str], facts: Facts, metadata: Metadata) -> None:
    from . import network, node_config, pull, worker

    def configure() -> None:
        parameters = _parameters(facts)
        node_config.configure(facts, metadata, parameters)
        pull.pull(facts, parameters)

    if arguments == ["configure"]:
        _until_done(facts, metadata, configure)
    elif arguments == ["network"]:
        network.run(facts)
    elif arguments == ["agent"]:
        worker.run(facts, metadata)
    else:
        sys.exit("usage: foxden-node configure | network | agent")


def _parameters(facts: Facts) -> Parameters:
    return Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)


def _until_done(facts: Facts, metadata: Metadata, configure: Callable[[], object]) -> None:
    said = ""
    while True:
        try:
            _wait_while_warming(facts, metadata)
            configure()
            return
        except Exception as error:  # of the cloud or the network: both come back
            if str(error) != said:
                said = str(error)
                print(f"waiting: {type(error).__name__}: {said}", flush=True)
            time.sleep(3)


def _wait_while_warming(facts: Facts, metadata: Metadata) -> None:
    """An instance that is only made ready does nothing else, until it is started to work."""
    group = Group(facts, metadata, aws.client(facts, "autoscaling"))
    while group.is_warming():
        group.launched()
        time.sleep(5)


if __name__ == "__main__":
    main(sys.argv[1:])
