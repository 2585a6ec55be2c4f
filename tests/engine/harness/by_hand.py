"""What a user does with plain ``pulumi``, with the exports of ``env``: on any scheduler."""

import json

from tests.engine.harness.shared import SERVICES
from tests.engine.harness.site import Site

STACK = ("--stack", "local")


def outputs_are_told(site: Site) -> None:
    """Addresses and versions as they are, the connection as a secret, whose token is the cluster's."""
    told = json.loads(site.pulumi("stack", "output", *STACK, "--json").output)
    assert told["urls"]["ionic-apps"] == site.url("app"), told
    assert set(told["versions"]) == set(SERVICES), told
    assert told["connection"] == "[secret]", told
    shown = json.loads(site.pulumi("stack", "output", *STACK, "--json", "--show-secrets").output)
    assert shown["connection"]["token"] == site.facts["token"], "the connection's token is another one"


def imported(site: Site, kind: str, there: str, shown: str) -> None:
    """A thing called ``by-hand`` belongs to the stack; as the program does not describe it, it is to be taken away.

    ``kind``: its type, whose package's provider is the cluster's; ``there``: what the provider knows it by; ``shown``:
    the type as Pulumi shows it.
    """
    package = kind.partition(":")[0]
    provider = f"urn:pulumi:local::foxden::foxden:index:ExistingCluster$pulumi:providers:{package}::cluster-{package}"
    words = (kind, "by-hand", there, "--provider", f"{package}={provider}")
    site.pulumi("import", *words, *STACK, "--yes", "--protect=false", "--skip-preview")
    found = site.pulumi("preview", *STACK, "--expect-no-changes", expect=None)
    assert found.code != 0 and f"{shown} by-hand delete" in found.output, found
