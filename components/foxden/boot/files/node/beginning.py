"""How a node begins: it is configured, before anything else of the cluster runs on it."""

import time
from collections.abc import Callable

from . import aws
from .facts import Facts
from .group import Group
from .imds import Metadata


def until_done(facts: Facts, metadata: Metadata, configure: Callable[[], object]) -> None:
    """Do it again and again until it has worked; what is in the way is said once."""
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
