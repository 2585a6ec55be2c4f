"""What these tests share."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stacks import rollout


@pytest.fixture(scope="module", autouse=True)
def asked() -> Iterator[list[Any]]:
    """Of which clusters, where, and for which versions Amazon was asked; all is as it was asked for."""
    seen: list[Any] = []

    async def watch(client: str, cluster: str, wanted: Mapping[str, str]) -> None:
        seen.append((client, cluster, dict(wanted)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollout, "client_of", lambda region: f"client in {region}")
        patch.setattr(rollout, "until_settled", watch)
        yield seen
