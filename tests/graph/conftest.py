"""What these tests share."""

import gzip
from collections.abc import Iterator

import pytest

from foxden.boot import userdata


@pytest.fixture(scope="module", autouse=True)
def user_data_is_quickly_made() -> Iterator[None]:
    """Compressed as well as can be it takes a quarter of a second for every kind of node."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(userdata, "compressed", lambda data: gzip.compress(data, mtime=0))
        yield
