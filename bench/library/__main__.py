"""N services through the library."""

import os
from typing import cast

import pulumi

import foxden
from bench.services import CLUSTERS, DOMAIN, ENVIRONMENT, SECRETS, services


def main() -> None:
    """Deploy BENCH_SIZE services on BENCH_SCHEDULER."""
    facts = CLUSTERS[os.environ["BENCH_SCHEDULER"]]
    cluster = foxden.ExistingCluster("cluster", cast(foxden.ExistingClusterArgs, facts))
    foxden.Services(
        "services",
        {
            "cluster": cluster.connection(ENVIRONMENT, DOMAIN),
            "services": cast(dict[str, foxden.ServiceDescription], services(int(os.environ["BENCH_SIZE"]))),
            "secrets": list(SECRETS),
        },
        pulumi.ResourceOptions(providers=cluster.providers),
    )


if __name__ == "__main__":
    main()
