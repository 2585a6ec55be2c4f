"""The ``ConsulAccess`` component: a token of least privilege for a service that is still bound to Consul."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, Optional, TypedDict, cast

import pulumi

from foxden.clouds.consul import EVERY, NO_CONSUL, Access, create_access
from foxden.connection import ConnectionArgs
from foxden.errors import check
from foxden.naming import MAX_SERVICE, label_problem
from foxden.service.args import EndpointArgs
from foxden.service.cluster import args_problems
from foxden.service.prepare import placeholders
from foxden.service.reader import Reader, shown

_KEY = re.compile(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?\Z", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z", re.ASCII)


class ConsulAccessArgs(TypedDict):
    """Which service, and what it does in Consul."""

    cluster: ConnectionArgs
    """The connection of the cluster that the service runs on; ``discovery_address`` there is Consul's, wherever that
    runs, ``discovery_token`` one that may write policies and tokens."""
    service: str
    """Name of the service."""
    reads: NotRequired[Sequence[str]]
    """Keys that it reads; one that ends with ``/`` stands for all below it. Default: none."""
    writes: NotRequired[Sequence[str]]
    """Keys that it writes and reads; one that ends with ``/`` stands for all below it. Default: none."""
    discovers: NotRequired[Sequence[str]]
    """Names in Consul of services whose instances it asks for; ``*`` for all. Default: none."""
    registers: NotRequired[Sequence[str]]
    """Names in Consul under which it registers itself. Default: none."""
    locks: NotRequired[bool]
    """Whether it makes sessions, for locks and elections. Default: false."""


class ConsulAccess(pulumi.ComponentResource):
    """What a service that still reads or writes Consul is given, on any scheduler: an address, and a token for that.

    The token goes into the environment's secrets, and from there into the service's ENV, like any other.
    """

    token: pulumi.Output[str]
    """The token, a secret: for the ``secrets`` of a :class:`foxden.Environment`."""
    endpoint: pulumi.Output[EndpointArgs]
    """Where Consul is: for the ``endpoints`` of services, which then need it like anything outside."""

    def __init__(self, name: str, args: ConsulAccessArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        access = _checked(args)
        connection = args["cluster"]
        super().__init__("foxden:index:ConsulAccess", name, None, opts)
        self.token = create_access(access, connection, self, opts)
        url = cast(pulumi.Input[str], connection.get("discovery_address"))
        self.endpoint = pulumi.Output.from_input(cast(EndpointArgs, {"url": url}))
        self.register_outputs({"token": self.token, "endpoint": self.endpoint})


def _checked(args: Any) -> Access:
    problems = args_problems("consul access", args, ConsulAccessArgs)
    reader = Reader("consul access", placeholders(args) if isinstance(args, Mapping) else {}, "", problems)
    service = reader.text("service", "")
    wrong = label_problem(service, MAX_SERVICE) if service else None
    if wrong:
        reader.complain("service", wrong)
    cluster = reader.given.get("cluster")
    if isinstance(cluster, Mapping) and cluster.get("discovery_address") is None:
        problems.append(NO_CONSUL)
    keys = {field: _texts(reader, field, _KEY, "a key like 'foxden/pods/'") for field in ("reads", "writes")}
    names = {field: _texts(reader, field, _NAME, "a name in Consul") for field in ("discovers", "registers")}
    locks = reader.flag("locks", False)
    check(problems)
    return Access(service, args["cluster"]["environment"], **keys, **names, locks=locks)


def _texts(reader: Reader, field: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
    texts = reader.texts(field)
    for position, text in enumerate(texts):
        if not form.match(text) and not (field == "discovers" and text == EVERY):
            reader.complain(f"{field}[{position}]", f"must be {what}, got {shown(text)}")
    return texts
