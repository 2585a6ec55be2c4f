"""What a stack registers, recorded by a Pulumi engine in memory: no account, no cluster and no network is needed."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from local.stackfiles import values
from stacks import local
from stacks.settings import parse_settings
from tests.graph import environments
from tests.local_cluster import put_on_paper
from tests.mocks import Recorded, run


def dev() -> Recorded:
    """The dev environment."""
    # Nothing is there to wait for.
    return environments.up(environments.settings(wait=False))


def on_this_machine() -> Recorded:
    """The local environment, with its cluster and builds on paper."""
    with (
        tempfile.TemporaryDirectory(prefix="foxden-graph-") as folder,
        mock.patch.dict(os.environ, {"FOXDEN_STATE": folder}),
    ):
        put_on_paper(Path(folder))
        return run(lambda: local.compose(parse_settings("local", "local", values("local"))), stack="local")


STACKS: dict[str, Callable[[], Recorded]] = {"local": on_this_machine, "dev": dev}
"""Stack to what composes it."""
