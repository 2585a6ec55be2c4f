"""Where a cluster can be looked at."""

from local.agents import Cluster
from local.paths import cluster_file


def dashboards(cluster: Cluster) -> list[str]:
    """A line for each dashboard, and where its token is."""
    if not cluster.dashboards:
        return []
    lines = [f"{name.capitalize():<6}  {url}" for name, url in sorted(cluster.dashboards.items())]
    return [*lines, f"        (tokens to sign in: 'discovery_token' and 'token' in {cluster_file()})"]
