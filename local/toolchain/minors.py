"""API servers of the oldest and the newest Kubernetes that objects are rendered for: only tests get them."""

from collections.abc import Mapping

from local.toolchain.catalog import Tool
from local.toolchain.kubernetes import part

OLDEST = part("kube-apiserver", "1.31.14", "h1:UtjLfqvXLuSVDdJ4+NpQCIfFkKkLnAAVmxAEMsnkhjk=", go="1.22.0")
"""Refuses fields that came later, as clusters of its age do."""

NEWEST = part(
    "kube-apiserver",
    "1.37.2",
    "h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE=",
    go="1.26.0",
    more=("cri-streaming", "streaming"),
)
"""Warns of what will go, and refuses what is gone."""

API_SERVERS: Mapping[str, Tool] = {tool.version: tool for tool in (OLDEST, NEWEST)}
"""Both by version; the local cluster's lies between them."""
