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
        """Name -> value of all secrets that the cluster has, reduced to what is secret of it."""
        pages = self.lab.cloud.client("ssm").get_paginator("get_parameters_by_path")
        found = {}
        for page in pages.paginate(Path=PREFIX, Recursive=True, WithDecryption=True):
            for each in page["Parameters"]:
                if each["Type"] == "SecureString":
                    found[each["Name"].removeprefix(f"{PREFIX}/")] = bare(each["Value"])
        return found


def bare(value: str) -> str:
    """What is secret of a secret: the key of a certificate, a key of a list of them, with names or without."""
    found = json.loads(value) if value.startswith(("{", "[")) else value
    while not isinstance(found, str):
        if isinstance(found, dict):
            found = found.get("key", value)
        else:
            found = found[0] if isinstance(found[0], list) or len(found) == 1 else found[-1]
    return found


def group_name(pool: str) -> str:
    """The name of the auto scaling group of a pool, or of the servers."""
    return f"foxden-{NAME}-{pool}"
