"""The cluster's secrets by name, and how each is made when nobody has made it yet."""

import base64
import os
import uuid
from dataclasses import dataclass

from .certificates import Pair, is_good, issue, new_authority, pair
from .facts import Facts
from .kept import AUTHORITY, PUBLIC_AUTHORITY, pool_secret
from .parameters import Parameters
from .rest import ApiError

CONSUL_GOSSIP = "shared/consul-gossip"
NOMAD_GOSSIP = "servers/nomad-gossip"
CONSUL_MANAGEMENT = "servers/consul-management-token"
NOMAD_MANAGEMENT = "servers/nomad-management-token"
SERVERS_CONSUL = "servers/consul-token"
OPERATORS_CONSUL = "operators/consul-token"
OPERATORS_NOMAD = "operators/nomad-token"


@dataclass(frozen=True)
class Credentials:
    """What a node's agents are configured with. What the node has no right to is ''."""

    authority: str
    certificate: Pair
    consul_gossip: str
    consul_token: str
    nomad_gossip: str = ""
    consul_management: str = ""
    nomad_management: str = ""


def gossip_key() -> str:
    """32 bytes, as Serf takes them."""
    return base64.b64encode(os.urandom(32)).decode()


def token() -> str:
    """A new token: a random UUID."""
    return str(uuid.uuid4())


def of_server(facts: Facts, parameters: Parameters, own: Pair | None) -> Credentials:
    """A server's: whichever server is first makes what isn't there. ``own`` is its certificate, if it has one."""
    authority = pair(parameters.once(AUTHORITY, lambda: new_authority(facts.cluster).text()))
    public = parameters.once(PUBLIC_AUTHORITY, lambda: authority.certificate, public=True)
    parameters.once(OPERATORS_CONSUL, token)
    if own is None or not is_good(authority.certificate, own):
        names = [f"server.{facts.cluster}.consul", "server.global.nomad", "localhost"]
        own = issue(authority, names, ["127.0.0.1", facts.address], facts.certificate_hours)
    return Credentials(
        authority=public,
        certificate=own,
        consul_gossip=parameters.once(CONSUL_GOSSIP, gossip_key),
        consul_token=parameters.once(SERVERS_CONSUL, token),
        nomad_gossip=parameters.once(NOMAD_GOSSIP, gossip_key),
        consul_management=parameters.once(CONSUL_MANAGEMENT, token),
        nomad_management=parameters.once(NOMAD_MANAGEMENT, token),
    )


def of_worker(facts: Facts, parameters: Parameters) -> Credentials | None:
    """A worker's: the servers made them; None as long as they have not."""
    names = [PUBLIC_AUTHORITY, CONSUL_GOSSIP]
    names += [pool_secret(facts.pool, name) for name in ("certificate", "consul-token")]
    found = [parameters.read(name) for name in names]
    authority, gossip, certificate, consul_token = found
    if not (authority and gossip and certificate and consul_token):
        return None
    return Credentials(authority, pair(certificate), gossip, consul_token)


def of_node(facts: Facts, parameters: Parameters, own: Pair | None) -> Credentials:
    """The node's credentials; ApiError as long as they are not there."""
    found = of_server(facts, parameters, own) if facts.is_server else of_worker(facts, parameters)
    if found is None:
        raise ApiError(f"the servers have not made the secrets of the pool {facts.pool} yet")
    return found
