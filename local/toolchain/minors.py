"""API servers of other minors than the local cluster's, that objects are rendered for as well: only tests get them."""

from collections.abc import Mapping

from local.toolchain.catalog import Tool
from local.toolchain.kubernetes import part

OLDEST = part("kube-apiserver", "1.31.14", "h1:UtjLfqvXLuSVDdJ4+NpQCIfFkKkLnAAVmxAEMsnkhjk=", go="1.22.0")
"""Refuses fields that came later, as clusters of its age do."""

API_SERVERS: Mapping[str, Tool] = {tool.version: tool for tool in (OLDEST,)}
"""All by version."""
