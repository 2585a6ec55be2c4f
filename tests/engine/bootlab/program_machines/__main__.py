"""A program that builds a cluster as every environment with machines of its own does; ``settings.json`` says which."""

import json
from pathlib import Path

import foxden

settings = json.loads(Path("settings.json").read_text())
name, image, pool = settings["name"], settings["image"], settings["pool"]
network = foxden.Network(name, {"cloud": "aws", "cidr": settings["cidr"], "zones": settings["zones"]})
core = foxden.CoreCluster(
    name,
    {
        "scheduler": "nomad",
        "network": network.facts,
        "servers": settings["servers"],
        "image": image,
        "pools": [pool],
        "software": settings["software"],
        "unhealthy_after": settings["unhealthy_after"],
        "protect": False,
    },
)
workers = settings["workers"]
foxden.WorkerPool(pool, {"cluster": core.facts, "image": image, "min": workers, "max": workers + 1})
