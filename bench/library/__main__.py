"""N services through the library."""

import os
from typing import cast

import pulumi

import foxden
from bench.services import CLUSTER, SECRETS, services


def main() -> None:
    """Deploy BENCH_SIZE services."""
    facts = {key: value for key, value in CLUSTER.items() if key not in ("environment", "domain")}
    cluster = foxden.ExistingCluster("cluster", cast(foxden.ExistingClusterArgs, facts))
    foxden.Services(
        "services",
        {
            "cluster": cluster.connection(CLUSTER["environment"], CLUSTER["domain"]),
            "services": cast(dict[str, foxden.ServiceDescription], services(int(os.environ["BENCH_SIZE"]))),
            "secrets": list(SECRETS),
        },
        pulumi.ResourceOptions(providers=cluster.providers),
    )


if __name__ == "__main__":
    main()
