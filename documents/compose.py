"""What a stack registers, recorded by a Pulumi engine in memory: no account, no cluster and no network is needed."""

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

from local.stackfiles import values
from stacks import ENVIRONMENTS, local
from stacks.settings import parse_settings
from tests.graph import environments
from tests.local_cluster import put_on_paper
from tests.mocks import Recorded, run


def on_a_cloud(stack: str) -> Recorded:
    """An environment with machines of a cloud."""
    # Nothing is there to wait for.
    return environments.up(environments.settings(stack, stack, wait=False))


def on_this_machine(stack: str) -> Recorded:
    """The local environment, with its cluster and builds on paper."""
    with (
        tempfile.TemporaryDirectory(prefix="foxden-graph-") as folder,
        mock.patch.dict(os.environ, {"FOXDEN_STATE": folder}),
    ):
        put_on_paper(Path(folder))
        return run(lambda: local.compose(parse_settings(stack, stack, values(stack))), stack=stack)


STACKS: dict[str, Callable[[], Recorded]] = {
    stack: partial(on_this_machine if compose is local.compose else on_a_cloud, stack)
    for stack, compose in ENVIRONMENTS.items()
}
"""Stack to what composes it: every environment with a cluster of its own."""
