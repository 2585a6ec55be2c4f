"""A program that builds a cluster as every environment with machines of its own does; ``settings.json`` says which."""

import json
from pathlib import Path
from typing import Any

import foxden

settings = json.loads(Path("settings.json").read_text())
name, pool = settings["name"], settings["pool"]
network = foxden.Network(name, {"cloud": "aws", "cidr": settings["cidr"], "zones": settings["zones"]})
servers: Any = {
    "scheduler": settings["scheduler"],
    "network": network.facts,
    "pools": [pool],
    "protect": False,
    **settings["servers"],
}
core = foxden.CoreCluster(name, servers)
workers: Any = {"cluster": core.facts, **settings["workers"]}
foxden.WorkerPool(pool, workers)
