"""``logs``: the last lines of every instance of a service."""

import argparse
import difflib
import threading
import time
from collections import deque
from collections.abc import Iterator

from local.agents.cluster import load
from local.commands import environments
from local.commands.backends import Questions, questions
from local.commands.nomad_facts import Instance, Job
from local.errors import LocalError

_LOOK_AGAIN = 2.0
_FIRST_LINES_WITHIN = 0.5
_INGRESS = "ingress"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of whom, and how many."""
    parser.add_argument("--env", default=environments.LOCAL, help="environment; default: local")
    parser.add_argument("--service", required=True, help="the service, or 'ingress'")
    parser.add_argument("--lines", type=_count, default=50, help="lines of each instance and stream; default: 50")
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C, with instances that come later, too")


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number <= 100_000:
        raise argparse.ArgumentTypeError("must be from 1 to 100000")
    return number


def run(options: argparse.Namespace) -> int:
    """Print them."""
    cluster = load()
    servers = questions(cluster) if cluster else None
    if servers is None or not servers.answer():
        raise LocalError("the cluster does not answer: 'make up' starts it")
    job = find(servers, options.env, options.service)
    if options.follow:
        return _follow(servers, job, options.lines)
    instances = worth_reading(servers.instances(job.environment, job.name))
    if not instances:
        raise LocalError(f"'{job.name}' of '{options.env}' has no instance yet")
    for instance in instances:
        for stream, mark in servers.streams.items():
            for line in servers.tail(job.environment, instance.id, job.task, stream, options.lines):
                print(f"{job.name} {instance.short} {mark} {line}")
    return 0


def find(servers: Questions, env: str, service: str) -> Job:
    """The job of a service; LocalError, with the name that was meant perhaps, when there is none."""
    if env not in servers.environments():
        raise LocalError(f"there is no environment '{env}' (there are: {', '.join(servers.environments()) or 'none'})")
    job = servers.ingress() if service == _INGRESS else servers.job(env, service)
    if job:
        return job
    known = [job.name for job in servers.jobs(env)]
    close = difflib.get_close_matches(service, known, 1)
    meant = f", did you mean '{close[0]}'?" if close else ""
    raise LocalError(f"'{env}' has no service '{service}'{meant} (there are: {', '.join(known) or 'none'})")


def worth_reading(instances: list[Instance]) -> list[Instance]:
    """Those that live, or where none does, the last one that did."""
    return [instance for instance in instances if instance.status == "running"] or instances[:1]


def _follow(servers: Questions, job: Job, lines: int) -> int:
    printer = Printer(lines)
    known: set[str] = set()
    while True:
        instances = servers.instances(job.environment, job.name)
        for instance in worth_reading(instances) if not known else instances:
            if instance.id not in known and (instance.status in ("running", "failed") or not known):
                known.add(instance.id)
                for stream, mark in servers.streams.items():
                    told = servers.follow(job.environment, instance.id, job.task, stream, lines)
                    threading.Thread(
                        target=printer.read, args=(told, f"{job.name} {instance.short} {mark}"), daemon=True
                    ).start()
        until = time.monotonic() + _LOOK_AGAIN
        while time.monotonic() < until:
            printer.flush()
            time.sleep(0.1)


class Printer:
    """Prints what several logs say: of the old lines of each the last ones, and then every new one."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._guard = threading.Lock()
        self._old: dict[str, deque[str]] = {}
        self._ready: dict[str, float] = {}

    def read(self, told: Iterator[str], prefix: str) -> None:
        """Take in one log, to its end."""
        with self._guard:
            self._old[prefix] = deque(maxlen=self._lines)
        self.ready_at(prefix, time.monotonic() + _FIRST_LINES_WITHIN)
        for line in told:
            with self._guard:
                old = self._old.get(prefix)
                if old is not None:
                    old.append(line)
                else:
                    print(f"{prefix} {line}", flush=True)

    def ready_at(self, prefix: str, moment: float) -> None:
        """When all old lines of a log have come, by the monotonic clock."""
        with self._guard:
            self._ready[prefix] = moment

    def flush(self) -> None:
        """Print old lines once they are all there."""
        with self._guard:
            for prefix in [prefix for prefix, ready in self._ready.items() if time.monotonic() > ready]:
                del self._ready[prefix]
                for line in self._old.pop(prefix):
                    print(f"{prefix} {line}", flush=True)
