"""The services of an environment as they are now, and whether the ingress leads to them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from local.commands.backends import Questions
from local.commands.nomad_facts import Job, Route
from local.commands.table import table
from local.errors import LocalError

HEADER = ("service", "version", "healthy", "url")
_ASK_WITHIN = 10.0
_SETTLED_WITHIN = 60.0


@dataclass(frozen=True)
class Running:
    """One service of an environment."""

    job: Job
    healthy: int
    urls: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether all its instances are."""
        return self.job.kind != "service" or self.healthy >= self.job.wanted

    @property
    def row(self) -> tuple[str, str, str, str]:
        """For the table."""
        lasting = self.job.kind == "service"
        health = f"{self.healthy}/{self.job.wanted}" if lasting else self.job.status
        return self.job.name, self.job.version, health, " ".join(self.urls) or "-"


def running(servers: Questions, env: str) -> list[Running]:
    """The services of an environment, by name."""
    routes = servers.routes()
    return [Running(job, servers.healthy(job), _urls(servers, routes, job)) for job in servers.jobs(env)]


def _urls(servers: Questions, routes: Sequence[Route], job: Job) -> tuple[str, ...]:
    scheme, port = servers.cluster.ingress_scheme, servers.cluster.ingress_port
    return tuple(
        route.url(scheme, port) for route in routes if (route.environment, route.service) == (job.environment, job.name)
    )


def show(services: Sequence[Running]) -> list[str]:
    """The table's lines."""
    return table(HEADER, [service.row for service in services])


def wait_until_well(servers: Questions, env: str, within: float = _SETTLED_WITHIN) -> list[Running]:
    """The services, once all instances are well and the ingress leads to each route.

    Raises LocalError with all that is not so after ``within`` seconds.
    """
    deadline = time.monotonic() + within
    while True:
        services = running(servers, env)
        problems = [f"{s.job.name} has {s.healthy} of {s.job.wanted} healthy instances" for s in services if not s.well]
        for route in servers.routes():
            if route.environment == env and (problem := unreachable(servers, route)):
                problems.append(problem)
        if not problems and not servers.answer():  # then there is nothing to find wrong, either
            problems.append("the cluster does not answer")
        if not problems:
            return services
        if time.monotonic() > deadline:
            listed = "\n".join(problems)
            raise LocalError(f"everything is deployed, but after {within:.0f} s:\n{listed}")
        time.sleep(0.2)


def unreachable(servers: Questions, route: Route) -> str | None:
    """What the ingress says instead of passing a request on; None when the service answers."""
    scheme, port = servers.cluster.ingress_scheme, servers.cluster.ingress_port
    url = route.url(scheme, port)
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no business on loopback
            # By address: not every resolver knows names below .localhost.
            address = f"{scheme}://127.0.0.1:{port}{route.path}"
            answer = session.get(address, headers={"Host": route.host}, timeout=_ASK_WITHIN, allow_redirects=False)
    except requests.RequestException as error:
        return f"{url} does not answer: {type(error).__name__}"
    if answer.status_code >= 500 or answer.text.startswith(servers.no_route):
        return f"{url} answers {answer.status_code}: {answer.text.strip()[:200]}"
    return None
