"""How long a scheduler's rendering of N services takes: all that is checked and made before Pulumi is told anything."""

import statistics
import time
from typing import cast

from bench.services import CLUSTERS, DOMAIN, ENVIRONMENT, SECRETS, services
from foxden.connection import ConnectionArgs
from foxden.schedulers.base import scheduler
from foxden.service.prepare import known_connection, public
from foxden.service.resolve import resolve

SIZES = (10, 100, 1000)
RUNS = 5


def rendering(name: str, size: int) -> float:
    """Seconds of a processor, the median of some runs in this process."""
    facts = {**CLUSTERS[name], "environment": ENVIRONMENT, "domain": DOMAIN}
    connection = known_connection(public(cast(ConnectionArgs, facts)))
    given, chosen = services(size), scheduler(name)

    def once() -> float:
        start = time.process_time()
        specs, targets, problems = resolve(given, {}, SECRETS, DOMAIN)
        assert not problems
        for spec in specs:
            chosen.render(spec, connection, {need: targets[need] for need in spec.needs})
        return time.process_time() - start

    return statistics.median(once() for _ in range(RUNS))
