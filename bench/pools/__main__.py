"""A cluster on AWS with N pools of workers, through the library."""

import os

import pulumi
import pulumi_aws as aws

import foxden

ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
IMAGE = "ami-0a628e1e89aaedf80"


def main() -> None:
    """A network, three core servers, and BENCH_SIZE pools."""
    opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="eu-central-1")])
    tags = {"environment": "bench", "owner": "platform"}
    pools = [f"pool-{number}" for number in range(int(os.environ["BENCH_SIZE"]))]
    network = foxden.Network("bench", {"cloud": "aws", "cidr": "10.20.0.0/16", "zones": ZONES, "tags": tags}, opts)
    core = foxden.CoreCluster(
        "bench",
        {
            "scheduler": "nomad",
            "network": network.facts,
            "servers": 3,
            "image": IMAGE,
            "pools": pools,
            "tags": tags,
        },
        opts,
    )
    for pool in pools:
        foxden.WorkerPool(
            pool,
            {
                "cluster": core.facts,
                "image": IMAGE,
                "instance_types": ["t3.large", "t3a.large"],
                "min": 1,
                "max": 5,
                "scaling": {"cpu_percent": 60},
                "tags": tags,
            },
            opts,
        )


if __name__ == "__main__":
    main()
