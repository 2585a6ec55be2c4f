"""What the commands ask of Nomad and Consul. A question that goes unanswered has an empty answer."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import requests

from local.agents import Cluster
from local.agents.http import Api
from local.commands.nomad_facts import Instance, Job, Route, instances_of, job_of, placement_problems, routes_of

_LONGEST_TAIL = 8 << 20
_BYTES_PER_LINE = 400
_CONNECT_WITHIN = 5.0


class Servers:
    """The Nomad and the Consul of a running cluster."""

    streams: ClassVar[dict[str, str]] = {"stdout": "|", "stderr": "!"}
    no_route = "404: no service has a route"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._nomad = Api(cluster.address, "X-Nomad-Token", cluster.token)
        self._consul = Api(cluster.discovery_address, "X-Consul-Token", cluster.discovery_token)

    def answer(self) -> bool:
        """Whether both have a leader."""
        return bool(self._nomad.peek("/v1/status/leader") and self._consul.peek("/v1/status/leader"))

    def environments(self) -> list[str]:
        """The namespaces that environments have made."""
        return sorted(space["Name"] for space in self._nomad.peek("/v1/namespaces") or [] if space["Name"] != "default")

    def jobs(self, env: str) -> list[Job]:
        """The jobs of an environment, by name. Single runs of a cron job are not listed on their own."""
        stubs = self._nomad.peek(f"/v1/jobs?{_in(env)}") or []
        jobs = (self.job(env, stub["ID"]) for stub in stubs if not stub.get("ParentID"))
        return sorted((job for job in jobs if job), key=lambda job: job.name)

    def job(self, env: str, name: str) -> Job | None:
        """One job; None when there is none of that name."""
        facts = self._nomad.peek(_job(name, env))
        return job_of(facts) if facts else None

    def healthy(self, job: Job) -> int:
        """How many instances are well: in Consul's opinion, or where it has none, running at the current version."""
        if job.discovery_name:
            return len(self._consul.peek(f"/v1/health/service/{quote(job.discovery_name)}?passing=true") or [])
        instances = self.instances(job.environment, job.name)
        return sum(instance.status == "running" and instance.job_number == job.number for instance in instances)

    def instances(self, env: str, name: str) -> list[Instance]:
        """All instances of a job that Nomad remembers, the latest change first."""
        return instances_of(self._nomad.peek(_job(name, env, "/allocations")) or [])

    def deployments(self, env: str) -> list[dict[str, Any]]:
        """All deployments in an environment, the latest first."""
        found: list[dict[str, Any]] = self._nomad.peek(f"/v1/deployments?{_in(env)}") or []
        return sorted(found, key=lambda deployment: int(deployment["CreateIndex"]), reverse=True)

    def deployed_by(self, env: str, deployment: str) -> list[Instance]:
        """The instances of a deployment, the latest change first."""
        return instances_of(self._nomad.peek(f"/v1/deployment/allocations/{deployment}?{_in(env)}") or [])

    def unwell(self, env: str) -> list[str]:
        """None: the deployments know."""
        return []

    def unfinished(self, env: str) -> list[str]:
        """None: the deployments know."""
        return []

    def unplaced(self, env: str, name: str) -> list[str]:
        """Why Nomad found no place for a job's instances; empty when it did."""
        evaluations = self._nomad.peek(_job(name, env, "/evaluations")) or []
        return placement_problems(max(evaluations, key=lambda one: int(one["CreateIndex"]), default={}))

    def routes(self) -> list[Route]:
        """Every route of the ingress."""
        return routes_of(self._consul.peek("/v1/kv/foxden/ingress/?recurse=true") or [])

    def ingress(self) -> Job | None:
        """The way in, if it is deployed; it is shared, and lies beside all environments."""
        return self.job("default", "ingress")

    def has_ingress(self) -> bool:
        """Whether the way in is deployed, and works."""
        job = self.ingress()
        return job is not None and job.status == "running"

    def has_driver(self, driver: str) -> bool:
        """Whether every node that runs tasks has a healthy driver of that name."""
        nodes = [node for node in self._nomad.peek("/v1/nodes") or [] if node["Status"] == "ready"]
        return bool(nodes) and all((node["Drivers"] or {}).get(driver, {}).get("Healthy") for node in nodes)

    def all_jobs(self) -> str:
        """The text of all jobs in all versions that Nomad remembers, for looking a path up in it."""
        stubs = self._nomad.peek("/v1/jobs?namespace=*") or []
        paths = (_job(stub["ID"], stub["Namespace"], "/versions") for stub in stubs)
        return "\n".join(self._nomad.request("GET", path).text for path in paths)

    def tail(self, env: str, instance: str, task: str, stream: str, lines: int) -> list[str]:
        """The last lines of a task's ``stdout`` or ``stderr``."""
        size = min(_LONGEST_TAIL, max(1 << 16, lines * _BYTES_PER_LINE))
        answer = self._nomad.request("GET", _log(env, instance, task, stream, size))
        return answer.text.splitlines()[-lines:] if answer.status == 200 else []

    def follow(self, env: str, instance: str, task: str, stream: str, lines: int) -> Iterator[str]:
        """The last lines of a task's log and all that follow, until the instance is gone or the agent is."""
        size = min(_LONGEST_TAIL, max(1 << 16, lines * _BYTES_PER_LINE))
        url = self.cluster.address + _log(env, instance, task, stream, size, follow=True)
        with requests.Session() as session:
            session.trust_env = False
            session.headers["X-Nomad-Token"] = self.cluster.token
            try:
                # No limit to the silence between two lines; the caller ends with the process.
                with closing(session.get(url, stream=True, timeout=(_CONNECT_WITHIN, None))) as answer:
                    if answer.status_code == 200:
                        answer.encoding = "utf-8"
                        yield from answer.iter_lines(chunk_size=None, decode_unicode=True)
            except requests.RequestException:
                return


def _in(env: str) -> str:
    return urlencode({"namespace": env})


def _job(name: str, env: str, part: str = "") -> str:
    return f"/v1/job/{quote(name, safe='')}{part}?{_in(env)}"


def _log(env: str, instance: str, task: str, stream: str, size: int, *, follow: bool = False) -> str:
    query = {"namespace": env, "task": task, "type": stream, "origin": "end", "offset": size, "plain": "true"}
    return f"/v1/client/fs/logs/{instance}?{urlencode(query | ({'follow': 'true'} if follow else {}))}"
