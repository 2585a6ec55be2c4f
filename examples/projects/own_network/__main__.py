"""A cluster on AWS in a VPC that is there already: its subnets are used, nothing of it is changed.

pulumi config set aws:region eu-central-1
pulumi config set vpc vpc-0123456789abcdef0
pulumi config set cidr 10.9.0.0/16
pulumi config set image ami-0123456789abcdef0
pulumi config set --path 'subnets.eu-central-1a' subnet-0123456789abcdef0
"""

import pulumi

import foxden

config = pulumi.Config()
subnets: dict[str, str] = config.require_object("subnets")
network = foxden.ExistingNetwork(
    "office",
    {
        "cloud": "aws",
        "id": config.require("vpc"),
        "cidr": config.require("cidr"),
        "zones": {zone: {"private": subnet} for zone, subnet in subnets.items()},
    },
)
core = foxden.CoreCluster(
    "platform",
    {
        "scheduler": "nomad",
        "network": network.facts,
        "servers": 1,
        "image": config.require("image"),
        "pools": ["general"],
        "protect": False,
    },
)
foxden.WorkerPool("general", {"cluster": core.facts, "image": config.require("image"), "min": 1})
pulumi.export("cluster", core.facts)
