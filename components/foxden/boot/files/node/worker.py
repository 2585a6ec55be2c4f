"""The duties of a worker."""

import time

from . import configure, leaving
from .api import CONSUL, NOMAD, Api, ApiError
from .credentials import Credentials
from .duties import Done, Duty
from .facts import Facts
from .going import Going
from .group import Group
from .kept import pool_secret
from .parameters import Parameters
from .pending import Pending

_STRANDED_AFTER = 60
"""Seconds in which Nomad finds another server by itself, if it knows one."""

_SERVERS = "/v1/health/service/nomad?tag=rpc&passing=true"


class Worker:
    """What it knows while it runs."""

    def __init__(self, facts: Facts, parameters: Parameters, group: Group, credentials: Credentials) -> None:
        self._facts = facts
        self._parameters = parameters
        self._group = group
        self._consul = Api(CONSUL, credentials.consul_token)
        self._going = Going(
            facts,
            group,
            "services",
            lambda deadline, unless: leaving.drain(self._nomad, deadline, group.heartbeat, unless),
            lambda: leaving.leave_pool(self._consul),
        )
        self._last_reached = time.monotonic()
        self._pending = Pending()

    def duties(self) -> list[Duty]:
        """All of them."""
        return [
            Duty("launch", 3, self.launch),
            Duty("leave", 3, self.leave),
            Duty("changes", 5, self.follow),
            Duty("reach", 10, self.reach),
        ]

    def launch(self) -> None:
        """Tell the group once this worker takes work. That it can pull images was seen before Nomad was started."""
        if leaving.is_ready(self._nomad()) and self._group.launched():
            raise Done

    def leave(self) -> None:
        """Move the work away when the machine is about to go; leave and tell the group when it is the group's wish."""
        self._going.look()

    def follow(self) -> None:
        """Let the agents take over what changed; services go on meanwhile."""
        configure.follow(self._pending, leaving.start_nomad_again)

    def reach(self) -> None:
        """Start Nomad anew when the only server that it knows is gone, for then it asks Consul for no other.

        Services go on meanwhile. Where Consul has lost its servers, too, it knows no better: nothing is done.
        """
        now = time.monotonic()
        # Without a token: that a server says no is enough, and to read one every time has its limit in a large pool.
        if leaving.reaches_servers(Api(NOMAD)):
            self._last_reached = now
        elif now - self._last_reached >= _STRANDED_AFTER and self._consul.peek(_SERVERS):
            print("Nomad reaches none of its servers, and there are some: it is started again", flush=True)
            leaving.start_nomad_again()
            self._last_reached = now

    def _nomad(self) -> Api:
        token = self._parameters.read(pool_secret(self._facts.pool, "drain-token"))
        if not token:
            raise ApiError("the servers have not made this pool's token yet")
        return Api(NOMAD, token)
