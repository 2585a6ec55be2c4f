"""What a cluster keeps on the lab's cloud: its groups by name, its secrets as its operators read them."""

import json
from dataclasses import dataclass

from foxden.boot.node import SERVERS
from tests.engine.bootlab.lab import Lab

NAME = "lab"
PREFIX = f"/foxden/{NAME}"


@dataclass
class Cluster:
    """One cluster."""

    lab: Lab
    servers: int
    """How many core servers it is to have."""
    ingress_port: int = 8080

    @property
    def server_group(self) -> str:
        return group_name(SERVERS)

    def parameter(self, name: str) -> str:
        """A secret of the cluster."""
        ssm = self.lab.cloud.client("ssm")
        return str(ssm.get_parameter(Name=f"{PREFIX}/{name}", WithDecryption=True)["Parameter"]["Value"])

    def secrets(self) -> dict[str, str]:
        """Name -> value of all secrets that the cluster has, a certificate with its key reduced to the key."""
        pages = self.lab.cloud.client("ssm").get_paginator("get_parameters_by_path")
        found = {}
        for page in pages.paginate(Path=PREFIX, Recursive=True, WithDecryption=True):
            for each in page["Parameters"]:
                if each["Type"] == "SecureString":
                    value = each["Value"]
                    name = each["Name"].removeprefix(f"{PREFIX}/")
                    found[name] = json.loads(value)["key"] if value.startswith("{") else value
        return found


def group_name(pool: str) -> str:
    """The name of the auto scaling group of a pool, or of the servers."""
    return f"foxden-{NAME}-{pool}"
